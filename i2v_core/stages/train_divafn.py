"""Trains DIVAFN on own folders: labelled images and the videos that have a label; predicts all videos."""

from pathlib import Path

import numpy as np

from i2v_core import cli, experiment, probabilities, provenance, storage, training
from i2v_core.datasets.semantics import class_vectors
from i2v_core.divafn_jobs import SETUP
from i2v_core.media.vector_store import VectorStore
from i2v_core.methods.divafn import deployed
from i2v_core.methods.divafn.objective import Settings
from i2v_core.methods.divafn.variants import Sample, Setup


def run(
    *,
    source: Path,
    target_test: Path,
    target_labels: Path,
    classes: Path,
    images: list[Path],
    keyframes: list[Path],
    videos: list[Path],
    settings: dict,
    seed: int,
    device: str,
    threads: int,
    out: Path,
    log: Path,
    record: Path,
    probabilities_out: Path,
    predictions: Path,
) -> None:
    """source: labelled images. target_test: all videos; target_labels: `id, label` of those that train. images,
    keyframes, videos: vector stores. settings: as `divafn_jobs.predictions` wants of a row.

    Writes the model (kind `divafn`), J and its terms by iteration, and predictions of all videos, those that train too.
    Raises ValueError for labels of fewer than two classes.
    """
    arguments = dict(locals())
    training.open_device(device=device, threads=threads)
    names = experiment.read_classes(classes)
    table = storage.read_csv(target_test, ("id", "dataset"))
    known = storage.read_csv(target_labels, ("id", "label")).astype({"label": int}).set_index("id")["label"]
    labelled = table[table["id"].isin(known.index)]
    labels = known.loc[labelled["id"]].to_numpy()
    if len(np.unique(labels)) < 2:
        raise ValueError(
            f"{target_labels}: labels of {len(np.unique(labels))} classes found, two at least wanted: DIVAFN learns "
            "from labelled videos beside the images"
        )
    photos, keys = storage.read_csv(source, ("id", "dataset", "label")), storage.keys(labelled)
    stills, shown, moving = (VectorStore(paths) for paths in (images, keyframes, videos))
    nothing = np.empty((0, 0), np.float32)  # no test: all videos are predicted below
    sample = Sample(
        stills.matrix(storage.keys(photos)),
        photos["label"].astype(int).to_numpy(),
        shown.matrix(keys),
        moving.matrix(keys),
        labels,
        nothing,
        nothing,
        class_vectors(names, **settings["semantics"]).vectors,
    )
    setup = Setup(**{name: settings[name] for name in SETUP}, settings=Settings(**settings["objective"]), seed=seed)
    found, terms = deployed.fit(sample, setup, c=settings["c"])
    storage.write_csv(terms, log)
    storage.write_json(provenance.describe("train_divafn", arguments), record)
    everything = storage.keys(table)
    values = found.probabilities(shown.matrix(everything), moving.matrix(everything)).astype(np.float32)
    result = probabilities.Probabilities(table["id"].tolist(), np.ones(len(table), np.int64), values, names)
    probabilities.write(result, probabilities_out)
    storage.write_csv(probabilities.predictions(result), predictions)
    storage.save_weights({"kind": deployed.KIND, "classes": names, "state": found.state()}, out)


if __name__ == "__main__":
    cli.entry(run)
