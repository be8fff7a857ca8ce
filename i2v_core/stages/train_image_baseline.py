"""Trains the image model on source images against frames of the unlabelled target videos, by one of the baselines."""

from importlib import import_module
from pathlib import Path

from i2v_core import batches, cli, experiment, sources, storage
from i2v_core.batches import Stream
from i2v_core.media.frames import FrameStore
from i2v_core.models.image import ImageModel

METHODS = ("dan", "jan")  # files of i2v_core/baselines; dann is stage 1 of CycDA and has its own stage


def run(
    *,
    method: str,
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
    its losses.
    """
    if method not in METHODS:
        raise ValueError(f"method: {method!r} found, {' or '.join(METHODS)} wanted; see i2v_core/baselines")
    job = experiment.begin("train_image_baseline", dict(locals()), f"baselines.{method}")
    losses = import_module(f"i2v_core.baselines.{method}").losses
    names = experiment.read_classes(classes)
    labelled = storage.read_csv(source, sources.COLUMNS)
    videos = storage.read_csv(target_train, ("id", "dataset"))
    model = experiment.make_model(ImageModel, "image", settings, names, weights)
    store, inputs, options = FrameStore(stores), settings["inputs"], dict(settings["method"])
    per_video, source_videos = options.pop("frames_per_video"), options.pop("source_videos")
    size = job.settings.batch_size
    streams = sources.streams(
        store, labelled, inputs, batch_size=size, frames_per_video=per_video, videos=source_videos
    )
    streams["target"] = Stream(batches.frames_of(store, videos, inputs, per_video=per_video), size)
    experiment.train(
        job,
        model,
        lambda batch, progress: losses(model, sources.merged(batch), batch["target"], progress, **options),
        streams,
        backbone=model.backbone_parameters(),
        new=model.new_parameters(),
    )
    experiment.finish(job, (model, "image", names, settings))


if __name__ == "__main__":
    cli.entry(run)
