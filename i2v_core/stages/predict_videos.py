"""Class probabilities of the target videos by a video model, the mean over evenly placed clips, and the predictions."""

from pathlib import Path

from i2v_core import batches, cli, inference, probabilities, storage, training
from i2v_core.media.frames import FrameStore
from i2v_core.models import saved
from i2v_core.models.video import VideoModel


def run(
    *,
    model: Path,
    videos: Path,
    stores: list[Path],
    batch_size: int,
    device: str,
    threads: int,
    workers: int,
    out: Path,
    predictions: Path,
) -> None:
    """videos: table `id, dataset`; out: HDF5 of probabilities; predictions: CSV `id, class, confidence`."""
    place = training.open_device(device=device, threads=threads)
    loaded = saved.load(model, VideoModel, kind="video")
    table = storage.read_csv(videos, ("id", "dataset"))
    values, counts = inference.video_probabilities(
        loaded, FrameStore(stores), batches.keys(table), batch_size=batch_size, device=place, workers=workers
    )
    result = probabilities.Probabilities(table["id"].tolist(), counts, values, loaded.classes)
    probabilities.write(result, out)
    storage.write_csv(probabilities.predictions(result), predictions)


if __name__ == "__main__":
    cli.entry(run)
