"""The virtual camera: depth of a photo, intrinsics, and the random motions of the presets.

Depthstillation lifts a photo into space and moves a camera in it. The unit of length is about the distance of the
nearest point, since depth from one photo has no scale.

Preset `paper_literal` takes the paper's words together with the released code of Depthstillation, `paper_plausible`
turns ten times less, `recommended` moves on a smooth path and renders each frame from the photo itself.
"""

from dataclasses import dataclass, fields, replace

import numpy as np

from i2v_core.media.synthesis import filling

DEPTH_OFFSET, FARTHEST = 0.005, 100.0
FOCAL = 0.58  # of the image's side: 81.5 degrees of view
SUPERSAMPLINGS = (1, 2)


def _is_pair(value: object) -> bool:
    numbers = isinstance(value, tuple | list) and len(value) == 2
    return numbers and all(isinstance(number, int | float) and not isinstance(number, bool) for number in value)


@dataclass(frozen=True)
class Motion:
    """How the camera moves from frame to frame, and how the views are rendered. Raises ValueError for a bad value.

    translation: lowest and highest size of a step along each axis, in distances of the nearest point. angle_deg: the
    same for the three numbers of the rotation. redraw_every: frames from one draw of the step to the next, None for one
    draw a video. is_smooth: between two draws the step changes evenly, where it else jumps. is_chained: each view is
    made from the one before it, else from the photo with the whole motion so far. has_square_pixels: one focal length
    for both axes. fill, ring: see `filling`. supersampling: points per pixel and axis that a view is made of.
    """

    translation: tuple[float, float]
    angle_deg: tuple[float, float]
    redraw_every: int | None
    is_smooth: bool
    is_chained: bool
    has_square_pixels: bool
    fill: str
    ring: str
    supersampling: int

    def __post_init__(self) -> None:
        for name in ("translation", "angle_deg"):
            low_high = getattr(self, name)
            if not (_is_pair(low_high) and 0 <= low_high[0] <= low_high[1] < np.inf):
                raise ValueError(f"{name} {low_high!r} found, two numbers 0 <= low <= high wanted")
            object.__setattr__(self, name, (float(low_high[0]), float(low_high[1])))
        if self.redraw_every is not None and not (type(self.redraw_every) is int and self.redraw_every > 0):
            raise ValueError(f"redraw_every {self.redraw_every!r} found, frames >= 1 or None wanted")
        for name in ("is_smooth", "is_chained", "has_square_pixels"):
            if not isinstance(getattr(self, name), bool):
                raise ValueError(f"{name} {getattr(self, name)!r} found, true or false wanted")
        choices = {"fill": filling.FILLS, "ring": filling.RINGS, "supersampling": SUPERSAMPLINGS}
        for name, allowed in choices.items():
            if getattr(self, name) not in allowed:
                raise ValueError(f"{name} {getattr(self, name)!r} found, one of {list(allowed)} wanted")
        if self.ring == "collisions" and self.supersampling > 1:
            raise ValueError(
                "ring 'collisions' with supersampling 2: nearly every pixel then gets several points; "
                "take ring 'depth_jumps' or 'none', or supersampling 1"
            )


_LITERAL = Motion(
    translation=(0.01, 0.02),
    angle_deg=(5.0, 10.0),
    redraw_every=1,
    is_smooth=False,
    is_chained=True,
    has_square_pixels=False,
    fill="telea",
    ring="collisions",
    supersampling=1,
)
# Choice: the paper's coefficient of the translation is 0.01 where the released code has 0.1 in the range 0.1..0.2.
# Choice: it names no angles. The code's 5 to 10 degrees leave nothing of the photo after a few of 16 frames, hence a
# tenth; one draw a video gives a steady motion, a new one each frame a trembling. The code's ring around collisions
# replaces most of the photo within half a chain, hence the narrow one, and four points a pixel against cracks.
_PLAUSIBLE = replace(_LITERAL, angle_deg=(0.5, 1.0), redraw_every=None, ring="depth_jumps", supersampling=2)
PRESETS = {
    "paper_literal": _LITERAL,
    "paper_plausible": _PLAUSIBLE,
    # Deviation: rendered from the photo, whose pixels a chain replaces bit by bit, and with square pixels.
    "recommended": replace(_PLAUSIBLE, redraw_every=6, is_smooth=True, is_chained=False, has_square_pixels=True),
}


