"""Trains the video model with the target's true labels: the upper bound, and the only stage that may see them."""

from pathlib import Path

from i2v_core import batches, cli, experiment, storage
from i2v_core.baselines import supervised_target
from i2v_core.batches import Stream
from i2v_core.media.frames import FrameStore
from i2v_core.models.video import VideoModel


def run(
    *,
    target_train: Path,
    target_labels: Path,
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
    """settings: `model`, `inputs` (with frames and stride), `training` (see params.yaml: video_model, training)."""
    job = experiment.begin("train_supervised_target", dict(locals()))
    names = experiment.read_classes(classes)
    videos = storage.read_csv(target_train, ("id", "dataset"))
    labels = supervised_target.labels_of(videos, target_labels)
    model = experiment.make_model(VideoModel, "video", settings, names, weights)
    clips = batches.clips_of(FrameStore(stores), videos, settings["inputs"], labels=labels)
    streams = {"target": Stream(clips, job.settings.batch_size)}
    experiment.train(
        job,
        model,
        lambda batch, progress: supervised_target.losses(model, batch["target"]),
        streams,
        backbone=model.backbone_parameters(),
        new=model.new_parameters(),
    )
    experiment.finish(job, (model, "video", names, settings))


if __name__ == "__main__":
    cli.entry(run)
