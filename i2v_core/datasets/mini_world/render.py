"""Solid pieces, a wall and a floor through a moving pinhole camera -> colour and true depth."""

from dataclasses import dataclass

import cv2
import numpy as np

from i2v_core.datasets.mini_world.figure import Piece

SUPERSAMPLING = 2
ARC_POINTS = 7  # of each round end
SUBPIXEL_BITS = 3
GROUND = 0.01  # metres; patches below lie on the floor
NEAR = 0.3  # metres; what is nearer is not drawn


@dataclass(frozen=True)
class Solids:
    """Stacked pieces: capsules `(t, n, 2, 3)`, radii `(n, 2)`, patches `(t, m, 4, 3)`, colours of both `(n + m, 3)`."""

    capsules: np.ndarray
    radii: np.ndarray
    patches: np.ndarray
    colours: np.ndarray


@dataclass(frozen=True)
class Camera:
    """Looks along -z. Focal length `(t,)` and principal point `(t, 2)` in pixels, position `(t, 3)` in metres."""

    width: int
    height: int
    focal: np.ndarray
    centre: np.ndarray
    position: np.ndarray


@dataclass(frozen=True)
class Backdrop:
    """A wall at z = -distance and the ground, each with a texture `(h, w, 3)` at `scale` pixels a metre."""

    wall: np.ndarray
    floor: np.ndarray
    distance: float
    scale: float


def stacked(pieces: list[Piece], frames: int) -> Solids:
    """One array per kind of piece; points that stay the same are repeated over `frames`."""
    round_ones = [piece for piece in pieces if piece.radii is not None]
    flat_ones = [piece for piece in pieces if piece.radii is None]

    def over_time(chosen: list[Piece], corners: int) -> np.ndarray:
        out = np.empty((frames, len(chosen), corners, 3))
        for number, piece in enumerate(chosen):
            out[:, number] = piece.points
        return out

    return Solids(
        over_time(round_ones, 2),
        np.array([piece.radii for piece in round_ones], dtype=np.float64).reshape(-1, 2),
        over_time(flat_ones, 4),
        np.array([piece.colour for piece in round_ones + flat_ones], dtype=np.float64).reshape(-1, 3),
    )


def together(first: Solids, second: Solids) -> Solids:
    """The pieces of both."""
    split, other = len(first.radii), len(second.radii)
    colours = [first.colours[:split], second.colours[:other], first.colours[split:], second.colours[other:]]
    return Solids(
        np.concatenate([first.capsules, second.capsules], axis=1),
        np.concatenate([first.radii, second.radii]),
        np.concatenate([first.patches, second.patches], axis=1),
        np.concatenate(colours),
    )


def placed(solids: Solids, view_deg: float, scale: float, is_mirrored: bool, travel_x: np.ndarray) -> Solids:
    """From body space (forward, up, right) to world space (x right, y up, z to the camera).

    view_deg 0 shows the right side, 90 the front. travel_x (t,): metres to the right in the world.
    """
    turn = np.deg2rad(view_deg)
    sign = -1.0 if is_mirrored else 1.0
    matrix = scale * np.array(
        [[sign * np.cos(turn), 0, -sign * np.sin(turn)], [0, 1, 0], [np.sin(turn), 0, np.cos(turn)]]
    )
    offset = travel_x[:, None, None, None] * np.array([1.0, 0, 0])
    return Solids(
        solids.capsules @ matrix.T + offset, solids.radii * scale, solids.patches @ matrix.T + offset, solids.colours
    )


def outlines(solids: Solids, camera: Camera) -> tuple[np.ndarray, np.ndarray]:
    """Polygons in pixels `(t, n + m, p, 2)` and the depth in metres of each `(t, n + m)`, along the camera's axis.

    A piece has one depth, that of its nearest surface, so that drawing from far to near is exact.
    """
    ends, reach = _projected(solids.capsules, camera)
    radii = solids.radii * camera.focal[:, None, None] / reach
    step = ends[:, :, 1] - ends[:, :, 0]
    facing = np.arctan2(step[..., 1], step[..., 0])[..., None]
    arc = np.linspace(-np.pi / 2, np.pi / 2, ARC_POINTS)
    rounds = []
    for end, angle in ((1, facing + arc), (0, facing + np.pi + arc)):
        rim = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
        rounds.append(ends[:, :, end, None] + radii[:, :, end, None, None] * rim)
    polygons = np.concatenate(rounds, axis=2)
    depth = reach.mean(-1) - solids.radii.mean(-1)
    corners, reach = _projected(solids.patches, camera)
    corners = np.repeat(corners, [2 * ARC_POINTS - 3, 1, 1, 1], axis=2)
    return np.concatenate([polygons, corners], axis=1), np.concatenate([depth, reach.mean(-1)], axis=1)


