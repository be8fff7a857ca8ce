"""What both training stages of web supervision share: the temperature of attention, the score on held-out web items."""

import itertools

import numpy as np
import torch

from i2v_core import batches, web_inference
from i2v_core.batches import Stream
from i2v_core.experiment import Run
from i2v_core.methods.websup import objective
from i2v_core.seeding import derive
from i2v_core.training import choose_device
from i2v_core.web_samples import Media


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
            # Where all sources share one W they share its temperature.
            owner = next(key for key, own in model.heads.attention.items() if own is model.heads.attention_of(name))
            scores.setdefault(owner, []).append(found)
    for owner, parts in scores.items():
        model.heads.attention[owner].calibrate(torch.cat(parts), deviations=settings["temperature"]["deviations"])


def _batches(streams: dict[str, Stream], run: Run, device: torch.device):
    """Batches of epoch after epoch, in an order of their own."""
    for epoch in itertools.count():
        yield from batches.epoch_batches(
            streams, seed=derive(run.seed, "temperature"), epoch=epoch, workers=run.settings.workers, device=device
        )


def held_out_scores(model: torch.nn.Module, media: Media, settings: dict, run: Run) -> dict:
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
            media.store,
            table,
            media.shots,
            settings["inputs"],
            batch_size=run.settings.batch_size,
            device=choose_device(run.settings.device),
        )
        ends = np.cumsum(counts)[:-1]
        told = np.array([part.mean(axis=0).argmax() for part in np.split(values, ends)])
        scores[name] = {"top1": float((told == table["label"].to_numpy(int)).mean()), "n": len(table)}
    return scores
