"""Trains I3D on a labelled video data set and saves it in the public pytorch-i3d key layout (stand-in for Kinetics)."""

from pathlib import Path

from i2v_core import batches, cli, experiment, storage
from i2v_core.baselines import supervised_target
from i2v_core.batches import Stream
from i2v_core.media.frames import FrameStore
from i2v_core.models.i3d import I3D


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
    """settings: `model` (arguments of I3D), `inputs`, `training`; out: the state dict with its classifier."""
    job = experiment.begin("pretrain_video", dict(locals()))
    table = storage.read_csv(index, ("id", "label")).assign(dataset=dataset)
    names = sorted(table["label"].unique())
    model = I3D(classes=len(names), **settings["model"])
    labels = [names.index(name) for name in table["label"]]
    clips = batches.clips_of(FrameStore(stores), table, settings["inputs"], labels=labels)
    streams = {"target": Stream(clips, job.settings.batch_size)}
    experiment.train(
        job,
        model,
        lambda batch, progress: supervised_target.losses(model, batch["target"]),
        streams,
        backbone=[],
        new=list(model.parameters()),
    )
    experiment.finish(job, model.state_dict())


if __name__ == "__main__":
    cli.entry(run)
