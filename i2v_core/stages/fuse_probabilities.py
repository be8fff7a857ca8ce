"""Late fusion: the mean of several models' probabilities for the same videos (CFB, 3.1: softmax outputs summed)."""

from pathlib import Path

from i2v_core import cli, probabilities, storage


def run(*, models: list[Path], out: Path, predictions: Path) -> None:
    """models: HDF5 of probabilities of each; out: theirs of all; predictions: CSV `id, class, confidence`."""
    fused = probabilities.mean([probabilities.read(path) for path in models])
    probabilities.write(fused, out)
    storage.write_csv(probabilities.predictions(fused), predictions)


if __name__ == "__main__":
    cli.entry(run)
