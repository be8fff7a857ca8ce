"""Trains C3D on a labelled video data set and saves it in the key layout of c3d-pytorch (stand-in for Sports-1M)."""

from pathlib import Path

from i2v_core import cli, experiment, storage
from i2v_core.baselines import supervised_target
from i2v_core.batches import Stream
from i2v_core.clips import C3DClips
from i2v_core.media.frames import FrameStore
from i2v_core.models import c3d_training
from i2v_core.models.c3d import C3D


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
    clips = C3DClips(FrameStore(stores), storage.keys(table), [names.index(name) for name in table["label"]])
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
