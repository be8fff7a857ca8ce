"""Attention weights of all web items by a trained model of web supervision: what counts and what does not."""

from pathlib import Path

import numpy as np
import pandas as pd
import torch

from i2v_core import cli, storage, training, web_inference
from i2v_core.models import saved
from i2v_core.progress import track
from i2v_core.seeding import generator
from i2v_core.stages.predict_web import MODELS
from i2v_core.web_samples import Media

COLUMNS = ("id", "dataset", "kind", "class", "frame", "weight", "first_batch", "first_alpha")


def run(
    *,
    model: Path,
    source: Path,
    target_train: Path,
    shots: list[Path],
    stores: list[Path],
    settings: dict,
    seed: int,
    batch_size: int,
    device: str,
    threads: int,
    workers: int = 0,
    out: Path,
) -> None:
    """Writes a CSV with a row per key frame (or chunk) of the items that trained, columns COLUMNS.

    weight: alpha times the size of its batch, mean over `settings["passes"]` passes in random batches against random
    target batches of `settings["batch_size"]`, as in training: 1 is the weight of a plain mean. first_batch,
    first_alpha: its batch in the first pass, and alpha there, which sums to 1. Crops are from the middle.
    settings: kind, sources, batch_size, top_share, passes.
    """
    place = training.open_device(device=device, threads=threads)
    constructor, name = MODELS[settings["kind"]]
    loaded = saved.load(model, constructor, kind=name)
    media = Media.open(stores, shots, source, target_train)

    def embedded(table: pd.DataFrame) -> tuple[pd.DataFrame, torch.Tensor]:
        rows, (vectors,) = web_inference.applied(
            loaded.model,
            lambda x: (loaded.model.layers(x)[-1],),
            media.store,
            table,
            media.shots,
            loaded.inputs,
            batch_size=batch_size,
            device=place,
            workers=workers,
        )
        return rows, torch.from_numpy(vectors).to(place)

    _, target = embedded(media.target)
    tables = []
    for kind in settings["sources"]:
        rows, vectors = embedded(media.labelled(kind, "train"))
        weights, first_batch, first_alpha = _weights(loaded.model, kind, vectors, target, settings, seed)
        frame = rows["frame"] if "frame" in rows else rows["start"]
        kept = rows[["id", "dataset", "kind", "class"]]
        tables.append(kept.assign(frame=frame, weight=weights, first_batch=first_batch, first_alpha=first_alpha))
    storage.write_csv(pd.concat(tables, ignore_index=True)[list(COLUMNS)], out)


@torch.inference_mode()
def _weights(
    model: torch.nn.Module, kind: str, vectors: torch.Tensor, target: torch.Tensor, settings: dict, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    size, n = settings["batch_size"], len(vectors)
    total, first_batch, first_alpha = np.zeros(n), np.zeros(n, np.int64), np.zeros(n)
    for turn in track(range(settings["passes"]), "weighing", settings["passes"]):
        order = generator(seed, "weigh", kind, turn).permutation(n)
        for number, rows in enumerate(np.array_split(order, max(1, round(n / size)))):
            seen = generator(seed, "weigh target", kind, turn, number).permutation(len(target))[:size]
            attention = model.heads.attention_of(kind)
            alpha = attention(vectors[rows], target[seen], top_share=settings["top_share"]).cpu().numpy()
            total[rows] += alpha * len(rows)
            if turn == 0:
                first_batch[rows], first_alpha[rows] = number, alpha
    return total / settings["passes"], first_batch, first_alpha


if __name__ == "__main__":
    cli.entry(run)
