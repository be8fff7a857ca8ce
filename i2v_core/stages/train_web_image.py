"""Web supervision, stage 1: trains the image model on web images and key frames of web videos against target frames."""

from pathlib import Path

from i2v_core import cli, experiment, web_training
from i2v_core.models.web_image import WebImageModel
from i2v_core.web_samples import Media


def run(
    *,
    source: Path,
    target_train: Path | None = None,
    classes: Path,
    shots: list[Path],
    stores: list[Path],
    weights: str = "",
    settings: dict,
    seed: int,
    workers: int = 0,
    out: Path,
    log: Path,
    record: Path,
    held_out: Path,
) -> None:
    """source: rows of choose_web_sources. target_train: of rows that adapt or attend. shots: of all datasets.

    weights: of the backbone, a file, `timm` or nothing (random). settings: see `params.websup.training_settings`.
    held_out: JSON of the accuracy on the web items that were held out, by their noisy labels.
    """
    job = experiment.begin("train_web_image", dict(locals()), outputs=("held_out",))
    names = experiment.read_classes(classes)
    model = WebImageModel(classes=len(names), **settings["model"], weights=weights or None)
    media = Media.open(stores, shots, source, target_train)
    groups = {"backbone": model.backbone_parameters(), "new": []}
    web_training.train(job, model, media, settings, held_out=held_out, **groups)
    experiment.finish(job, (model, "web_image", names, settings))


if __name__ == "__main__":
    cli.entry(run)
