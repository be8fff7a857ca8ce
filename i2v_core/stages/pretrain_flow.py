"""Trains I3D on the flow of a labelled video data set, in the public pytorch-i3d key layout (stand-in for Kinetics)."""

from functools import partial
from pathlib import Path

from i2v_core import cli, clips, experiment, storage
from i2v_core.baselines import supervised_target
from i2v_core.batches import Stream
from i2v_core.media.flow_store import FlowStore
from i2v_core.media.views import Flow
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
    """settings: `model` (arguments of I3D), `inputs` (frames, stride, resize_px, size_px), `training`; stores: of flow;
    out: the state dict with its classifier.
    """
    job = experiment.begin("pretrain_flow", dict(locals()))
    table = storage.read_csv(index, ("id", "label")).assign(dataset=dataset)
    names = sorted(table["label"].unique())
    model = I3D(classes=len(names), in_channels=2, normalisation="none", **settings["model"])
    inputs = settings["inputs"]
    view = Flow(FlowStore(stores), inputs["resize_px"], inputs["size_px"])
    sampler = partial(clips.consecutive, frames=inputs["frames"], stride=inputs["stride"])
    items = clips.ViewClips(view, storage.keys(table), sampler, [names.index(name) for name in table["label"]])
    experiment.train(
        job,
        model,
        lambda batch, progress: supervised_target.losses(model, batch["target"]),
        {"target": Stream(items, job.settings.batch_size)},
        backbone=[],
        new=list(model.parameters()),
    )
    experiment.finish(job, model.state_dict())


if __name__ == "__main__":
    cli.entry(run)
