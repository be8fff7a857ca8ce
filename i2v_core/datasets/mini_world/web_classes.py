"""Which classes the web data and the Kinetics-400 of the mini world have, and which action each shows."""

from i2v_core.datasets.mini_world.classes import VIDEO_CLASSES

# The classes of mini-b2u101, named as in UCF101.
UCF101 = (
    *("Archery", "BodyWeightSquats", "BoxingPunchingBag", "BoxingSpeedBag", "HandstandPushups", "HandstandWalking"),
    *("JumpingJack", "PullUps"),
)
UCF101_CLASSES: dict[str, str] = {name: VIDEO_CLASSES["ucf101"][name] for name in UCF101}

# Named as in Kinetics-400; none is a class of the pretraining sets.
KINETICS_CLASSES: dict[str, str] = {
    "archery": "archery",
    "brushing teeth": "brushing_teeth",
    "hugging": "hug",
    "mopping floor": "mopping",
    "playing guitar": "playing_guitar",
    "pull ups": "pull_ups",
    "punching bag": "punching_bag",
    "squat": "squats",
    "walking the dog": "walking_dog",
}
CLASSES = {"ucf101": UCF101_CLASSES, "kinetics400": KINETICS_CLASSES}
