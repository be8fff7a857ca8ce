"""Corrupted clips and videos, the intra-sample negatives of STCDA (section 3.1, figure 3)."""

import itertools
import math

import numpy as np
import torch
from torch import Tensor

KINDS = ("spatial", "temporal")

TURNS = (
    lambda frame: frame[:, ::-1],
    lambda frame: frame[::-1],
    lambda frame: np.rot90(frame, 1),
    lambda frame: np.rot90(frame, 2),
    lambda frame: np.rot90(frame, 3),
)


def spatial(clip: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A copy of the clip in which some frames, not all, have a wrong pose: (t, h, w, c) -> (t, h, w, c).

    Choice: a quarter to three quarters of the frames, their number drawn uniformly, each by one of mirror left-right,
    mirror top-bottom, turn by 90, 180 or 270 degrees, drawn for itself. All frames turned alike would be an
    augmentation, not a negative. Choice: flow is turned as a picture, its components stay; it is meant to be wrong.
    Raises ValueError for fewer than two frames or frames that are not square.
    """
    _check(clip)
    if clip.shape[1] != clip.shape[2]:
        raise ValueError(f"clip: frames of {clip.shape[1]} x {clip.shape[2]} px found, square ones wanted; crop first")
    length = len(clip)
    count = random.integers(math.ceil(length / 4), math.floor(3 * length / 4), endpoint=True)
    wrong = clip.copy()
    for position in random.choice(length, count, replace=False):
        wrong[position] = TURNS[random.integers(len(TURNS))](clip[position])
    return wrong


def temporal(clip: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A copy of the clip with its frames in a wrong order: (t, h, w, c) -> (t, h, w, c).

    Choice: uniform over all orders but the right one; IIC swaps two of four parts.
    Raises ValueError for fewer than two frames.
    """
    _check(clip)
    right = np.arange(len(clip))
    order = right
    while (order == right).all():
        order = random.permutation(len(clip))
    return clip[order]


def corrupted(clip: np.ndarray, random: np.random.Generator, *, kinds: tuple[str, ...] = KINDS) -> np.ndarray:
    """One corrupted copy of the clip (t, h, w, c), by one of `kinds`, each as likely as the other.

    RGB and flow in one array are corrupted alike. kinds: leave "temporal" out for an encoder that does not notice the
    order of frames, to which such a clip equals its own positive.
    Raises ValueError for a kind not in KINDS, for none, and as `spatial` and `temporal` do.
    """
    if not kinds or not set(kinds) <= set(KINDS):
        raise ValueError(f"negatives: {list(kinds)} found, some of {', '.join(KINDS)} wanted; see params.yaml")
    kind = kinds[random.integers(len(kinds))]
    return spatial(clip, random) if kind == "spatial" else temporal(clip, random)


def order_negatives(clips: Tensor, generator: torch.Generator) -> Tensor:
    """The clip features of each video in a wrong order: (n, S, d) -> (n, S, d).

    Choice: uniform over the S! - 1 wrong orders, drawn for each video. Takes n numbers of the generator.
    Raises ValueError for a single clip.
    """
    count, segments = clips.shape[:2]
    if segments < 2:
        raise ValueError(f"segments: {segments} found, 2 or more wanted for a wrong order; see params.yaml")
    orders = torch.tensor(list(itertools.permutations(range(segments)))[1:])
    drawn = torch.randint(len(orders), (count,), generator=generator, device=generator.device).cpu()
    chosen = orders[drawn].to(clips.device)
    return clips.gather(1, chosen[:, :, None].expand_as(clips))


def clip_negatives(clips: Tensor, corrupted_clips: Tensor, generator: torch.Generator) -> Tensor:
    """Clip features of which at least one of each video is that of its corrupted copy: twice (n, S, d) -> (n, S, d).

    Choice: uniform over the 2^S - 1 non-empty sets of clips, drawn for each video. Takes n numbers of the generator.
    Raises ValueError if the shapes differ.
    """
    if clips.shape != corrupted_clips.shape:
        shapes = f"{tuple(clips.shape)} and {tuple(corrupted_clips.shape)}"
        raise ValueError(f"clips, corrupted_clips: shapes {shapes} found, twice (n, S, d) wanted")
    count, segments = clips.shape[:2]
    drawn = torch.randint(1, 2**segments, (count,), generator=generator, device=generator.device).to(clips.device)
    replaced = (drawn[:, None] >> torch.arange(segments, device=clips.device)) & 1
    return torch.where(replaced[:, :, None].bool(), corrupted_clips, clips)


def _check(clip: np.ndarray) -> None:
    if clip.ndim != 4 or len(clip) < 2:
        raise ValueError(f"clip: shape {clip.shape} found, (t, h, w, c) with t >= 2 wanted; raise frames")
