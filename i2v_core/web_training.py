"""What both training stages of web supervision share: their loop, attention's temperature, the held-out score."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import nn

from i2v_core import batches, experiment, storage, web_inference
from i2v_core.batches import Batch, Stream
from i2v_core.experiment import Run
from i2v_core.methods.websup import objective
from i2v_core.seeding import derive
from i2v_core.training import choose_device
from i2v_core.web_samples import Media


def train(run: Run, model: nn.Module, media: Media, settings: dict, *, held_out: Path, **groups: list) -> None:
    """Trains a model of either stage on the streams of its settings, and writes its held-out scores.

    settings: see `params.websup.training_settings`. groups: `backbone` and `new`, parameters beside those of the heads.
    """
    streams = media.streams(settings, batch_size=run.settings.batch_size)
    set_temperature(model, streams, settings, run)
    how = {"sources": settings["sources"], **settings["method"]}
    experiment.train(
        run,
        model,
        lambda batch, progress: objective.losses(model, batch, progress, **how),
        streams,
        backbone=groups["backbone"],
        new=[*groups["new"], *model.heads.decayed_parameters()],
        undecayed=model.heads.undecayed_parameters(),
    )
    storage.write_json(held_out_scores(model, media, settings, run), held_out)


@torch.no_grad()
def set_temperature(model: objective.Model, streams: dict[str, Stream], settings: dict, run: Run) -> None:
    """Sets tau of each attention from scores of the first batches of a training (see `TargetAttention.calibrate`).

    settings: `temperature` with deviations and batches, `method` with attend and top_share, `sources`. The model is in
    evaluation mode meanwhile: its statistics stay as they are. Nothing happens where a row does not attend.
    """
    if not settings["method"]["attend"]:
        return
    device, wanted = choose_device(run.settings.device), settings["temperature"]["batches"]
    model.to(device).eval()
    scores: dict[str, list[torch.Tensor]] = {}
    for batch in itertools.islice(_batches(streams, run, device), wanted):
        for name in settings["sources"]:
            found = objective.attention_scores(model, batch, name, top_share=settings["method"]["top_share"])
            scores.setdefault(model.heads.attention_name(name), []).append(found)  # one W, one temperature
    for name, parts in scores.items():
        model.heads.attention[name].calibrate(torch.cat(parts), deviations=settings["temperature"]["deviations"])


def _batches(streams: dict[str, Stream], run: Run, device: torch.device) -> Iterator[dict[str, Batch]]:
    """Batches of epoch after epoch, in an order of their own."""
    for epoch in itertools.count():
        yield from batches.epoch_batches(
            streams, seed=derive(run.seed, "temperature"), epoch=epoch, workers=run.settings.workers, device=device
        )


def held_out_scores(model: nn.Module, media: Media, settings: dict, run: Run) -> dict:
    """Accuracy on the held-out web items of each source, by their noisy labels: what settings may be chosen by.

    -> {source: {"top1": share or None without items, "n": items}}; a video's prediction is the mean over its parts.
    """
    scores = {}
    for name in settings["sources"]:
        table = media.labelled(name, "held_out")
        if table.empty:
            scores[name] = {"top1": None, "n": 0}
            continue
        values, counts = web_inference.probabilities(
            model,
            media,
            table,
            settings["inputs"],
            batch_size=run.settings.batch_size,
            device=choose_device(run.settings.device),
        )
        ends = np.cumsum(counts)[:-1]
        told = np.array([part.mean(axis=0).argmax() for part in np.split(values, ends)])
        scores[name] = {"top1": float((told == table["label"].to_numpy(int)).mean()), "n": len(table)}
    return scores
