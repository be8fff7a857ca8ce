"""Web supervision, stage 1: trains the image model on web images and key frames of web videos against target frames."""

from pathlib import Path

from i2v_core import cli, experiment, storage
from i2v_core.methods.websup import objective
from i2v_core.models.web_image import WebImageModel
from i2v_core.web_samples import Media
from i2v_core.web_training import held_out_scores, set_temperature


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
    streams = media.streams(settings, batch_size=job.settings.batch_size)
    method = settings["method"]
    set_temperature(model, streams, settings, job)
    experiment.train(
        job,
        model,
        lambda batch, progress: objective.losses(model, batch, progress, sources=settings["sources"], **method),
        streams,
        backbone=model.backbone_parameters(),
        new=model.heads.decayed_parameters(),
        undecayed=model.heads.undecayed_parameters(),
    )
    storage.write_json(held_out_scores(model, media, settings, job), held_out)
    experiment.finish(job, (model, "web_image", names, settings))


if __name__ == "__main__":
    cli.entry(run)
