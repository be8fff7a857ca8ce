"""Trains an image backbone on a labelled image data set and saves it in timm's key layout (stand-in for ImageNet)."""

from pathlib import Path

from torch import nn

from i2v_core import batches, cli, eager, experiment, storage
from i2v_core.baselines import source_only
from i2v_core.batches import Stream
from i2v_core.media.frames import FrameStore
from i2v_core.models.normalisation import Normalisation


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
    """settings: `model` (backbone, backbone_options, normalisation), `inputs`, `training`.

    out: the backbone's state dict with its linear classifier, as `timm` itself saves one.
    """
    job = experiment.begin("pretrain_image", dict(locals()))
    table = storage.read_csv(index, ("id", "label")).assign(dataset=dataset)
    names = sorted(table["label"].unique())
    model = settings["model"]
    backbone = eager.import_timm().create_model(model["backbone"], num_classes=len(names), **model["backbone_options"])
    labels = [names.index(name) for name in table["label"]]
    images = batches.frames_of(FrameStore(stores), table, settings["inputs"], labels=labels)
    net = nn.Sequential(Normalisation(model["normalisation"]), backbone)
    experiment.train(
        job,
        net,
        lambda batch, progress: source_only.losses(net, batch["source"]),
        {"source": Stream(images, job.settings.batch_size)},
        backbone=[],
        new=list(backbone.parameters()),
    )
    experiment.finish(job, backbone.state_dict())


if __name__ == "__main__":
    cli.entry(run)
