"""CycDA stage 3: trains the image model on source images and on target frames that carry their video's pseudo label."""

from pathlib import Path

from i2v_core import batches, cli, experiment, sources, storage
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
    """settings: `model`, `inputs`, `training`, and `method` with frames_per_video, source_videos and temperature."""
    job = experiment.begin("train_class_aware", dict(locals()))
    names = experiment.read_classes(classes)
    labelled = storage.read_csv(source, sources.COLUMNS)
    guesses = storage.read_csv(pseudo_labels, ("id", "label", "kept"))
    videos = labels.kept_videos(storage.read_csv(target_train, ("id", "dataset")), guesses)
    model = experiment.make_model(ImageModel, "image", settings, names, weights)
    store, inputs, method, size = FrameStore(stores), settings["inputs"], settings["method"], job.settings.batch_size
    per_video = method["frames_per_video"]
    streams = sources.streams(
        store, labelled, inputs, batch_size=size, frames_per_video=per_video, videos=method["source_videos"]
    )
    nets = class_aware.nets_of(model, *[sources.labels_of(stream) for stream in streams.values()])
    target_frames = batches.frames_of(store, videos, inputs, labels=videos["label"].tolist(), per_video=per_video)
    streams["target"] = Stream(target_frames, size)
    experiment.train(
        job,
        nets,
        lambda batch, progress: class_aware.losses(
            nets,
            batch[sources.IMAGES],
            batch["target"],
            frames=batch.get(sources.FRAMES),
            temperature=method["temperature"],
        ),
        streams,
        backbone=model.backbone_parameters(),
        new=model.new_parameters(),
    )
    experiment.finish(job, (model, "image", names, settings))


if __name__ == "__main__":
    cli.entry(run)
