"""The articulated figure: a pose by the places of hands and feet, its joints by two-link inverse kinematics.

Body space is metric, axes (forward, up, right), the ground at height 0, for a person of 1.75 m. All arrays carry the
frames of a clip first: a point is `(t, 3)`, or `(3,)` where it stays the same.
"""

from dataclasses import dataclass, field

import numpy as np

TORSO, SHOULDER, HIP = 0.50, 0.18, 0.09  # pelvis to chest, half widths
UPPER_ARM, FOREARM, THIGH, SHIN = 0.28, 0.26, 0.43, 0.42
HEAD_RADIUS, HEAD_RISE = 0.115, 0.25


def vec(forward: object, up: object, right: object) -> np.ndarray:
    """A point or direction from three numbers or `(t,)` arrays -> (3,) or (t, 3)."""
    return np.stack(np.broadcast_arrays(forward, up, right), axis=-1).astype(np.float64)


@dataclass(frozen=True)
class Person:
    """Build and clothes. Lengths are factors on the reference figure, colours RGB in 0..255."""

    scale: float
    girth: float
    arm: float
    skin: tuple
    hair: tuple
    shirt: tuple
    trousers: tuple
    shoes: tuple
    has_sleeves: bool
    has_shorts: bool


@dataclass(frozen=True)
class Piece:
    """One solid part: a tapered capsule (two points with radii in metres) or a flat patch (four corners, no radii)."""

    points: np.ndarray
    radii: tuple | None
    colour: tuple


@dataclass
class Pose:
    """Where the body is: targets of hands and ankles, hints into which direction elbows and knees bend.

    `spine` points from pelvis to chest, `across` from the left to the right shoulder, `gaze` to where the face looks.
    """

    pelvis: np.ndarray = field(default_factory=lambda: vec(0, 0.90, 0))
    spine: np.ndarray = field(default_factory=lambda: vec(0, 1, 0))
    across: np.ndarray = field(default_factory=lambda: vec(0, 0, 1))
    gaze: np.ndarray = field(default_factory=lambda: vec(1, 0, 0))
    toes: np.ndarray = field(default_factory=lambda: vec(1, 0, 0))
    hand_right: np.ndarray = field(default_factory=lambda: vec(0.04, 0.84, 0.24))
    hand_left: np.ndarray = field(default_factory=lambda: vec(0.04, 0.84, -0.24))
    foot_right: np.ndarray = field(default_factory=lambda: vec(0, 0.07, 0.11))
    foot_left: np.ndarray = field(default_factory=lambda: vec(0, 0.07, -0.11))
    elbow_right: np.ndarray = field(default_factory=lambda: vec(-0.8, -0.4, 0.5))
    elbow_left: np.ndarray = field(default_factory=lambda: vec(-0.8, -0.4, -0.5))
    knee_right: np.ndarray = field(default_factory=lambda: vec(1, 0, 0.1))
    knee_left: np.ndarray = field(default_factory=lambda: vec(1, 0, -0.1))

    def shoulder(self, side: int) -> np.ndarray:
        """The right (side = 1) or left (side = -1) shoulder."""
        return self.pelvis + TORSO * _unit(self.spine) + side * SHOULDER * _unit(self.across)


def _unit(direction: np.ndarray) -> np.ndarray:
    return direction / np.maximum(np.linalg.norm(direction, axis=-1, keepdims=True), 1e-9)


