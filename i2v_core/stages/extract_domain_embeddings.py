"""Embeddings of web images, key frames of web videos and of target videos by the image model, for maps of domains."""

from pathlib import Path

import h5py
import numpy as np
import torch

from i2v_core import cli, storage, training, web_inference
from i2v_core.models.web_image import WebImageModel
from i2v_core.seeding import derive
from i2v_core.storage import atomic
from i2v_core.web_samples import Media


def run(
    *,
    source: Path,
    target_train: Path,
    target_labels: Path,
    shots: list[Path],
    stores: list[Path],
    model: Path | None = None,
    weights: str = "",
    settings: dict,
    seed: int,
    batch_size: int,
    device: str,
    threads: int,
    workers: int = 0,
    out: Path,
) -> None:
    """Writes `vectors` (n, d), `domains` (n,) of image, video and target, `classes` (n,) into an HDF5 file.

    model: a trained row; without it the backbone with its initial `weights`, a file, `timm` or nothing, and `settings`
    of a row. target_labels: `id, class`; they say which panel a point is drawn in, no training reads them.
    """
    place = training.open_device(device=device, threads=threads)
    if model is None:
        torch.manual_seed(derive(seed, "weights"))
        network = WebImageModel(classes=2, **settings["model"], weights=weights or None)
        inputs = settings["inputs"]
    else:
        loaded = web_inference.load(model, "image")
        network, inputs = loaded.model, loaded.inputs
    media = Media.open(stores, shots, source, target_train)
    labels = storage.read_csv(target_labels, ("id", "class"))
    targets = media.target.merge(labels[["id", "class"]], on="id", how="left", validate="many_to_one")
    tables = {kind: media.labelled(kind, "train") for kind in ("image", "video")} | {"target": targets}
    how = {"batch_size": batch_size, "device": place, "workers": workers}
    vectors, domains, classes = [], [], []
    for domain, table in tables.items():
        rows, found = web_inference.embeddings(network, media, table, inputs, **how)
        vectors.append(found)
        domains += [domain] * len(found)
        classes += rows["class"].tolist()
    with atomic(out) as temporary, h5py.File(temporary, "w") as file:
        file["vectors"] = np.concatenate(vectors).astype(np.float32)
        for name, column in (("domains", domains), ("classes", classes)):
            file.create_dataset(name, data=np.array(column, dtype=object), dtype=h5py.string_dtype())


if __name__ == "__main__":
    cli.entry(run)
