"""One vector per photo, or per key frame of a video, of a shard, by a frozen image network."""

from functools import partial
from pathlib import Path

from i2v_core import cli, still_vectors, storage
from i2v_core.media.frames import FrameStore


def run(
    *,
    store: Path,
    keyframes: Path | None = None,
    weights: str,
    settings: dict,
    batch_size: int,
    device: str,
    threads: int,
    seed: int,
    out: Path,
) -> None:
    """store: a shard of frames. keyframes: CSV `id, frame` of its videos; without it the first frame of each item.

    weights, settings: see `models.still_encoders`. seed: of random weights. out: see `media.vector_store`.
    Raises ValueError for a video without a key frame.
    """
    how = {"weights": weights, "settings": settings, "batch_size": batch_size, "device": device}
    still_vectors.write(store, partial(_places, keyframes), out, **how, threads=threads, seed=seed)


def _places(keyframes: Path | None, frames: FrameStore) -> still_vectors.Places:
    """The key frame of each video, or the first frame of each item."""
    chosen = _chosen(list(frames), keyframes)
    return {key.partition("/")[2]: (key, frame) for key, frame in chosen.items()}


def _chosen(keys: list[str], keyframes: Path | None) -> dict[str, int]:
    if keyframes is None:
        return dict.fromkeys(keys, 0)
    table = storage.read_csv(keyframes, ("id", "frame"))
    known = dict(zip(table["id"], table["frame"].astype(int), strict=True))
    missing = [key for key in keys if key.partition("/")[2] not in known]
    if missing:
        raise ValueError(f"{keyframes}: no key frame of {len(missing)} videos ({missing[0]}), one of each wanted")
    return {key: known[key.partition("/")[2]] for key in keys}


if __name__ == "__main__":
    cli.entry(run)
