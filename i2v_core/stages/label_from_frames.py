"""Pseudo labels of target videos and of their frames, from an image model's frame probabilities (CycDA, I -> V)."""

from pathlib import Path

from i2v_core import cli, probabilities, pseudo_labels, storage


def run(*, frame_probabilities: Path, p: float, vote: str, out: Path, out_frames: Path) -> None:
    """p: share of videos that keep a frame; vote: `majority` or `mean_softmax`."""
    videos, frames = pseudo_labels.from_frames(probabilities.read(frame_probabilities), p=p, vote=vote)
    storage.write_csv(frames, out_frames)
    storage.write_csv(videos, out)


if __name__ == "__main__":
    cli.entry(run)
