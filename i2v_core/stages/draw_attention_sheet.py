"""Draws one batch of web images sorted by attention weight."""

from pathlib import Path

from i2v_core import cli, storage
from i2v_core.evaluation import attention_sheet
from i2v_core.media.frames import FrameStore


def run(*, attention: Path, stores: list[Path], title: str, out: Path) -> None:
    """attention: what weigh_web_sources wrote; its first batch of images is drawn, with weights that sum to 1 there.

    Raises ValueError if it has no image.
    """
    table = storage.read_csv(attention, ("id", "dataset", "kind", "class", "frame", "first_batch", "first_alpha"))
    batch = table[(table["kind"] == "image") & (table["first_batch"] == 0)]
    if batch.empty:
        raise ValueError(f"{attention}: no weight of a web image found, some wanted; draw a row that sees images")
    store = FrameStore(stores)
    pictures = [
        store.frames(key, [frame])[0]
        for key, frame in zip(storage.keys(batch), batch["frame"].astype(int), strict=True)
    ]
    attention_sheet.draw(pictures, batch["first_alpha"].tolist(), batch["class"].tolist(), title=title, out=out)


if __name__ == "__main__":
    cli.entry(run)
