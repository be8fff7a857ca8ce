"""CycDA stage 1 (= DANN): trains the image model on source images against frames of the unlabelled target videos."""

from pathlib import Path

from i2v_core import batches, cli, experiment, sources, storage
from i2v_core.baselines import dann
from i2v_core.batches import Stream
from i2v_core.media.frames import FrameStore
from i2v_core.models.image import ImageModel


def run(
    *,
    source: Path,
    target_train: Path,
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
    """settings: `model`, `inputs`, `training`, and `method` with frames_per_video, source_videos and the arguments of
    dann.losses.
    """
    job = experiment.begin("train_spatial_alignment", dict(locals()))
    names = experiment.read_classes(classes)
    labelled = storage.read_csv(source, sources.COLUMNS)
    videos = storage.read_csv(target_train, ("id", "dataset"))
    model = experiment.make_model(ImageModel, "image", settings, names, weights)
    store, inputs = FrameStore(stores), settings["inputs"]
    method = dict(settings["method"])
    per_video, source_videos = method.pop("frames_per_video"), method.pop("source_videos")
    size = job.settings.batch_size
    streams = sources.streams(
        store, labelled, inputs, batch_size=size, frames_per_video=per_video, videos=source_videos
    )
    streams["target"] = Stream(batches.frames_of(store, videos, inputs, per_video=per_video), size)
    experiment.train(
        job,
        model,
        lambda batch, progress: dann.losses(model, sources.merged(batch), batch["target"], progress, **method),
        streams,
        backbone=model.backbone_parameters(),
        new=model.new_parameters(),
    )
    experiment.finish(job, (model, "image", names, settings))


if __name__ == "__main__":
    cli.entry(run)
