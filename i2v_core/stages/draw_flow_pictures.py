"""Draws frames and flow of a generated source video and of a target video for a few classes, for people to look at."""

from pathlib import Path

from i2v_core import cli
from i2v_core.evaluation import flow_pictures, shown_videos
from i2v_core.media import flow_store
from i2v_core.media.flow_store import FlowStore
from i2v_core.media.frames import FrameStore

SHOWN = 3


def run(
    *,
    source: Path,
    target_train: Path,
    target_labels: Path,
    frames: list[Path],
    flow: list[Path],
    classes: list[str],
    moments: int,
    scale_px: float,
    title: str,
    out: Path,
) -> None:
    """Writes a PNG with two lines per class, its first source and its first target video by id.

    source: `id, dataset, class`. target_train: `id, dataset`. target_labels: `id, class`, only to choose by. frames,
    flow: stores of the generated source videos and of the target videos. classes: those shown, none for the first three
    of the source by name. moments: frames shown of each, evenly spaced. scale_px: length of flow that gets full colour.
    Raises ValueError for fewer than one moment, or for a class without a video on a side.
    """
    if moments < 1:
        raise ValueError(f"moments: {moments} frames of each video found, at least 1 wanted")
    sides = shown_videos.by_domain(source, target_train, target_labels)
    pictures, motion, rows = FrameStore(frames), FlowStore(flow), []
    for name in classes or sorted(set(sides["source"]["class"]))[:SHOWN]:
        for domain, table in sides.items():
            key = shown_videos.first(table, name, domain)
            places = _places(pictures.length(key), moments)
            flow_px = flow_store.in_px(motion.flows(key, places), bound_px=motion.bound_px)
            rows.append(flow_pictures.Row(name, domain, pictures.frames(key, places), flow_px))
    flow_pictures.draw(rows, scale_px=scale_px, title=title, out=out)


def _places(length: int, moments: int) -> list[int]:
    """Frames at the middles of `moments` equal parts of a video."""
    return [int((part + 0.5) * length / moments) for part in range(moments)]


if __name__ == "__main__":
    cli.entry(run)
