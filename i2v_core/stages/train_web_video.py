"""Web supervision, stage 2: trains temporal filters on chunks of web videos, over the image model's spatial filters."""

from pathlib import Path

from i2v_core import cli, experiment, web_training
from i2v_core.models import saved
from i2v_core.models.web_image import WebImageModel
from i2v_core.models.web_video import WebVideoModel
from i2v_core.web_samples import Media


def run(
    *,
    source: Path,
    target_train: Path | None = None,
    classes: Path,
    shots: list[Path],
    stores: list[Path],
    before: Path | None = None,
    weights: str = "",
    settings: dict,
    seed: int,
    workers: int = 0,
    out: Path,
    log: Path,
    record: Path,
    held_out: Path,
) -> None:
    """As train_web_image. before: the image model to start from; without it the spatial filters have their `weights`.

    Raises ValueError if the image model knows other classes.
    """
    job = experiment.begin("train_web_video", dict(locals()), outputs=("held_out",))
    names = experiment.read_classes(classes)
    model = WebVideoModel(classes=len(names), **settings["model"], weights=(None if before else weights or None))
    if before is not None:
        first = saved.load(before, WebImageModel, kind="web_image")
        if first.classes != names:
            raise ValueError(f"{before}: classes {first.classes} found, {names} wanted; train it on the same benchmark")
        model.start_from(first.model, classifier=settings["classifier_init"])
    media = Media.open(stores, shots, source, target_train)
    groups = {"backbone": model.lifted.spatial_parameters(), "new": model.lifted.temporal_parameters()}
    web_training.train(job, model, media, settings, held_out=held_out, **groups)
    experiment.finish(job, (model, "web_video", names, settings))


if __name__ == "__main__":
    cli.entry(run)
