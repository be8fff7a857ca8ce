"""What the stages on DIVAFN's samples share: vectors of a sample's items, and a row's predictions of its test."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from i2v_core import experiment, storage
from i2v_core.datasets.semantics import class_vectors
from i2v_core.media.vector_store import VectorStore
from i2v_core.methods.divafn import classifier, variants
from i2v_core.methods.divafn.objective import Settings
from i2v_core.methods.divafn.variants import Sample, Setup

COLUMNS = ("role", "id", "dataset", "label")
SETUP = ("dim", "hidden_dim", "images", "shallow", "transductive", "target_labels")


@dataclass(frozen=True)
class Stores:
    """Vector stores of photos, of key frames and of videos."""

    images: list[Path]
    keyframes: list[Path]
    videos: list[Path]


@dataclass(frozen=True)
class Job:
    """One sample: its vectors, the names of its classes, and the ids of its test."""

    sample: Sample
    classes: list[str]
    tests: list[str]


def read(sample: Path, classes: Path, stores: Stores) -> Job:
    """A sample of draw_ratio_sample, whose test has no labels, with vectors of all its items.

    Its class vectors are empty; a row has its own, see `predictions`. Raises ValueError for an item without a vector.
    """
    table = storage.read_csv(sample, COLUMNS)
    rows = {role: table[table["role"] == role] for role in ("image", "train", "test")}
    keys = {role: storage.keys(part) for role, part in rows.items()}
    labels = {role: np.array(rows[role]["label"].astype(int), np.int64) for role in ("image", "train")}
    images, keyframes, videos = (VectorStore(paths) for paths in (stores.images, stores.keyframes, stores.videos))
    names = experiment.read_classes(classes)
    found = Sample(
        images.matrix(keys["image"]),
        labels["image"],
        keyframes.matrix(keys["train"]),
        videos.matrix(keys["train"]),
        labels["train"],
        keyframes.matrix(keys["test"]),
        videos.matrix(keys["test"]),
        np.empty((len(names), 0)),
    )
    return Job(found, names, rows["test"]["id"].tolist())


def predictions(job: Job, row: dict, *, seed: int) -> tuple[list[str], pd.DataFrame | None]:
    """Class of each test video by a row's method, and the log of the networks that it trained, if any.

    row: method, c (of the SVM), `SETUP` (see `variants.Setup`), semantics (arguments of
    `datasets.semantics.class_vectors`), objective (of `objective.Settings`).
    Raises ValueError for an unknown method, and for what the methods refuse.
    """
    vectors = class_vectors(job.classes, **row["semantics"]).vectors
    own = {name: row[name] for name in SETUP}
    setup = Setup(**own, settings=Settings(**row["objective"]), seed=seed)
    seen = variants.seen(row["method"], replace(job.sample, class_vectors=vectors), setup)
    found = classifier.fit(seen.train, seen.labels, c=row["c"]).predict(seen.tests)
    return [job.classes[label] for label in found], seen.log