def _projected(points: np.ndarray, camera: Camera) -> tuple[np.ndarray, np.ndarray]:
    relative = points - camera.position[:, None, None]
    depth = np.maximum(-relative[..., 2], 1e-3)
    scale = camera.focal[:, None, None] / depth
    across = camera.centre[:, 0, None, None] + scale * relative[..., 0]
    return np.stack([across, camera.centre[:, 1, None, None] - scale * relative[..., 1]], axis=-1), depth


def render(backdrop: Backdrop, solids: Solids, camera: Camera, *, with_depth: bool = True) -> tuple:
    """Colour uint8 `(t, h, w, 3)` and depth float32 `(t, h, w)`: metres along the camera's axis, None without.

    Nearer pieces cover farther ones. Colours are antialiased by supersampling; depth is not, it is one surface's.
    """
    fine = Camera(
        camera.width * SUPERSAMPLING,
        camera.height * SUPERSAMPLING,
        camera.focal * SUPERSAMPLING,
        camera.centre * SUPERSAMPLING,
        camera.position,
    )
    polygons, distances = outlines(solids, fine)
    points = np.round(np.clip(polygons, -4000, 4000) * (1 << SUBPIXEL_BITS)).astype(np.int32)
    lying = solids.patches[..., 1].max(axis=-1) < GROUND  # shadows, which have the depth of the ground
    on_ground = np.concatenate([np.zeros((len(lying), len(solids.radii)), bool), lying], axis=1)
    order = np.argsort(-distances, axis=1, kind="stable")
    behind = distances - camera.position[:, 2:] + 0.2  # far limbs are darker, which tells left from right
    shade = np.clip(1.0 - 0.4 * behind, 0.7, 1.0)[..., None] * solids.colours
    shades = np.clip(shade, 0, 255).tolist()
    frames = np.empty((len(camera.focal), camera.height, camera.width, 3), np.uint8)
    depths = np.empty(frames.shape[:3], np.float32) if with_depth else None
    for number in range(len(frames)):
        canvas, depth = _behind(backdrop, fine, number, with_depth)
        for piece in order[number].tolist():
            distance = float(distances[number, piece])
            if distance < NEAR:
                continue
            cv2.fillConvexPoly(canvas, points[number, piece], shades[number][piece], cv2.LINE_8, SUBPIXEL_BITS)
            if with_depth and not on_ground[number, piece]:
                cv2.fillConvexPoly(depth, points[number, piece], distance, cv2.LINE_8, SUBPIXEL_BITS)
        cv2.resize(canvas, (camera.width, camera.height), dst=frames[number], interpolation=cv2.INTER_AREA)
        if with_depth:
            depths[number] = depth[::SUPERSAMPLING, ::SUPERSAMPLING]
    return frames, depths


def _behind(backdrop: Backdrop, camera: Camera, number: int, with_depth: bool) -> tuple:
    """Wall and floor of one frame; the horizon is where the principal point is, as the camera looks straight ahead."""
    focal, (across, down), (x, y, z) = camera.focal[number], camera.centre[number], camera.position[number]
    far, scale = z + backdrop.distance, backdrop.scale
    size = (camera.width, camera.height)
    foot = int(np.clip(np.ceil(down + focal * y / far), 0, camera.height))  # first row of the floor
    wall_height, wall_width = backdrop.wall.shape[:2]
    zoom = scale * far / focal
    matrix = np.array(
        [
            [zoom, 0, scale * x - across * zoom + wall_width / 2],
            [0, zoom, wall_height - scale * y - down * zoom],
        ]
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    canvas = cv2.warpAffine(backdrop.wall, matrix, size, flags=flags, borderMode=cv2.BORDER_REFLECT_101)
    depth = np.full(size[::-1], far, np.float32) if with_depth else None
    if foot < camera.height:
        shift = scale * x + backdrop.floor.shape[1] / 2
        start = scale * far  # texture row 0 lies at the wall
        below = down - foot
        plane = np.array(
            [
                [scale * y, shift, -shift * below - scale * y * across],
                [0, start, -start * below - scale * focal * y],
                [0, 1, -below],
            ]
        )
        rest = (camera.width, camera.height - foot)
        canvas[foot:] = cv2.warpPerspective(backdrop.floor, plane, rest, flags=flags, borderMode=cv2.BORDER_REFLECT_101)
        if with_depth:
            rows = np.arange(foot, camera.height) - down
            depth[foot:] = (focal * y / np.maximum(rows, 1e-6)).astype(np.float32)[:, None]
    return canvas, depth
