"""Which classes each data set of the video world has, and which action each shows."""

from i2v_core.datasets.mini_world import actions_ball, actions_daily, actions_field, actions_riding, actions_sport
from i2v_core.datasets.mini_world.action import Action

ACTIONS: dict[str, Action] = {
    **actions_daily.ACTIONS,
    **actions_sport.ACTIONS,
    **actions_ball.ACTIONS,
    **actions_field.ACTIONS,
    **actions_riding.ACTIONS,
}

# Choice: no GolfSwing and no CleanAndJerk, as golf and lifting weights are classes of the pretraining sets.
UCF101_CLASSES: dict[str, str] = {
    "Archery": "archery",
    "Basketball": "shoot_ball",
    "Biking": "ride_bike",
    "BoxingPunchingBag": "punching_bag",
    "BoxingSpeedBag": "speed_bag",
    "Diving": "dive",
    "HorseRiding": "ride_horse",
    "PullUps": "pull_ups",
    "PushUps": "push_ups",
    "SoccerPenalty": "penalty",
    "TennisSwing": "tennis_swing",
    "ThrowDiscus": "discus_throw",
    "WalkingWithDog": "walking_dog",
}

HMDB51_CLASSES: dict[str, str] = {
    "kick_ball": "kick_ball",
    "pullup": "pull_ups",
    "punch": "punch",
    "pushup": "push_ups",
    "ride_bike": "ride_bike",
    "ride_horse": "ride_horse",
    "shoot_ball": "shoot_ball",
    "shoot_bow": "archery",
    "walk": "walk",
}

OLYMPIC_SPORTS_CLASSES: dict[str, str] = {
    "basketball_layup": "layup",
    "discus_throw": "discus_throw",
    "diving_springboard_3m": "dive",
    "tennis_serve": "tennis_serve",
}

# The UCF101 classes that have a partner in HMDB51, in folders of several spellings.
BU101_CLASSES: dict[str, str] = {
    "Archery": "archery",
    "Basketball": "shoot_ball",
    "biking": "ride_bike",
    "boxingpunchingbag": "punching_bag",
    "boxing_speed_bag": "speed_bag",
    "Horse-Riding": "ride_horse",
    "pull-ups": "pull_ups",
    "PushUps": "push_ups",
    "soccer_penalty": "penalty",
    "WalkingWithDog": "walking_dog",
}
