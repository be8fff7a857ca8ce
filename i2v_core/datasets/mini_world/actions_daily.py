"""Everyday actions: those of the HMDB51 and Stanford40 layouts."""

import numpy as np

from i2v_core.datasets.mini_world import props
from i2v_core.datasets.mini_world.action import Action, Look, Performance, mixed, pulse, wave_of
from i2v_core.datasets.mini_world.figure import Pose, turned_about, vec

MOUTH = (0.17, 1.58, 0.05)


def clap(phase: np.ndarray, look: Look) -> Performance:
    apart = 0.03 + 0.36 * (1 - pulse(phase))
    out = vec(-0.2, -0.5, 1)
    return Performance(
        [
            Pose(
                hand_right=vec(0.38, 1.36, apart),
                hand_left=vec(0.38, 1.36, -apart),
                elbow_right=out,
                elbow_left=out * [1, 1, -1],
            )
        ]
    )


def wave(phase: np.ndarray, look: Look) -> Performance:
    swing = wave_of(phase)[0]
    return Performance(
        [Pose(hand_right=vec(0.06, 1.82 - 0.08 * swing**2, 0.36 + 0.32 * swing), elbow_right=vec(0, -1, 1))]
    )


def _at_mouth(phase: np.ndarray, look: Look, *, cup: bool) -> Performance:
    lift = pulse(phase, rise=0.38, dwell=0.24)
    hand = mixed(lift, vec(0.44, 0.96, 0.16), vec(*MOUTH) + vec(0.05, -0.03, 0.02))
    lean = vec(-0.06 * lift, 1, 0)
    pose = Pose(spine=lean, hand_right=hand, elbow_right=vec(-0.2, -1, 0.5))
    return Performance([pose], props.sip(hand, look.cue, look.colours[0], cup=cup))


def drink(phase: np.ndarray, look: Look) -> Performance:
    return _at_mouth(phase, look, cup=True)


def smoke(phase: np.ndarray, look: Look) -> Performance:
    return _at_mouth(phase, look, cup=False)


def hug(phase: np.ndarray, look: Look) -> Performance:
    close = pulse(phase, rise=0.35, dwell=0.3)
    distance = 0.80 - 0.42 * close
    hands = mixed(close, vec(0.42, 1.10, 0.25), vec(0.44, 1.22, 0.10))
    spine = vec(0.10 + 0.1 * close, 1, 0)
    pose = Pose(
        spine=spine,
        hand_right=hands,
        hand_left=hands * [1, 1, -1] + vec(0, 0.12, 0),
        elbow_right=vec(0, -0.4, 1),
        elbow_left=vec(0, -0.4, -1),
    )
    moved = vars(pose) | {"pelvis": pose.pelvis + vec(-0.5 * distance, 0, 0)}
    for name in ("hand_right", "hand_left", "foot_right", "foot_left"):
        moved[name] = moved[name] + vec(-0.5 * distance, 0, 0)
    first = Pose(**moved)
    return Performance([first, turned_about(first, 0.0)])


def talk(phase: np.ndarray, look: Look) -> Performance:
    swing, other = wave_of(phase)
    near = vec(-0.5, 0, 0)
    speaker = Pose(
        pelvis=vec(-0.5, 0.90, 0),
        foot_right=vec(-0.5, 0.07, 0.11),
        foot_left=vec(-0.5, 0.07, -0.11),
        hand_right=near + vec(0.36, 1.22 + 0.12 * swing, 0.22),
        hand_left=near + vec(0.32, 1.1 + 0.08 * other, -0.2),
    )
    listener = Pose(
        pelvis=vec(-0.5, 0.90, 0),
        foot_right=vec(-0.5, 0.07, 0.11),
        foot_left=vec(-0.5, 0.07, -0.11),
        hand_right=near + vec(0.1, 0.85, 0.2),
        hand_left=near + vec(0.1, 0.85, -0.2),
    )
    return Performance([speaker, turned_about(listener, 0.0)])


