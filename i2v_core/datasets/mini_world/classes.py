"""Which classes each data set of the mini world has, and which action each shows."""

PHOTO_CLASSES: dict[str, dict[str, str]] = {
    "stanford40": {
        "applauding": "clap",
        "brushing_teeth": "brushing_teeth",
        "cleaning_the_floor": "mopping",
        "drinking": "drink",
        "jumping": "jump",
        "playing_guitar": "playing_guitar",
        "rowing_a_boat": "rowing",
        "running": "run",
        "shooting_an_arrow": "archery",
        "smoking": "smoke",
        "walking_the_dog": "walking_dog",
        "waving_hands": "wave",
        "writing_on_a_board": "writing_on_board",
    },
    "hii": {"hugging": "hug", "kicking": "kick", "talking": "talk"},
    # Choice: folders in several spellings, as collections of this data set differ; match them by normalised name.
    "bu101": {
        "Archery": "archery",
        "bodyweightsquats": "squats",
        "boxingpunchingbag": "punching_bag",
        "boxing_speed_bag": "speed_bag",
        "HandstandPushups": "handstand_pushups",
        "handstandwalking": "handstand_walking",
        "JumpingJack": "jumping_jack",
        "pull-ups": "pull_ups",
    },
}

VIDEO_CLASSES: dict[str, dict[str, str]] = {
    "ucf101": {
        "Archery": "archery",
        "BodyWeightSquats": "squats",
        "BoxingPunchingBag": "punching_bag",
        "BoxingSpeedBag": "speed_bag",
        "BrushingTeeth": "brushing_teeth",
        "HandstandPushups": "handstand_pushups",
        "HandstandWalking": "handstand_walking",
        "JumpingJack": "jumping_jack",
        "MoppingFloor": "mopping",
        "PlayingGuitar": "playing_guitar",
        "PullUps": "pull_ups",
        "Rowing": "rowing",
        "WalkingWithDog": "walking_dog",
        "WritingOnBoard": "writing_on_board",
    },
    "hmdb51": {name: name for name in ("clap", "drink", "hug", "jump", "kick", "run", "smoke", "walk", "wave")},
}

PRETRAINING_CLASSES: dict[str, str] = {
    "bowing": "take_bow",
    "cartwheeling": "cartwheel",
    "dribbling": "dribble",
    "golfing": "golf_swing",
    "juggling": "juggle",
    "lifting weights": "lift",
    "marching": "march",
    "pointing": "point",
    "pulling rope": "pull_rope",
    "shrugging": "shrug",
    "sitting down": "sit",
    "throwing": "throw",
}


def normalised(name: str) -> str:
    """A class name in lower case without `_`, `-` and blanks, so that spellings of one class agree."""
    return "".join(letter for letter in name.lower() if letter not in "_- ")


def action_of(name: str) -> str:
    """The action that a class shows, whatever data set names it; the normalised name itself if it is none of ours."""
    tables = (*PHOTO_CLASSES.values(), *VIDEO_CLASSES.values(), PRETRAINING_CLASSES)
    known = {normalised(key): action for table in tables for key, action in table.items()}
    return known.get(normalised(name), normalised(name))
