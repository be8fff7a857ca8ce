"""How long a run will take, told before it starts: what the choices ask for, times what one of it was measured to cost.

The costs are of one core of two, one thread a job, stand-in networks at the mini world's sizes. A method's stages
wait for each other, so that more cores help the stand-ins alone. Public weights are larger networks on larger pictures:
their cost is a guess by the number of multiplications, on a CPU.
"""

import math

from i2v_core.own.facts import Facts
from i2v_core.own.networks import STAND_IN, Networks

# Seconds of one core: logs/benchmarks of the README's demo (2026-11-29: 7,424 frames of 240 videos), of flow those of
# `make video` (2026-11-28: 90,572 frames).
COSTS = {
    "decoding": {"frames": 0.0009},
    "flow": {"frames": 0.0068},
    "shots": {"frames": 0.0023},
    "describing": {"frames": 0.0020},  # by C3D
    "training": {"images": 0.0021, "clips": 0.011},
    "predicting": {"frames": 0.00095, "clips": 0.0070},
}
# Pretraining in the same runs, with drawing the part of the mini world that it learns from; of flow with its TV-L1.
STAND_INS = {"image": 119.0, "video": 221.0, "flow": 287.0, "c3d": 305.0}
# How many times as much the paper's networks compute: ResNet-18 of full width at 224 px; I3D at 224 px, 64 frames.
FULL = {"image": 16 * 16, "video": 64 * 16 * 64 / 12}
ONCE = "stand-ins, once"
GUESSED_FRAMES = 100  # of a video whose header does not say

Work = dict[tuple[str, str], float]


def seconds(method: str, facts: Facts, networks: Networks, chosen: dict[str, object], cycles: int) -> dict[str, float]:
    """Seconds of one core by kind of work. chosen: values by key, as `choices` gives them."""
    frames = facts.videos * (facts.frames or GUESSED_FRAMES)
    image = 1 if networks.image == STAND_IN else FULL["image"]
    larger = {"images": image, "frames": image, "clips": 1 if networks.video == STAND_IN else FULL["video"]}
    found = {"decoding": frames * COSTS["decoding"]["frames"]}
    for (kind, unit), amount in WORK[method](facts, networks, chosen, cycles, frames).items():
        factor = larger[unit] if kind in ("training", "predicting") else 1
        found[kind] = found.get(kind, 0.0) + amount * COSTS[kind][unit] * factor
    kinds = [kind for kind, weights in networks.used(method).items() if weights == STAND_IN]
    stand_ins = [STAND_INS[kind] for kind in (*kinds, *(["c3d"] if method == "divafn" else []))]
    return {**found, ONCE: sum(stand_ins)}


def sentence(
    method: str, facts: Facts, networks: Networks, chosen: dict[str, object], *, cycles: int, cores: int
) -> str:
    """The estimate for people."""
    found = {kind: value for kind, value in seconds(method, facts, networks, chosen, cycles).items() if value >= 1}
    parts = ", ".join(f"{kind} {_spoken(value)}" for kind, value in found.items())
    own = sum(value for kind, value in found.items() if kind != ONCE)
    whole = own + found.get(ONCE, 0.0) / min(cores, 2)
    guess = "" if {networks.image, networks.video} == {STAND_IN} else "; a guess for a CPU, far less on a GPU"
    return f"About {_spoken(whole)} ({parts}, of one core){guess}."


def _source_only(facts: Facts, networks: Networks, chosen: dict, cycles: int, frames: float) -> Work:
    images = sum(facts.images.values()) * chosen.get("training.epochs.source_only", 0)
    return {("training", "images"): images, ("predicting", "frames"): frames}


def _compared(facts: Facts, networks: Networks, chosen: dict, cycles: int, frames: float) -> Work:
    """Source only beside a method, where there are labels to compare by."""
    found = _source_only(facts, networks, chosen, cycles, frames)
    return {name: amount * bool(facts.labelled) for name, amount in found.items()}


def _cycda(facts: Facts, networks: Networks, chosen: dict, cycles: int, frames: float) -> Work:
    epochs = {stage: chosen[f"training.epochs.stage{stage}"] for stage in (1, 2, 3, 4)}
    longest = max(sum(facts.images.values()), facts.videos * networks.frames_per_video)
    beside = _compared(facts, networks, chosen, cycles, frames)
    kept = chosen["cycda.p_stage2"] * epochs[2] + cycles * chosen["cycda.p_stage4"] * epochs[4]
    return {
        ("training", "images"): beside["training", "images"] + 2 * longest * (epochs[1] + cycles * epochs[3]),
        ("training", "clips"): facts.videos * kept,
        ("predicting", "frames"): beside["predicting", "frames"] + frames * (1 + cycles),
        ("predicting", "clips"): 2 * facts.videos * (3 + cycles),
    }


def _cfb(facts: Facts, networks: Networks, chosen: dict, cycles: int, frames: float) -> Work:
    images, epochs = sum(facts.images.values()), chosen["cfb.training.epochs"]
    return {
        **_compared(facts, networks, chosen, cycles, frames),
        ("flow", "frames"): frames + 8 * images,
        ("training", "clips"): 4 * max(images, facts.videos) * epochs,
        ("predicting", "clips"): 2 * facts.videos * epochs,
    }


def _websup(facts: Facts, networks: Networks, chosen: dict, cycles: int, frames: float) -> Work:
    videos = sum(facts.source_videos.values())
    beside = _compared(facts, networks, chosen, cycles, frames)
    items = 2 * (sum(facts.images.values()) + videos) * chosen["websup.image.training.epochs"]
    return {
        ("shots", "frames"): frames,
        ("training", "images"): beside["training", "images"] + items,
        ("training", "clips"): 2 * videos * chosen.get("websup.video.training.epochs", 0),
        ("predicting", "frames"): beside["predicting", "frames"],
    }


def _stcda(facts: Facts, networks: Networks, chosen: dict, cycles: int, frames: float) -> Work:
    """Features of three segments, in seven versions, of both views; what learns from them costs little beside."""
    videos = facts.videos + sum(facts.source_videos.values())
    return {("flow", "frames"): frames * videos / facts.videos, ("predicting", "clips"): 2 * 3 * 7 * videos}


def _divafn(facts: Facts, networks: Networks, chosen: dict, cycles: int, frames: float) -> Work:
    """C3D on all frames; what learns from the vectors costs little beside."""
    return {("describing", "frames"): frames, ("predicting", "frames"): facts.videos}


WORK = {
    "source-only": _source_only,
    "cycda": _cycda,
    "cfb": _cfb,
    "websup": _websup,
    "stcda": _stcda,
    "divafn": _divafn,
}


def _spoken(value: float) -> str:
    minutes = value / 60
    if minutes < 2:
        return f"{math.ceil(value)} s"
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.0f} h"