def jump(phase: np.ndarray, look: Look) -> Performance:
    flight = pulse(phase, rise=0.5)
    crouch = pulse(phase + 0.22, rise=0.22)  # deepest at phase 0, over by 0.22
    crouch = np.where(np.mod(phase, 1) < 0.5, crouch, 0) * (np.mod(phase, 1) < 0.22) + np.maximum(0, 1 - 5 * flight)
    crouch = np.clip(crouch, 0, 1)
    rise = 0.48 * np.maximum(0, flight - 0.15)
    up = 0.90 - 0.28 * crouch + rise
    feet = 0.07 + rise + 0.20 * np.maximum(0, flight - 0.4)
    hands = mixed(flight, vec(-0.30, 0.75, 0.24), vec(0.18, 1.98, 0.26)) + vec(0, rise - 0.2 * crouch, 0)
    return Performance(
        [
            Pose(
                pelvis=vec(-0.08 * crouch, up, 0),
                spine=vec(0.45 * crouch, 1, 0),
                hand_right=hands,
                hand_left=hands * [1, 1, -1],
                elbow_right=vec(0.3, 0, 1),
                elbow_left=vec(0.3, 0, -1),
                foot_right=vec(-0.14 * flight, feet, 0.13),
                foot_left=vec(-0.14 * flight, feet, -0.13),
            )
        ]
    )


def kick(phase: np.ndarray, look: Look) -> Performance:
    strike = pulse(phase, rise=0.55, dwell=0.05)
    angle = -0.7 + 2.35 * strike  # of the leg from straight down, forward positive
    length = 0.70 + 0.12 * strike
    foot = vec(length * np.sin(angle) * 1.0, 0.88 - length * np.cos(angle), 0.10)
    return Performance(
        [
            Pose(
                pelvis=vec(0, 0.90, 0),
                spine=vec(0.15 - 0.45 * strike, 1, 0),
                foot_right=foot,
                foot_left=vec(-0.03, 0.07, -0.10),
                hand_right=vec(0.30 - 0.75 * strike, 1.05, 0.35),
                hand_left=vec(-0.25 + 0.65 * strike, 1.15, -0.40),
                elbow_right=vec(-1, -0.3, 0.5),
                elbow_left=vec(-1, -0.3, -0.5),
                toes=vec(1, 0.7 * strike, 0),
            )
        ]
    )


def gait(phase: np.ndarray, stride: float, lift: float, bend: float, lean: float) -> Pose:
    """A step cycle: `stride` metres to either side of the body, `lift` of the swinging foot, `bend` of the arms."""
    feet, arms = {}, {}
    pelvis = vec(0, 0.89 - 0.03 * stride + 0.03 * wave_of(2 * phase)[1], 0)
    pose = Pose(pelvis=pelvis, spine=vec(lean, 1, 0))
    for name, side, shift in (("right", 1, 0.0), ("left", -1, 0.5)):
        swing, rising = wave_of(phase + shift)
        feet[f"foot_{name}"] = vec(stride * swing - 0.05 * lift, 0.07 + lift * np.maximum(0, rising), 0.09 * side)
        back = -swing
        arms[f"hand_{name}"] = pose.shoulder(side) + vec(
            0.55 * stride * back + 0.24 * bend, -0.50 + bend * (0.26 + 0.22 * back), 0.05 * side
        )
    return Pose(**(vars(pose) | feet | arms))


def walk(phase: np.ndarray, look: Look) -> Performance:
    return Performance([gait(phase, stride=0.30, lift=0.12, bend=0.15, lean=0.03)])


def run(phase: np.ndarray, look: Look) -> Performance:
    return Performance([gait(phase, stride=0.46, lift=0.42, bend=0.75, lean=0.22)])


ACTIONS = {
    "clap": Action(clap, 1.9, (0.5, 0.35), view_deg=80),
    "wave": Action(wave, 1.3, (0.1, 0.3), view_deg=90),
    "drink": Action(drink, 0.32, (0.5,), view_deg=30, view_spread_deg=18),
    "smoke": Action(smoke, 1.5, (0.5,), view_deg=30, view_spread_deg=18),
    "hug": Action(hug, 0.5, (0.5,)),
    "talk": Action(talk, 1.0, (0.1, 0.6)),
    "jump": Action(jump, 1.0, (0.5,), view_deg=35),
    "kick": Action(kick, 0.9, (0.55,)),
    "walk": Action(walk, 0.85, (0.25, 0.75), speed=1.1),
    "run": Action(run, 1.7, (0.25, 0.75), speed=2.6),
}
