"""Trains the image model on the labelled source images alone."""

from pathlib import Path

from i2v_core import cli, experiment, sources, storage
from i2v_core.baselines import source_only
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
    """settings: `model`, `inputs`, `training` (see params.yaml: image_model, training), and `method` with
    frames_per_video and source_videos.
    """
    job = experiment.begin("train_source_only", dict(locals()))
    names = experiment.read_classes(classes)
    table = storage.read_csv(source, sources.COLUMNS)
    model = experiment.make_model(ImageModel, "image", settings, names, weights)
    streams = sources.streams(
        FrameStore(stores),
        table,
        settings["inputs"],
        batch_size=job.settings.batch_size,
        frames_per_video=settings["method"]["frames_per_video"],
        videos=settings["method"]["source_videos"],
    )
    experiment.train(
        job,
        model,
        lambda batch, progress: source_only.losses(model, sources.merged(batch)),
        streams,
        backbone=model.backbone_parameters(),
        new=model.new_parameters(),
    )
    experiment.finish(job, (model, "image", names, settings))


if __name__ == "__main__":
    cli.entry(run)
