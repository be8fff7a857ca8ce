"""Class probabilities of videos by a model of web supervision: mean over key frames, or over a chunk of each shot."""

from pathlib import Path

from i2v_core import cli, probabilities, storage, training, web_inference
from i2v_core.web_samples import Media


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
    loaded = web_inference.load(model, kind)
    media = Media.open(stores, shots, target=videos)
    how = {"batch_size": batch_size, "device": place, "workers": workers}
    values, counts = web_inference.probabilities(loaded.model, media, media.target, loaded.inputs, **how)
    result = probabilities.Probabilities(media.target["id"].tolist(), counts, values, loaded.classes)
    probabilities.write(result, out)
    storage.write_csv(probabilities.predictions(result), predictions)


if __name__ == "__main__":
    cli.entry(run)
