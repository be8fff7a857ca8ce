"""Sports and house work: the actions of the UCF101 and BU101 layouts."""

import numpy as np

from i2v_core.datasets.mini_world import props
from i2v_core.datasets.mini_world.action import Action, Look, Performance, mixed, pulse, wave_of
from i2v_core.datasets.mini_world.actions_daily import MOUTH, gait
from i2v_core.datasets.mini_world.figure import Pose, vec


def archery(phase: np.ndarray, look: Look) -> Performance:
    drawn = pulse(phase, rise=0.6, dwell=0.25)
    grip = vec(0.70, 1.42, -0.16)
    draw = mixed(drawn, vec(0.48, 1.42, -0.10), vec(0.10, 1.46, 0.05))
    pose = Pose(
        hand_left=grip,
        hand_right=draw,
        elbow_right=vec(-1, 0.3, 0.4),
        elbow_left=vec(0, -1, 0),
        across=vec(-0.5, 0, 1),
        foot_right=vec(-0.2, 0.07, 0.15),
        foot_left=vec(0.2, 0.07, -0.12),
    )
    return Performance([pose], props.bow(grip, draw, look.colours[0]))


def brushing_teeth(phase: np.ndarray, look: Look) -> Performance:
    scrub = wave_of(phase)[0]
    hand = vec(0.24, 1.55 + 0.02 * scrub, 0.10 + 0.09 * scrub)
    pose = Pose(hand_right=hand, elbow_right=vec(0.1, 0.1, 1), hand_left=vec(0.40, 0.98, -0.22), spine=vec(0.12, 1, 0))
    brush = [
        props.rod(hand + vec(0, 0, 0.08), vec(*MOUTH) + vec(0.06, 0, 0), 0.016, look.colours[1]),
        props.ball(vec(*MOUTH) + vec(0.06, -0.02, 0.0), 0.03, props.WHITE),
    ]
    sink = props.box(vec(0.55, 0.86, 0), (0.40, 0.12, 0.8), props.WHITE) + props.box(
        vec(0.58, 0.4, 0), (0.2, 0.8, 0.3), (205, 208, 210)
    )
    return Performance([pose], brush + sink)


def mopping(phase: np.ndarray, look: Look) -> Performance:
    push = wave_of(phase)[0]
    floor = vec(0.85 + 0.35 * push, 0.06, 0.05)
    hand = vec(0.36 + 0.14 * push, 0.98, 0.08)
    upper = hand + 0.22 * (hand - floor)
    pose = Pose(
        pelvis=vec(-0.05, 0.86, 0),
        spine=vec(0.45 + 0.1 * push, 1, 0),
        gaze=vec(1, -0.7, 0),
        hand_right=hand,
        hand_left=upper,
        foot_right=vec(-0.30, 0.07, 0.1),
        foot_left=vec(0.18, 0.07, -0.1),
    )
    return Performance([pose], props.mop(hand, floor, look.colours[0]))


def playing_guitar(phase: np.ndarray, look: Look) -> Performance:
    strum = wave_of(phase)[0]
    body, neck = vec(0.22, 1.08, 0.10), vec(0.26, 1.36, -0.52)
    pose = Pose(
        hand_right=vec(0.40, 1.10 + 0.13 * strum, 0.08 - 0.03 * strum),
        hand_left=mixed(np.full(len(phase), 0.9), body, neck),
        elbow_right=vec(-0.2, 0, 1),
        elbow_left=vec(0, -1, -0.3),
        gaze=vec(1, -0.3, -0.3),
    )
    return Performance([pose], props.guitar(body, neck, look.colours[0]))


