"""One vector per video of a sample of DIVAFN's protocol: its trajectories, coded by words of the training videos."""

import logging
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from i2v_core import cli, storage
from i2v_core.media import llc
from i2v_core.media.trajectory_store import TrajectoryStore
from i2v_core.media.vector_store import write_vectors
from i2v_core.progress import track
from i2v_core.seeding import derive, generator

logger = logging.getLogger(__name__)


def run(*, sample: Path, trajectories: list[Path], settings: dict, seed: int, out: Path) -> None:
    """sample: of draw_ratio_sample; its training and test videos get a vector. trajectories: stores of their data set.

    settings: words, nearest, beta (see `media.llc`), per_video (descriptors of each training video that the words are
    learnt from, at most). out: see `media.vector_store`.
    Choice: a video without a descriptor is the zero vector, as it has no word; a test video cannot be left out.
    Raises ValueError for videos of several data sets, and for fewer descriptors of training videos than words.
    """
    table = storage.read_csv(sample, ("role", "id", "dataset"))
    videos = table[table["role"].isin(("train", "test"))]
    datasets = sorted(set(videos["dataset"]))
    if len(datasets) != 1:
        raise ValueError(f"{sample}: videos of the data sets {datasets} found, of one wanted; draw the sample anew")
    store = TrajectoryStore(trajectories)
    with threadpool_limits(1):  # sums over several threads differ from run to run
        try:
            words = _words(store, storage.keys(videos[videos["role"] == "train"]), settings, seed)
        except ValueError as error:
            raise ValueError(f"{sample}: {error}") from None
        vectors = []
        for key in track(storage.keys(videos), "coding", len(videos)):
            rows = store.descriptors(key)
            how = {"nearest": settings["nearest"], "beta": settings["beta"]}
            vectors.append(llc.encoded(rows, words, **how) if len(rows) else np.zeros(len(words), np.float32))
    empty = [name for name, vector in zip(videos["id"], vectors, strict=True) if not vector.any()]
    logger.info("%d of %d videos without a trajectory are zero: %s", len(empty), len(vectors), ", ".join(empty[:5]))
    write_vectors(zip(videos["id"], vectors, strict=True), out, dataset=datasets[0])


def _words(store: TrajectoryStore, keys: list[str], settings: dict, seed: int) -> np.ndarray:
    """The codebook, of at most `per_video` descriptors of each video in `keys`."""
    drawn = (generator(seed, "codebook", key) for key in keys)
    samples = [
        llc.sampled(store.descriptors(key), random, most=settings["per_video"])
        for key, random in zip(keys, drawn, strict=True)
    ]
    return llc.codebook(samples, words=settings["words"], seed=derive(seed, "words") % 2**32)  # what k-means takes


if __name__ == "__main__":
    cli.entry(run)
