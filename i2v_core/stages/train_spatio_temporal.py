"""CycDA stages 2 and 4: trains the video model on the target videos whose pseudo labels were kept."""

from pathlib import Path

from i2v_core import batches, cli, experiment, storage
from i2v_core import pseudo_labels as labels
from i2v_core.batches import Stream
from i2v_core.media.frames import FrameStore
from i2v_core.methods.cycda import spatio_temporal
from i2v_core.models.video import VideoModel


def run(
    *,
    target_train: Path,
    pseudo_labels: Path,
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
    job = experiment.begin("train_spatio_temporal", dict(locals()))
    names = experiment.read_classes(classes)
    guesses = storage.read_csv(pseudo_labels, ("id", "label", "kept"))
    videos = labels.kept_videos(storage.read_csv(target_train, ("id", "dataset")), guesses)
    model = experiment.make_model(VideoModel, "video", settings, names, weights)
    clips = batches.clips_of(FrameStore(stores), videos, settings["inputs"], labels=videos["label"].tolist())
    streams = {"target": Stream(clips, job.settings.batch_size)}
    experiment.train(
        job,
        model,
        lambda batch, progress: spatio_temporal.losses(model, batch["target"]),
        streams,
        backbone=model.backbone_parameters(),
        new=model.new_parameters(),
    )
    experiment.finish(job, (model, "video", names, settings))


if __name__ == "__main__":
    cli.entry(run)
