"""Pseudo labels of target videos from a video model's probabilities; their frames inherit them (CycDA, V -> I)."""

from pathlib import Path

from i2v_core import cli, probabilities, pseudo_labels, storage


def run(*, video_probabilities: Path, p: float, second_softmax: bool, out: Path) -> None:
    """p: share of videos kept, the most confident ones; second_softmax: the official code's squeezed confidences."""
    table = pseudo_labels.from_videos(probabilities.read(video_probabilities), p=p, second_softmax=second_softmax)
    storage.write_csv(table, out)


if __name__ == "__main__":
    cli.entry(run)