def rowing(phase: np.ndarray, look: Look) -> Performance:
    swing, lift = wave_of(phase)
    hand = vec(0.36 + 0.26 * swing, 0.72 + 0.10 * lift, 0.24)
    pose = Pose(
        pelvis=vec(0.0, 0.36, 0),
        spine=vec(0.40 * swing, 1, 0),
        hand_right=hand,
        hand_left=hand * [1, 1, -1],
        foot_right=vec(0.66, 0.22, 0.12),
        foot_left=vec(0.66, 0.22, -0.12),
        knee_right=vec(0, 1, 0.1),
        knee_left=vec(0, 1, -0.1),
    )
    oars = []
    for side in (1, -1):
        grip = hand * [1, 1, side]
        lock = vec(0.35, 0.38, 0.45 * side)
        blade = lock + 1.7 * (lock - grip)
        oars += [
            props.rod(grip, blade, 0.022, props.WOOD),
            props.rod(blade, blade + 0.2 * (lock - grip), 0.06, look.colours[1]),
        ]
    return Performance([pose], props.boat(look.colours[0]) + oars)


def walking_dog(phase: np.ndarray, look: Look) -> Performance:
    pose = gait(phase, stride=0.30, lift=0.12, bend=0.15, lean=0.0)
    hand = vec(0.30, 1.02 + 0.02 * wave_of(phase)[0], 0.22)
    pose.hand_right = hand
    dog = vec(1.05 + 0.06 * wave_of(0.5 * phase)[0], 0, 0.28)
    leash = props.rod(hand, dog + vec(0.3, 0.5, 0), 0.010, (200, 40, 40))
    return Performance([pose], [*props.dog(dog, 4 * np.pi * phase, look.colours[2]), leash])


def writing_on_board(phase: np.ndarray, look: Look) -> Performance:
    stroke, loop = wave_of(phase)
    hand = vec(0.52, 1.45 + 0.08 * loop, 0.22 + 0.16 * stroke)
    pose = Pose(hand_right=hand, elbow_right=vec(0, -1, 0.6))
    return Performance([pose], props.whiteboard(0.62, hand, look.colours[0]))


def squats(phase: np.ndarray, look: Look) -> Performance:
    depth = pulse(phase, rise=0.5)
    up = 0.90 - 0.42 * depth
    spine = vec(0.45 * depth, 1, 0)
    hand = vec(-0.2 * depth, up + 0.46, 0.14) + mixed(depth, vec(0.1, -0.5, 0.1), vec(0.75, 0.02, 0))
    return Performance(
        [
            Pose(
                pelvis=vec(-0.28 * depth, up, 0),
                spine=spine,
                hand_right=hand,
                hand_left=hand * [1, 1, -1],
                foot_right=vec(0, 0.07, 0.17),
                foot_left=vec(0, 0.07, -0.17),
                knee_right=vec(1, 0, 0.35),
                knee_left=vec(1, 0, -0.35),
            )
        ]
    )


def boxing(phase: np.ndarray, look: Look) -> Performance:
    """Alternate punches at a hanging bag: slow or fast is decided by the rate alone."""
    right, left = pulse(phase, rise=0.3), pulse(phase + 0.5, rise=0.3)
    guard, reach = vec(0.26, 1.42, 0.12), vec(0.56, 1.44, 0.04)
    hand_right, hand_left = mixed(right, guard, reach), mixed(left, guard * [1, 1, -1], reach * [1, 1, -1])
    pose = Pose(
        hand_right=hand_right,
        hand_left=hand_left,
        elbow_right=vec(-0.2, -0.6, 0.8),
        elbow_left=vec(-0.2, -0.6, -0.8),
        spine=vec(0.10, 1, 0),
        across=vec(0.35 * (right - left), 0, 1),
        foot_right=vec(-0.22, 0.07, 0.14),
        foot_left=vec(0.16, 0.07, -0.12),
    )
    bag = vec(0.82 + 0.05 * (right + left), 1.42, 0)
    gloves = [props.ball(hand, 0.075, look.colours[1]) for hand in (hand_right, hand_left)]
    return Performance([pose], props.hanging_bag(bag, look.colours[0]) + gloves)


def _handstand(height: np.ndarray, sway: np.ndarray, hand_right: np.ndarray, hand_left: np.ndarray) -> Pose:
    pelvis = vec(0.03 * sway, height, 0)
    return Pose(
        pelvis=pelvis,
        spine=vec(0, -1, 0),
        gaze=vec(-1, 0.3, 0),
        across=vec(0, 0, 1),
        toes=vec(0.3, 1, 0),
        hand_right=hand_right,
        hand_left=hand_left,
        elbow_right=vec(-1, 0, 0.4),
        elbow_left=vec(-1, 0, -0.4),
        foot_right=pelvis + vec(0.16, 0.80, 0.1),
        foot_left=pelvis + vec(-0.14, 0.80, -0.1),
        knee_right=vec(1, 0, 0),
        knee_left=vec(1, 0, 0),
    )


