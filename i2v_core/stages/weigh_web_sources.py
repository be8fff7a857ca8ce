"""Attention weights of all web items by a trained model of web supervision: what counts and what does not."""

from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch.nn import functional

from i2v_core import cli, storage, training, web_inference
from i2v_core.methods.websup import objective
from i2v_core.progress import track
from i2v_core.seeding import generator
from i2v_core.web_samples import Media

COLUMNS = ["id", "dataset", "kind", "class", "frame", "weight", "first_batch", "first_alpha"]


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
    report: Path,
) -> None:
    """Writes a CSV with a row per key frame (or chunk) of the items that trained, columns COLUMNS.

    weight: alpha times the size of its batch, mean over `settings["passes"]` passes in random batches against random
    target batches of `settings["batch_size"]`, as in training: 1 is the weight of a plain mean. first_batch,
    first_alpha: its batch in the first pass, and alpha there, which sums to 1. Crops are from the middle.
    settings: kind, sources, batch_size, top_share, passes. report: JSON of `objective.attention_report`, the mean over
    all batches, by source.
    """
    place = training.open_device(device=device, threads=threads)
    loaded = web_inference.load(model, settings["kind"])
    media = Media.open(stores, shots, source, target_train)
    how = {"batch_size": batch_size, "device": place, "workers": workers}
    _, target = web_inference.embeddings(loaded.model, media, media.target, loaded.inputs, **how)
    tables, reports = [], {}
    for kind in settings["sources"]:
        table = media.labelled(kind, "train")
        rows, vectors = web_inference.embeddings(loaded.model, media, table, loaded.inputs, **how)
        given = [torch.from_numpy(part).to(place) for part in (vectors, target)]
        labels = torch.from_numpy(rows["label"].to_numpy(np.int64)).to(place)
        columns, reports[kind] = _weights(loaded.model, kind, *given, labels, settings, seed)
        frame = rows["frame"] if "frame" in rows else rows["start"]
        tables.append(rows[["id", "dataset", "kind", "class"]].assign(frame=frame, **columns))
    storage.write_csv(pd.concat(tables, ignore_index=True)[COLUMNS], out)
    storage.write_json(reports, report)


@torch.inference_mode()
def _weights(
    model: torch.nn.Module,
    kind: str,
    vectors: torch.Tensor,
    target: torch.Tensor,
    labels: torch.Tensor,
    settings: dict,
    seed: int,
) -> tuple[dict, dict]:
    size, n = settings["batch_size"], len(vectors)
    attention, reports = model.heads.attention_of(kind), []
    losses = functional.cross_entropy(model.classify(vectors), labels, reduction="none")
    total, first_batch, first_alpha = np.zeros(n), np.zeros(n, np.int64), np.zeros(n)
    for turn in track(range(settings["passes"]), "weighing", settings["passes"]):
        order = generator(seed, "weigh", kind, turn).permutation(n)
        for number, rows in enumerate(np.array_split(order, max(1, -(-n // size)))):
            seen = generator(seed, "weigh target", kind, turn, number).permutation(len(target))[:size]
            alpha = attention(vectors[rows], target[seen], top_share=settings["top_share"])
            reports.append(objective.attention_report(alpha, losses[rows]))
            total[rows] += alpha.cpu().numpy() * len(rows)
            if turn == 0:
                first_batch[rows], first_alpha[rows] = number, alpha.cpu().numpy()
    columns = {"weight": total / settings["passes"], "first_batch": first_batch, "first_alpha": first_alpha}
    return columns, {name: round(float(np.nanmean([r[name] for r in reports])), 6) for name in reports[0]}


if __name__ == "__main__":
    cli.entry(run)
