"""Class probabilities of videos by a model of web supervision: mean over key frames, or over a chunk of each shot."""

from pathlib import Path

from i2v_core import cli, probabilities, storage, training, web_inference, web_samples
from i2v_core.media.frames import FrameStore
from i2v_core.models import saved
from i2v_core.models.web_image import WebImageModel
from i2v_core.models.web_video import WebVideoModel

MODELS = {"image": (WebImageModel, "web_image"), "video": (WebVideoModel, "web_video")}


def run(
    *,
    model: Path,
    kind: str,
    videos: Path,
    shots: list[Path],
    stores: list[Path],
    batch_size: int,
    device: str,
    threads: int,
    workers: int = 0,
    out: Path,
    predictions: Path,
) -> None:
    """kind: image or video, of the model. videos: table `id, dataset`; shots: of their dataset; out: HDF5 of
    probabilities; predictions: CSV `id, class, confidence`.
    """
    place = training.open_device(device=device, threads=threads)
    constructor, name = MODELS[kind]
    loaded = saved.load(model, constructor, kind=name)
    table = storage.read_csv(videos, ("id", "dataset"))
    values, counts = web_inference.probabilities(
        loaded.model,
        FrameStore(stores),
        table,
        web_samples.read_shots(shots),
        loaded.inputs,
        batch_size=batch_size,
        device=place,
        workers=workers,
    )
    result = probabilities.Probabilities(table["id"].tolist(), counts, values, loaded.classes)
    probabilities.write(result, out)
    storage.write_csv(probabilities.predictions(result), predictions)


if __name__ == "__main__":
    cli.entry(run)
