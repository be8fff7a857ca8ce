"""Actions of the pretraining sets only: none of them is a class of a benchmark."""

import numpy as np

from i2v_core.datasets.mini_world import props
from i2v_core.datasets.mini_world.action import Action, Look, Performance, mixed, pulse, wave_of
from i2v_core.datasets.mini_world.figure import Pose, vec


def sit(phase: np.ndarray, look: Look) -> Performance:
    down = pulse(phase, rise=0.35, dwell=0.3)
    pelvis = mixed(down, vec(0, 0.90, 0), vec(-0.28, 0.52, 0))
    hand = pelvis + mixed(down, vec(0.05, -0.08, 0.24), vec(0.32, 0.10, 0.16))
    chair = [
        *props.box(vec(-0.30, 0.38, 0), (0.42, 0.06, 0.42), look.colours[0]),
        props.rod(vec(-0.5, 0.4, 0), vec(-0.55, 0.95, 0), 0.05, look.colours[0]),
        props.rod(vec(-0.42, 0, 0.15), vec(-0.42, 0.38, 0.15), 0.03, props.WOOD),
        props.rod(vec(-0.14, 0, 0.15), vec(-0.14, 0.38, 0.15), 0.03, props.WOOD),
    ]
    return Performance(
        [
            Pose(
                pelvis=pelvis,
                spine=vec(0.5 * wave_of(down / 2)[0], 1, 0),
                hand_right=hand,
                hand_left=hand * [1, 1, -1],
                foot_right=vec(0.1, 0.07, 0.11),
                foot_left=vec(0.1, 0.07, -0.11),
            )
        ],
        chair,
    )


def take_bow(phase: np.ndarray, look: Look) -> Performance:
    low = pulse(phase, rise=0.4, dwell=0.15)
    spine = vec(np.sin(1.5 * low), np.cos(1.5 * low), 0)
    chest = vec(-0.12 * low, 0.90, 0) + 0.5 * spine
    hand = chest + vec(0.02, -0.5, 0.2)
    return Performance(
        [
            Pose(
                pelvis=vec(-0.12 * low, 0.90, 0),
                spine=spine,
                gaze=vec(np.cos(1.5 * low), -np.sin(1.5 * low), 0),
                hand_right=hand,
                hand_left=hand * [1, 1, -1],
            )
        ]
    )


def golf_swing(phase: np.ndarray, look: Look) -> Performance:
    angle = -1.9 + 4.2 * pulse(phase, rise=0.3, dwell=0.2)
    hand = vec(0.30, 1.35, 0) + 0.52 * vec(0.2, -np.cos(angle), np.sin(angle))
    club = hand + 0.75 * vec(0.25, -np.cos(1.35 * angle), np.sin(1.35 * angle))
    return Performance(
        [
            Pose(
                spine=vec(0.25, 1, 0),
                gaze=vec(1, -0.6, 0),
                hand_right=hand,
                hand_left=hand + vec(0, 0.06, 0),
                foot_right=vec(0, 0.07, 0.2),
                foot_left=vec(0, 0.07, -0.2),
            )
        ],
        [props.rod(hand, club, 0.014, props.STEEL), props.ball(club, 0.045, props.DARK)],
    )


def pull_rope(phase: np.ndarray, look: Look) -> Performance:
    pull = wave_of(phase)[0]
    hand = vec(0.36 - 0.16 * pull, 1.10, 0.02)
    pose = Pose(
        pelvis=vec(-0.25, 0.78, 0),
        spine=vec(-0.40 - 0.12 * pull, 1, 0),
        hand_right=hand,
        hand_left=hand + vec(0.18, 0, 0),
        foot_right=vec(0.12, 0.07, 0.12),
        foot_left=vec(0.38, 0.07, -0.12),
    )
    return Performance(
        [pose],
        [
            props.rod(hand + vec(-0.3, -0.2, 0), hand, 0.024, props.WOOD),
            props.rod(hand, vec(1.8, 1.0, 0), 0.024, props.WOOD),
        ],
    )


def shrug(phase: np.ndarray, look: Look) -> Performance:
    raised = pulse(phase, rise=0.35, dwell=0.3)
    hand = mixed(raised, vec(0.05, 0.84, 0.25), vec(0.25, 1.22, 0.48))
    return Performance(
        [
            Pose(
                pelvis=vec(0, 0.90 + 0.02 * raised, 0),
                hand_right=hand,
                hand_left=hand * [1, 1, -1],
                elbow_right=vec(-0.3, -1, 0.2),
                elbow_left=vec(-0.3, -1, -0.2),
            )
        ]
    )


def march(phase: np.ndarray, look: Look) -> Performance:
    changed = {}
    for name, side, shift in (("right", 1, 0.0), ("left", -1, 0.5)):
        knee, arm = np.maximum(0, wave_of(phase + shift)[0]), np.maximum(0, wave_of(phase + shift + 0.5)[0])
        changed[f"foot_{name}"] = vec(0.22 * knee, 0.07 + 0.44 * knee, 0.1 * side)
        changed[f"hand_{name}"] = vec(0.05 + 0.45 * arm, 0.86 + 0.40 * arm, 0.2 * side)
    return Performance([Pose(**changed)])


