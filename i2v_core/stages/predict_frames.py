"""Class probabilities of every frame of the target videos by an image model; a video's prediction is their mean."""

from pathlib import Path

from i2v_core import batches, cli, inference, probabilities, storage, training
from i2v_core.media.frames import FrameStore
from i2v_core.models import saved
from i2v_core.models.image import ImageModel


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
    loaded = saved.load(model, ImageModel, kind="image")
    table = storage.read_csv(videos, ("id", "dataset"))
    values, counts = inference.frame_probabilities(
        loaded, FrameStore(stores), batches.keys(table), batch_size=batch_size, device=place, workers=workers
    )
    result = probabilities.Probabilities(table["id"].tolist(), counts, values, loaded.classes)
    probabilities.write(result, out)
    storage.write_csv(probabilities.predictions(result), predictions)


if __name__ == "__main__":
    cli.entry(run)
