"""Trains DIVAFN, its ablations and its baselines on one sample of its protocol, and predicts the test videos."""

from pathlib import Path

import numpy as np
import pandas as pd

from i2v_core import cli, experiment, provenance, storage, training
from i2v_core.datasets.semantics import class_vectors
from i2v_core.media.vector_store import VectorStore
from i2v_core.methods.divafn import classifier, variants
from i2v_core.methods.divafn.objective import Settings
from i2v_core.methods.divafn.variants import Sample, Setup


def run(
    *,
    sample: Path,
    classes: Path,
    images: list[Path],
    keyframes: list[Path],
    videos: list[Path],
    methods: list[str],
    settings: dict,
    seed: int,
    device: str,
    threads: int,
    out: Path,
    log: Path,
    record: Path,
) -> None:
    """Writes `<out>/<method>/predictions_test.csv`, `id, class`, for each of `variants.METHODS` that `methods` names.

    sample: of draw_ratio_sample. images, keyframes, videos: vector stores. settings: `semantics` (arguments of
    `datasets.semantics.class_vectors`), `objective` (of `objective.Settings`), dim, hidden_dim, images, c (of the SVM)
    and `shallow` (arguments by method). log: of DIVAFN's training; of no other method, and empty without it.
    Raises ValueError for an unknown method, and for what the methods refuse.
    """
    training.open_device(device=device, threads=threads)
    arguments = dict(locals())
    table = storage.read_csv(sample, ("role", "id", "dataset", "label"))
    names = experiment.read_classes(classes)
    given = _sample(table, names, {"image": images, "keyframe": keyframes, "video": videos}, settings["semantics"])
    objective = Settings(**settings["objective"])
    own = {name: settings[name] for name in ("dim", "hidden_dim", "images", "shallow")}
    ids = table.loc[table["role"] == "test", "id"].tolist()
    storage.write_csv(pd.DataFrame(columns=["iteration"]), log)
    for method in methods:
        setup = Setup(**own, settings=objective, seed=seed, log=log if method == "divafn" else None)
        seen = variants.seen(method, given, setup)
        found = classifier.fit(seen.train, seen.labels, c=settings["c"]).predict(seen.tests)
        predicted = pd.DataFrame({"id": ids, "class": [names[label] for label in found]})
        storage.write_csv(predicted, out / method / "predictions_test.csv")
    storage.write_json(provenance.describe("run_divafn", arguments), record)


def _sample(table: pd.DataFrame, names: list[str], stores: dict[str, list[Path]], semantics: dict) -> Sample:
    rows = {role: table[table["role"] == role] for role in ("image", "train", "test")}
    keys = {role: (part["dataset"] + "/" + part["id"]).tolist() for role, part in rows.items()}
    labels = {role: np.array(rows[role]["label"].astype(int), np.int64) for role in ("image", "train")}
    images, keyframes, videos = (VectorStore(stores[kind]) for kind in ("image", "keyframe", "video"))
    return Sample(
        images.matrix(keys["image"]),
        labels["image"],
        keyframes.matrix(keys["train"]),
        videos.matrix(keys["train"]),
        labels["train"],
        keyframes.matrix(keys["test"]),
        videos.matrix(keys["test"]),
        class_vectors(names, **semantics).vectors,
    )


if __name__ == "__main__":
    cli.entry(run)