def throw(phase: np.ndarray, look: Look) -> Performance:
    forward = pulse(phase, rise=0.4, dwell=0.1)
    angle = -2.3 + 3.2 * forward
    hand = vec(0.50 * np.sin(angle + 1.2), 1.42 + 0.45 * np.cos(angle + 0.6), 0.25)
    pose = Pose(
        spine=vec(-0.2 + 0.5 * forward, 1, 0),
        hand_right=hand,
        hand_left=vec(0.35 - 0.4 * forward, 1.2, -0.3),
        foot_right=vec(-0.25, 0.07, 0.1),
        foot_left=vec(0.28, 0.07, -0.1),
    )
    return Performance([pose], [props.ball(hand + vec(0.02, 0.08, 0), 0.09, look.colours[0])])


def point(phase: np.ndarray, look: Look) -> Performance:
    out = pulse(phase, rise=0.3, dwell=0.45)
    hand = mixed(out, vec(0.05, 0.85, 0.22), vec(0.66, 1.46, 0.2))
    return Performance([Pose(hand_right=hand, hand_left=vec(0.02, 1.0, -0.26), elbow_left=vec(-0.3, 0, -1))])


def lift(phase: np.ndarray, look: Look) -> Performance:
    raised = pulse(phase, rise=0.45, dwell=0.15)
    crouch = 1 - np.clip(2 * raised, 0, 1)
    hand = mixed(raised, vec(0.34, 0.45, 0.22), vec(0.22, 1.85, 0.30))
    pose = Pose(
        pelvis=vec(-0.2 * crouch, 0.90 - 0.35 * crouch, 0),
        spine=vec(0.6 * crouch, 1, 0),
        hand_right=hand,
        hand_left=hand * [1, 1, -1],
    )
    middle = hand * [1, 1, 0]
    weights = [props.ball(middle + vec(0, 0, r), 0.17, look.colours[0]) for r in (-0.62, 0.62)]
    return Performance(
        [pose], [props.rod(middle + vec(0, 0, -0.62), middle + vec(0, 0, 0.62), 0.025, props.STEEL), *weights]
    )


def juggle(phase: np.ndarray, look: Look) -> Performance:
    hop = wave_of(2 * phase)[0]
    pose = Pose(hand_right=vec(0.34, 1.12 + 0.07 * hop, 0.22), hand_left=vec(0.34, 1.12 - 0.07 * hop, -0.22))
    balls = []
    for number in range(3):
        turn = np.mod(phase + number / 3, 1.0)
        balls.append(
            props.ball(
                vec(0.34, 1.2 + 2.6 * turn * (1 - turn), 0.24 * np.cos(2 * np.pi * turn)), 0.06, look.colours[number]
            )
        )
    return Performance([pose], balls)


def dribble(phase: np.ndarray, look: Look) -> Performance:
    bounce = np.abs(wave_of(phase / 2)[1])
    ball = vec(0.45, 0.13 + 0.68 * bounce, 0.2)
    pose = Pose(
        pelvis=vec(-0.05, 0.80, 0),
        spine=vec(0.35, 1, 0),
        hand_right=vec(0.45, 0.85 + 0.15 * bounce, 0.2),
        hand_left=vec(0.1, 1.0, -0.35),
        foot_right=vec(-0.15, 0.07, 0.15),
        foot_left=vec(0.2, 0.07, -0.15),
    )
    return Performance([pose], [props.ball(ball, 0.13, (222, 120, 40))])


def cartwheel(phase: np.ndarray, look: Look) -> Performance:
    angle = 2 * np.pi * phase
    up, side = np.cos(angle), np.sin(angle)
    middle = vec(0, 0.98, 0)

    def at(height: float, right: float) -> np.ndarray:
        return middle + vec(0, height * up - right * side, height * side + right * up)

    return Performance(
        [
            Pose(
                pelvis=at(-0.08, 0),
                spine=vec(0, up, side),
                across=vec(0, -side, up),
                toes=vec(0.5, -up, -side),
                hand_right=at(0.88, 0.38),
                hand_left=at(0.88, -0.38),
                foot_right=at(-0.82, 0.38),
                foot_left=at(-0.82, -0.38),
            )
        ]
    )


ACTIONS = {
    "sit": Action(sit, 0.5, (0.5,)),
    "take_bow": Action(take_bow, 0.5, (0.45,)),
    "golf_swing": Action(golf_swing, 0.6, (0.0, 0.4), view_deg=80),
    "pull_rope": Action(pull_rope, 0.9, (0.25,)),
    "shrug": Action(shrug, 0.7, (0.5,), view_deg=90),
    "march": Action(march, 0.9, (0.25, 0.75), speed=0.5),
    "throw": Action(throw, 0.8, (0.1, 0.45)),
    "point": Action(point, 0.5, (0.5,), view_deg=20),
    "lift": Action(lift, 0.5, (0.5,), view_deg=75),
    "juggle": Action(juggle, 0.9, (0.2, 0.6), view_deg=90),
    "dribble": Action(dribble, 1.4, (0.0, 0.5)),
    "cartwheel": Action(cartwheel, 0.7, (0.5, 0.25), view_deg=90, speed=0.0),
}
