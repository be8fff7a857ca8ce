"""Trains the small depth network on photos of the mini world with true depth, of classes that no benchmark has."""

from pathlib import Path

import numpy as np
import torch

from i2v_core import cli, experiment, seeding
from i2v_core.batches import Batch, Sample, Stream
from i2v_core.datasets.mini_world.depth_photos import depth_photo
from i2v_core.evaluation.depth_scores import depth_scores
from i2v_core.losses.scale_shift_invariant import scale_shift_invariant
from i2v_core.models import depth_net
from i2v_core.progress import track

SHORT_SIDE_PX = 64  # as the frames of the mini world are stored
MODEL = {"width": 12}
TRAINING = {"optimiser": "adamw", "schedule": "cosine"}
HELD_OUT_SHARE = 0.08  # photos for the scores, besides those for training


class Photos:
    """Rendered photos as items of a stream, and their inverse depths (items, h, w)."""

    is_clip = False

    def __init__(self, count: int, seed: int) -> None:
        numbers = track(range(count), "rendering", count)
        how = {"seed": seed, "short_side_px": SHORT_SIDE_PX, "is_square": True}
        pictures, depths = zip(*(depth_photo("train", number, **how) for number in numbers), strict=True)
        self._pictures, self.depths = pictures, torch.from_numpy(np.stack(depths))

    def __len__(self) -> int:
        return len(self._pictures)

    def draw(self, position: int, seed: int, *turn: int) -> Sample:
        return Sample(self._pictures[position][None], position)


def run(*, settings: dict, seed: int, out: Path, log: Path, record: Path) -> None:
    """settings: `photos`, the number to train on, and those of `training.Settings`; out: file for `depth_net.load`.

    record: besides what made the file, `held_out`: mean scores of other photos, of any shape (see `depth_scores`).
    """
    count, rest = settings["photos"], {name: value for name, value in settings.items() if name != "photos"}
    given = {"settings": {"photos": count, "model": MODEL, "training": {**TRAINING, **rest}}, "seed": seed}
    job = experiment.begin("pretrain_depth", {**given, "out": out, "log": log, "record": record})
    photos, net = Photos(count, seed), depth_net.DepthNet(**MODEL)

    def losses(batch: dict[str, Batch], progress: float) -> dict[str, torch.Tensor]:
        images = batch["photos"].inputs
        true = photos.depths[batch["photos"].index.cpu()].to(images.device)
        images, true = mirrored(images, true)
        return {"scale_shift_invariant": scale_shift_invariant(net(images), true, torch.ones_like(true).bool())}

    stream = {"photos": Stream(photos, job.settings.batch_size)}
    experiment.train(job, net, losses, stream, backbone=[], new=list(net.parameters()))
    job.description["held_out"] = _held_out(net.cpu(), max(2, round(HELD_OUT_SHARE * count)), seed)
    experiment.finish(job, depth_net.content(net, arguments=MODEL, short_side_px=SHORT_SIDE_PX))


def mirrored(images: torch.Tensor, maps: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Images (n, 3, h, w) and their maps (n, h, w), about half of the pairs mirrored."""
    is_flipped = torch.rand(len(images), device=images.device) < 0.5
    turned = torch.where(is_flipped[:, None, None, None], images.flip(-1), images)
    return turned, torch.where(is_flipped[:, None, None], maps.flip(-1), maps)


def _held_out(net: depth_net.DepthNet, count: int, seed: int) -> dict:
    how = {"seed": seed, "short_side_px": SHORT_SIDE_PX, "is_square": False}
    pictures, depths = zip(*(depth_photo("held_out", number, **how) for number in range(count)), strict=True)
    maps = depth_net.inverse_depth(net, list(pictures), short_side_px=SHORT_SIDE_PX)
    rng = seeding.generator(seed, "depth_scores")
    rows = [depth_scores(one, true, rng) for one, true in zip(maps, depths, strict=True)]
    return {"photos": count, **{name: round(float(np.mean([row[name] for row in rows])), 6) for name in rows[0]}}


if __name__ == "__main__":
    cli.entry(run)
