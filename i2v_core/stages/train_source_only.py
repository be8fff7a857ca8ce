"""Trains the image model on the labelled source images alone."""

from pathlib import Path

from i2v_core import batches, cli, experiment, storage
from i2v_core.baselines import source_only
from i2v_core.batches import Stream
from i2v_core.media.frames import FrameStore
from i2v_core.models.image import ImageModel


def run(
    *,
    source: Path,
    classes: Path,
    stores: list[Path],
    weights: str,
    settings: dict,
    seed: int,
    workers: int = 0,
    out: Path,
    log: Path,
    record: Path,
) -> None:
    """settings: `model`, `inputs`, `training` (see params.yaml: image_model, training)."""
    job = experiment.begin("train_source_only", dict(locals()))
    names = experiment.read_classes(classes)
    table = storage.read_csv(source, ("id", "dataset", "label"))
    model = experiment.make_model(ImageModel, "image", settings, names, weights)
    labels = table["label"].astype(int).tolist()
    images = batches.frames_of(FrameStore(stores), table, settings["inputs"], labels=labels)
    streams = {"source": Stream(images, job.settings.batch_size)}
    experiment.train(
        job,
        model,
        lambda batch, progress: source_only.losses(model, batch["source"]),
        streams,
        backbone=model.backbone_parameters(),
        new=model.new_parameters(),
    )
    experiment.finish(job, (model, "image", names, settings))


if __name__ == "__main__":
    cli.entry(run)