def motion(preset: str, **overrides: object) -> Motion:
    """The preset of that name with some fields replaced. Raises ValueError for an unknown preset, field or value."""
    if preset not in PRESETS:
        raise ValueError(f"camera preset {preset!r} found, one of {sorted(PRESETS)} wanted")
    names = [field.name for field in fields(Motion)]
    unknown = sorted(set(overrides) - set(names))
    if unknown:
        raise ValueError(f"unknown setting {unknown[0]!r} of camera preset {preset!r}; it has {names}")
    return replace(PRESETS[preset], **overrides)


def depth_from_inverse(inverse_depth: np.ndarray) -> np.ndarray:
    """Depth D = min(1 / (d + 0.005), 100) of an inverse depth d in [0, 1], 1 = nearest -> float32, 0.995..100."""
    return np.minimum(1 / (inverse_depth.astype(np.float32) + np.float32(DEPTH_OFFSET)), np.float32(FARTHEST))


def intrinsics(height: int, width: int, *, has_square_pixels: bool) -> np.ndarray:
    """Matrix M from rays to pixels -> float64 (3, 3): focal lengths 0.58 of each side, centre in the middle.

    With square pixels both focal lengths are 0.58 of the longer side. Deviation: the released code has a focal length
    per side, which stretches the world unless the photo is square.
    """
    focal_x, focal_y = FOCAL * width, FOCAL * height
    if has_square_pixels:
        focal_x = focal_y = max(focal_x, focal_y)
    return np.array([[focal_x, 0, width / 2], [0, focal_y, height / 2], [0, 0, 1.0]])


def rotation(axis_angle: np.ndarray) -> np.ndarray:
    """Rodrigues: R = I + sin(a) K + (1 - cos(a)) K^2 of an axis-angle vector (3,), its length the angle in radian.

    The paper says Euler angles; the released code uses the three numbers this way.
    """
    angle = float(np.linalg.norm(axis_angle))
    if angle == 0:
        return np.eye(3)
    x, y, z = np.asarray(axis_angle) / angle
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * (cross @ cross)


def random_steps(motion: Motion, count: int, random: np.random.Generator) -> np.ndarray:
    """Moves from each frame to the next -> float64 (count, 4, 4), x' = R x + t.

    Each of the three lengths and of the three angles is s (low + (high - low) u) with a random sign s and u in [0, 1):
    small moves are avoided.
    """
    every = motion.redraw_every or max(count, 1)
    draws = -(-count // every) + motion.is_smooth
    low, high = np.repeat([motion.translation, np.deg2rad(motion.angle_deg)], 3, axis=0).T
    signs = random.choice([-1.0, 1.0], size=(draws, 6))
    drawn = signs * (low + (high - low) * random.random((draws, 6)))
    times = np.arange(count) / every
    first = np.floor(times).astype(int)
    share = (times - first)[:, None] * motion.is_smooth
    numbers = (1 - share) * drawn[first] + share * drawn[np.minimum(first + 1, draws - 1)]
    steps = np.tile(np.eye(4), (count, 1, 1))
    for step, six in zip(steps, numbers, strict=True):
        step[:3, :3], step[:3, 3] = rotation(six[3:]), six[:3]
    return steps


def cumulative(steps: np.ndarray) -> np.ndarray:
    """Moves from the first frame to each frame -> float64 (len(steps) + 1, 4, 4), the first one no move."""
    poses = [np.eye(4)]
    for step in steps:
        poses.append(step @ poses[-1])
    return np.stack(poses)