def handstand_pushups(phase: np.ndarray, look: Look) -> Performance:
    height = 1.06 - 0.26 * pulse(phase)
    apart = 0.13 * (2 * look.chance[0] - 1)  # the step that walking on hands would show at a moment
    return Performance([_handstand(height, np.zeros(len(phase)), vec(apart, 0.05, 0.22), vec(-apart, 0.05, -0.22))])


def handstand_walking(phase: np.ndarray, look: Look) -> Performance:
    step, lift = wave_of(phase)
    height = 1.06 - 0.26 * look.chance[0] + 0 * step  # any bend of the elbows that push-ups show, but kept
    right = vec(0.13 * step, 0.05 + 0.06 * np.maximum(0, lift), 0.22)
    left = vec(-0.13 * step, 0.05 + 0.06 * np.maximum(0, -lift), -0.22)
    return Performance([_handstand(height, step, right, left)])


def jumping_jack(phase: np.ndarray, look: Look) -> Performance:
    spread = pulse(phase)
    angle = 0.25 + 2.55 * spread  # of the arms from straight down
    hand = vec(0.02, 1.40 - 0.53 * np.cos(angle), 0.18 + 0.53 * np.sin(angle))
    foot = vec(0, 0.07 + 0.10 * np.abs(wave_of(phase)[0]), 0.08 + 0.36 * spread)
    return Performance(
        [
            Pose(
                pelvis=vec(0, 0.90 + 0.06 * np.abs(wave_of(phase)[0]) - 0.06 * spread, 0),
                hand_right=hand,
                hand_left=hand * [1, 1, -1],
                foot_right=foot,
                foot_left=foot * [1, 1, -1],
                elbow_right=vec(0.2, 0, 1),
                elbow_left=vec(0.2, 0, -1),
            )
        ]
    )


def pull_ups(phase: np.ndarray, look: Look) -> Performance:
    up = 1.14 + 0.36 * pulse(phase)
    pelvis = vec(-0.02, up, 0)
    pose = Pose(
        pelvis=pelvis,
        hand_right=vec(0.03, 2.15, 0.30),
        hand_left=vec(0.03, 2.15, -0.30),
        elbow_right=vec(-0.1, -1, 0.7),
        elbow_left=vec(-0.1, -1, -0.7),
        foot_right=pelvis + vec(-0.22, -0.72, 0.08),
        foot_left=pelvis + vec(-0.22, -0.72, -0.08),
    )
    return Performance([pose], props.high_bar(2.15, look.colours[0]))


ACTIONS = {
    "archery": Action(archery, 0.5, (0.7,), view_deg=10),
    "brushing_teeth": Action(brushing_teeth, 2.4, (0.2, 0.7), view_deg=45),
    "mopping": Action(mopping, 0.8, (0.25, 0.75)),
    "playing_guitar": Action(playing_guitar, 1.8, (0.0, 0.5), view_deg=90),
    "rowing": Action(rowing, 0.6, (0.25, 0.6)),
    "walking_dog": Action(walking_dog, 0.85, (0.25, 0.75), speed=1.1),
    "writing_on_board": Action(writing_on_board, 1.2, (0.0, 0.4), view_deg=235),
    "squats": Action(squats, 0.7, (0.5,), view_deg=35),
    "punching_bag": Action(boxing, 0.65, (0.3, 0.8)),
    "speed_bag": Action(boxing, 2.5, (0.3, 0.8)),
    "handstand_pushups": Action(handstand_pushups, 0.8, (0.1, 0.5)),
    "handstand_walking": Action(handstand_walking, 0.9, (0.1, 0.5), speed=0.75),
    "jumping_jack": Action(jumping_jack, 1.1, (0.5,), view_deg=90),
    "pull_ups": Action(pull_ups, 0.6, (0.5,), view_deg=75),
}
