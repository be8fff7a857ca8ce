"""Makes ST-I2V's videos of the source photos: windows that move in the image around what Grad-CAM finds."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from i2v_core import cli, seeding, storage, training
from i2v_core.batches import as_input
from i2v_core.media import augmentation, frames
from i2v_core.media.frames import FrameStore
from i2v_core.media.synthesis import crop_motion
from i2v_core.models import saved
from i2v_core.models.grad_cam import grad_cam
from i2v_core.models.image import ImageModel
from i2v_core.progress import track

BATCH = 64


def run(
    *,
    model: Path,
    dataset: str,
    source: Path,
    stores: list[Path],
    settings: dict,
    seed: int,
    device: str,
    threads: int,
    out: Path,
) -> None:
    """model: an image model of the source's classes. source: table `id, dataset, label`, of which the rows of `dataset`
    count; settings: `frames`, `fps`, `jpeg_quality`; out: a frame store.
    """
    place = training.open_device(device=device, threads=threads)
    loaded = saved.load(model, ImageModel, kind="image")
    loaded.model.to(place)
    table = storage.read_csv(source, ("id", "dataset", "label")).query("dataset == @dataset")
    labels = table["label"].astype(int).to_numpy()
    if len(table) and not 0 <= labels.min() <= labels.max() < len(loaded.classes):
        raise ValueError(
            f"{source}: labels {labels.min()} to {labels.max()} found, 0 to {len(loaded.classes) - 1} wanted, the "
            f"classes of {model}; train the model on this source"
        )
    made = _videos(loaded, FrameStore(stores), storage.keys(table), labels, settings, seed)
    frames.write_store(made, out, dataset=dataset, jpeg_quality=settings["jpeg_quality"])


def _videos(
    loaded: saved.Saved, store: FrameStore, keys: list[str], labels: np.ndarray, settings: dict, seed: int
) -> Iterator[tuple[str, np.ndarray, float]]:
    place = next(loaded.model.parameters()).device
    for start in track(range(0, len(keys), BATCH), "moving windows", -(-len(keys) // BATCH)):
        photos = [store.frames(key, [0])[0] for key in keys[start : start + BATCH]]
        side = loaded.inputs["size_px"]
        # Choice: the whole photo squashed to the model's size, so that no part of it is out of Grad-CAM's sight.
        small = np.concatenate([augmentation.resized(photo[None], width=side, height=side) for photo in photos])
        classes = torch.tensor(labels[start : start + BATCH], device=place)
        maps = grad_cam(loaded.model, as_input(torch.from_numpy(small).movedim(-1, 1), place), classes).cpu().numpy()
        for key, photo, found in zip(keys[start : start + BATCH], photos, maps, strict=True):
            activation = augmentation.resized(found[None, ..., None], width=photo.shape[1], height=photo.shape[0])
            random = seeding.generator(seed, "crop motion", key)
            moved = crop_motion.generate(
                photo, activation.reshape(photo.shape[:2]), frames=settings["frames"], random=random
            )
            yield key.partition("/")[2], moved, settings["fps"]


if __name__ == "__main__":
    cli.entry(run)
