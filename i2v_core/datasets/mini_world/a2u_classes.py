"""Which classes the data sets of the benchmark A->U have, and which action each shows.

The four photo data sets hold the ten classes of DIVAFN's Table II and a few of their others, so that a class map has
something to leave out. Names are those of the folders and lists that the layouts have.
"""

from i2v_core.datasets.mini_world import actions_court, actions_cricket, actions_music, video_classes
from i2v_core.datasets.mini_world.action import Action

NEW: dict[str, Action] = {**actions_court.ACTIONS, **actions_cricket.ACTIONS, **actions_music.ACTIONS}
ACTIONS: dict[str, Action] = {**video_classes.ACTIONS, **NEW}

WILLOW_CLASSES: dict[str, str] = {
    "RidingBike": "ride_bike",
    "RidingHorse": "ride_horse",
    "Running": "run",
    "Walking": "walk",
}

ACTION_DB_CLASSES: dict[str, str] = {
    "cricket_batting": "cricket_batting",
    "cricket_bowling": "cricket_bowling",
    "tennis_forehand": "tennis_forehand",
    "tennis_serve": "tennis_serve",
    "volleyball_smash": "volleyball_smash",
}

PPMI_CLASSES: dict[str, str] = {"cello": "play_cello", "flute": "play_flute", "violin": "play_violin"}

# Choice: whoever throws is a pitcher. Plain throws are a class of the pretraining sets, which no benchmark may show.
STILL_DB_CLASSES: dict[str, str] = {"kicking": "kick", "throwing": "baseball_pitch", "walking": "walk"}

UCF101_CLASSES: dict[str, str] = {
    "BaseballPitch": "baseball_pitch",
    "Biking": "ride_bike",
    "CricketBowling": "cricket_bowling",
    "CricketShot": "cricket_batting",
    "HorseRiding": "ride_horse",
    "PlayingCello": "play_cello",
    "PlayingFlute": "play_flute",
    "PlayingViolin": "play_violin",
    "TennisSwing": "tennis_swing",
    "VolleyballSpiking": "volleyball_smash",
}
