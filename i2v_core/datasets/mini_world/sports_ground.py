"""Places of the video world that the photos do not have: a sports ground below a stand, and people who stand about."""

from dataclasses import replace

import cv2
import numpy as np

from i2v_core.datasets.mini_world import scene
from i2v_core.datasets.mini_world.figure import Person, Pose, figure_pieces, vec
from i2v_core.datasets.mini_world.render import Backdrop, Solids, placed, stacked

GROUNDS = ((176, 86, 62), (96, 142, 78), (84, 128, 168), (198, 172, 128))  # track, grass, court, sand
STAND_METRES, GROUND_METRES, PIXELS_A_METRE = (24.0, 9.0), (24.0, 18.0), 16.0


def sports_ground(rng: np.random.Generator, dimness: float, contrast: float) -> Backdrop:
    """Rows of spectators above advertising boards, a ground with white lines. contrast: 0 one tone, 1 as it comes."""
    width, height = (round(metres * PIXELS_A_METRE) for metres in STAND_METRES)
    rows, seats = height // 5, width // 3
    crowd = rng.uniform(60, 190, size=(rows, seats, 1)) + rng.uniform(-45, 45, size=(rows, seats, 3))
    wall = cv2.resize(crowd.astype(np.float32), (width, height), interpolation=cv2.INTER_NEAREST)
    wall[::5] *= 0.6
    board = height - round(1.0 * PIXELS_A_METRE)
    for start in range(0, width, 40):
        wall[board:, start : start + 40] = scene.clothes_colour(rng, 0.3)
        wall[board + 5 : board + 10, start + 6 : start + 32] = 235
    tone = np.array(GROUNDS[rng.integers(len(GROUNDS))], dtype=np.float32) * (1 - 0.5 * dimness)
    size = [round(metres * PIXELS_A_METRE) for metres in GROUND_METRES]
    floor = tone + 5 * rng.standard_normal((size[1], size[0], 1)).astype(np.float32)
    first, gap = int(rng.integers(20, 60)), int(rng.integers(18, 34))
    for row in range(first, size[1], gap):
        floor[row : row + 2] = 225
    grey = wall.reshape(-1, 3).mean(axis=0)
    wall = 0.5 * (grey + tone) + contrast * (wall - grey)
    floor = tone + min(1.0, 2 * contrast) * (floor - tone)
    wall, floor = (np.clip(texture, 0, 255).astype(np.uint8) for texture in (wall, floor))
    return Backdrop(wall, floor, rng.uniform(5.0, 9.0), PIXELS_A_METRE)


def bystanders(rng: np.random.Generator, people: list[Person], depth: float) -> Solids | None:
    """People who stand about behind the action in world space, one frame; None where there are none."""
    stood = []
    for person in people:
        pose = Pose(
            hand_right=vec(0.1, rng.uniform(0.84, 1.15), 0.22),
            hand_left=vec(0.1, rng.uniform(0.84, 1.15), -0.22),
            foot_right=vec(0.05, 0.07, 0.12),
        )
        one = placed(stacked(figure_pieces(person, pose), 1), rng.uniform(0, 360), person.scale, False, np.zeros(1))
        side = rng.choice([-1.0, 1.0]) * rng.uniform(1.0, 2.6)
        stood.append(replace(one, capsules=one.capsules + vec(side, 0, -rng.uniform(0.35, 0.8) * depth)))
    if not stood:
        return None
    return Solids(
        np.concatenate([one.capsules for one in stood], axis=1),
        np.concatenate([one.radii for one in stood]),
        stood[0].patches,
        np.concatenate([one.colours for one in stood]),
    )
