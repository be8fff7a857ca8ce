"""CycDA stage 3: trains the image model on source images and on target frames that carry their video's pseudo label."""

from pathlib import Path

from i2v_core import batches, cli, experiment, storage
from i2v_core import pseudo_labels as labels
from i2v_core.batches import Stream
from i2v_core.media.frames import FrameStore
from i2v_core.methods.cycda import class_aware
from i2v_core.models.image import ImageModel


def run(
    *,
    source: Path,
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
    """settings: `model`, `inputs`, `training`, and `method` with frames_per_video and temperature."""
    job = experiment.begin("train_class_aware", dict(locals()))
    names = experiment.read_classes(classes)
    images = storage.read_csv(source, ("id", "dataset", "label"))
    guesses = storage.read_csv(pseudo_labels, ("id", "label", "kept"))
    videos = labels.kept_videos(storage.read_csv(target_train, ("id", "dataset")), guesses)
    model = experiment.make_model(ImageModel, "image", settings, names, weights)
    labels_src = images["label"].astype(int).tolist()
    nets = class_aware.nets_of(model, labels_src)
    store, inputs, method = FrameStore(stores), settings["inputs"], settings["method"]
    source_images = batches.frames_of(store, images, inputs, labels=labels_src)
    target_frames = batches.frames_of(
        store, videos, inputs, labels=videos["label"].tolist(), per_video=method["frames_per_video"]
    )
    streams = {
        "source": Stream(source_images, job.settings.batch_size),
        "target": Stream(target_frames, job.settings.batch_size),
    }
    experiment.train(
        job,
        nets,
        lambda batch, progress: class_aware.losses(
            nets, batch["source"], batch["target"], temperature=method["temperature"]
        ),
        streams,
        backbone=model.backbone_parameters(),
        new=model.new_parameters(),
    )
    experiment.finish(job, (model, "image", names, settings))


if __name__ == "__main__":
    cli.entry(run)