def two_link(root: np.ndarray, target: np.ndarray, lengths: tuple, hint: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Middle and end joint of a limb of two bones from `root` towards `target`, bent towards `hint`.

    The end lies on the target where it is in reach, else as near to it as the bones allow.
    """
    first, second = lengths
    gap = target - root
    distance = np.linalg.norm(gap, axis=-1, keepdims=True)
    axis = gap / np.maximum(distance, 1e-9)
    reach = np.clip(distance, abs(first - second) + 1e-3, first + second - 1e-3)
    along = (first**2 - second**2 + reach**2) / (2 * reach)
    aside = np.sqrt(np.maximum(first**2 - along**2, 0))
    bend = _unit(hint - (hint * axis).sum(-1, keepdims=True) * axis)
    return root + along * axis + aside * bend, root + reach * axis


def joints(person: Person, pose: Pose) -> dict[str, np.ndarray]:
    """All joints of the figure by name, each `(t, 3)` or `(3,)` in body space."""
    spine, across = _unit(pose.spine), _unit(pose.across)
    chest = pose.pelvis + TORSO * spine
    places = {"pelvis": pose.pelvis, "chest": chest, "head": chest + HEAD_RISE * _unit(spine + 0.12 * pose.gaze)}
    arm, leg = (UPPER_ARM * person.arm, FOREARM * person.arm), (THIGH, SHIN)
    for name, side in (("right", 1), ("left", -1)):
        shoulder, hip = chest + side * SHOULDER * across, pose.pelvis + side * HIP * across
        elbow, hand = two_link(shoulder, getattr(pose, f"hand_{name}"), arm, getattr(pose, f"elbow_{name}"))
        knee, foot = two_link(hip, getattr(pose, f"foot_{name}"), leg, getattr(pose, f"knee_{name}"))
        names = {"shoulder": shoulder, "elbow": elbow, "hand": hand, "hip": hip, "knee": knee, "foot": foot}
        places |= {f"{joint}_{name}": place for joint, place in names.items()}
    return places


def figure_pieces(person: Person, pose: Pose) -> list[Piece]:
    """The solid parts of a dressed figure in body space."""
    place, girth = joints(person, pose), person.girth
    sleeve = person.shirt if person.has_sleeves else person.skin
    shin = person.skin if person.has_shorts else person.trousers
    pieces = _head(person, place, pose)
    pieces.append(capsule(place["chest"], place["pelvis"], 0.125 * girth, 0.115 * girth, person.shirt))
    pieces.append(capsule(place["shoulder_left"], place["shoulder_right"], 0.065, 0.065, person.shirt))
    pieces.append(capsule(place["hip_left"], place["hip_right"], 0.105 * girth, 0.105 * girth, person.trousers))
    for side in ("right", "left"):
        shoulder, elbow, hand = place[f"shoulder_{side}"], place[f"elbow_{side}"], place[f"hand_{side}"]
        hip, knee, foot = place[f"hip_{side}"], place[f"knee_{side}"], place[f"foot_{side}"]
        pieces.append(capsule(shoulder, place[f"hip_{side}"], 0.075 * girth, 0.085 * girth, person.shirt))
        pieces += limb(shoulder, elbow, 0.058 * girth, 0.048 * girth, person.shirt)
        pieces += limb(elbow, hand, 0.046 * girth, 0.036 * girth, sleeve)
        pieces.append(capsule(hand, hand, 0.062, 0.062, person.skin))
        pieces += limb(hip, knee, 0.088 * girth, 0.062 * girth, person.trousers)
        pieces += limb(knee, foot, 0.060 * girth, 0.045 * girth, shin)
        pieces.append(capsule(foot, foot + 0.15 * _unit(pose.toes), 0.050, 0.042, person.shoes))
    return pieces


def _head(person: Person, place: dict[str, np.ndarray], pose: Pose) -> list[Piece]:
    head, chest, gaze = place["head"], place["chest"], _unit(pose.gaze)
    spine = _unit(pose.spine)
    nose, hair = head + 0.115 * gaze - 0.01 * spine, head - 0.045 * gaze + 0.05 * spine
    eyes = head + 0.105 * gaze + 0.03 * spine
    across = 0.045 * _unit(pose.across)
    return [
        capsule(chest, head, 0.055, 0.05, person.skin),
        capsule(head - 0.02 * spine, head + 0.02 * spine, HEAD_RADIUS * 0.95, HEAD_RADIUS, person.skin),
        capsule(nose, nose, 0.026, 0.026, tuple(0.85 * value for value in person.skin)),
        capsule(hair, hair, HEAD_RADIUS, HEAD_RADIUS, person.hair),
        capsule(eyes + across, eyes + across, 0.02, 0.02, (30, 25, 25)),
        capsule(eyes - across, eyes - across, 0.02, 0.02, (30, 25, 25)),
    ]


def capsule(start: np.ndarray, end: np.ndarray, first: float, second: float, colour: tuple) -> Piece:
    """A tapered capsule between two points; a ball where both are the same."""
    start, end = np.broadcast_arrays(start, end)
    return Piece(np.stack([start, end], axis=-2), (first, second), colour)


def limb(start: np.ndarray, end: np.ndarray, first: float, second: float, colour: tuple) -> list[Piece]:
    """A capsule in two halves, so that a bone pointing at the camera has more than one depth."""
    middle, between = (start + end) / 2, (first + second) / 2
    return [capsule(start, middle, first, between, colour), capsule(middle, end, between, second, colour)]


def patch(*corners: np.ndarray, colour: tuple) -> Piece:
    """A flat quadrilateral."""
    return Piece(np.stack(np.broadcast_arrays(*corners), axis=-2), None, colour)


def turned_about(pose: Pose, distance: float) -> Pose:
    """The same pose by a second person who stands `distance` metres ahead and looks back at the first."""
    points = ("pelvis", "hand_right", "hand_left", "foot_right", "foot_left")
    changed = {}
    for name, value in vars(pose).items():
        turned = value * np.array([-1.0, 1.0, -1.0])
        changed[name] = turned + np.array([distance, 0.0, 0.0]) if name in points else turned
    return Pose(**changed)
