"""Trains C3D on a labelled video data set and saves it in the key layout of c3d-pytorch (stand-in for Sports-1M)."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from i2v_core import batches, cli, experiment, storage
from i2v_core.baselines import supervised_target
from i2v_core.batches import Sample, Stream
from i2v_core.media import c3d_clips, sampling
from i2v_core.media.frames import FrameStore
from i2v_core.models import c3d_training
from i2v_core.models.c3d import C3D
from i2v_core.seeding import generator


@dataclass(frozen=True)
class C3DClips:
    """One clip of 16 frames per video and turn: a random start, a random crop, perhaps mirrored."""

    is_clip: ClassVar[bool] = True
    store: FrameStore
    keys: Sequence[str]
    labels: Sequence[int]

    def __len__(self) -> int:
        return len(self.keys)

    def draw(self, position: int, seed: int, *turn: int) -> Sample:
        """The clip of the video at `position` in a turn (epoch, pass)."""
        key, random = self.keys[position], generator(seed, "clip", *turn, position)
        indices = sampling.random_clip(self.store.length(key), random, frames=c3d_clips.FRAMES)
        return Sample(c3d_clips.drawn(self.store.frames(key, indices), random), position, self.labels[position])


def run(
    *,
    dataset: str,
    index: Path,
    stores: list[Path],
    settings: dict,
    seed: int,
    workers: int = 0,
    out: Path,
    log: Path,
    record: Path,
) -> None:
    """settings: `model` (arguments of C3D), `statistics_momentum` (see `c3d_training`), `training`; out: the state dict
    with its classifier.
    """
    job = experiment.begin("pretrain_c3d", dict(locals()))
    table = storage.read_csv(index, ("id", "label")).assign(dataset=dataset)
    names = sorted(table["label"].unique())
    model = C3D(classes=len(names), **settings["model"])
    c3d_training.normalise(model, statistics_momentum=settings["statistics_momentum"])
    clips = C3DClips(FrameStore(stores), batches.keys(table), [names.index(name) for name in table["label"]])
    experiment.train(
        job,
        model,
        lambda batch, progress: supervised_target.losses(model, batch["target"]),
        {"target": Stream(clips, job.settings.batch_size)},
        backbone=[],
        new=list(model.parameters()),
    )
    c3d_training.fold(model)
    experiment.finish(job, model.state_dict())


if __name__ == "__main__":
    cli.entry(run)
