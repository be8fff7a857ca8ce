"""Embeddings of all key frames of a shard by an image network that is not trained on them."""

from pathlib import Path

from i2v_core import cli, still_vectors, web_samples


def run(
    *,
    store: Path,
    shots: Path,
    weights: str = "",
    settings: dict,
    batch_size: int,
    device: str,
    threads: int,
    seed: int,
    out: Path,
) -> None:
    """shots: of the store's items. weights, settings: see `models.still_encoders`. seed: of random weights.

    out: a vector store whose items are key frames, `<id>#<frame>`; vectors as the network gives them.
    """
    table = web_samples.read_shots([shots])
    keyframes = list(zip(table["id"], table["key"], table["keyframe"].astype(int), strict=True))
    places = {f"{name}#{frame}": (key, frame) for name, key, frame in keyframes}
    how = {"weights": weights, "settings": settings, "batch_size": batch_size, "device": device}
    still_vectors.write(store, lambda frames: places, out, **how, threads=threads, seed=seed)


if __name__ == "__main__":
    cli.entry(run)
