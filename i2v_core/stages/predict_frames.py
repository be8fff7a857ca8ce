"""Class probabilities of every frame of the target videos by an image model; a video's prediction is their mean."""

from pathlib import Path

from i2v_core import cli, inference, training
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
    how = {"batch_size": batch_size, "device": place, "workers": workers}
    predict = inference.frame_probabilities
    inference.write(loaded, predict, videos, stores, out=out, predictions=predictions, **how)


if __name__ == "__main__":
    cli.entry(run)
