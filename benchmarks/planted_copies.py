"""How many planted copies of target frames the near-duplicate filter finds, and what else it takes for one.

Run after `make websup`: python -m benchmarks.planted_copies [--target mini-ucf101 --images mini-web-images ...]
Prints a line of Markdown per comparison and kind of copy. Thresholds: 0.9 of the paper, and --whitened of params.yaml.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from i2v_core import storage
from i2v_core.media import near_duplicates
from i2v_core.media.near_duplicates import Rows
from i2v_core.stages.find_duplicates import key_frames

PAPER = 0.9
ITEM = ("id", "path", "kind", "label")


def main() -> None:
    """Prints a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", default="mini-ucf101")
    parser.add_argument("--images", nargs=2, default=["mini-web-images", "data/raw/mini/web/web_images_truth.csv"])
    parser.add_argument("--videos", nargs=2, default=["mini-web-videos", "data/raw/mini/web/web_videos_truth.csv"])
    parser.add_argument("--whitened", type=float, default=0.85)
    chosen = parser.parse_args()
    twins, references = key_frames(_stores(chosen.target))
    print("| compared | above | source | copies: found of planted | others: taken of all |")
    print("| --- | ---: | --- | --- | --- |")
    for how, threshold in (("plain", PAPER), ("centred", PAPER), ("whitened", chosen.whitened)):
        change = near_duplicates.comparison(references, how)
        for name, truth in (chosen.images, chosen.videos):
            own, queries = key_frames(_stores(name))
            cosine, at = near_duplicates.most_similar(Rows(queries, **change), Rows(references, **change))
            items = storage.read_csv(Path(f"data/derived/{name}/index.csv"), ITEM).assign(dataset=name)
            table = near_duplicates.per_item(own.assign(cosine=cosine, place=at), twins, items)
            planted = _planted(pd.read_csv(truth)).reindex(items["path"]).to_numpy()
            gone = near_duplicates.removed(table, threshold=threshold).to_numpy()
            print(f"| {how} | {threshold} | {name} | {_copies(planted, gone)} | {_share(planted == '', gone)} |")


def _stores(name: str) -> list[Path]:
    return sorted(Path(f"data/derived/{name}/keyframe_embeddings").glob("*.h5"))


def _planted(truth: pd.DataFrame) -> pd.Series:
    """Kind of copy by path, "" of none. A video is a copy by any of its shots."""
    kinds = truth["copy_kind"] if "copy_kind" in truth else pd.Series("shot", truth.index)
    content = truth["content"] if "content" in truth else truth["fate"]
    return kinds.where(content == "copy", "").groupby(truth["path"]).max()


def _copies(planted: np.ndarray, gone: np.ndarray) -> str:
    """All kinds together, then each."""
    parts = ", ".join(f"{kind} {_share(planted == kind, gone)}" for kind in sorted(set(planted) - {""}))
    return f"{_share(planted != '', gone)} ({parts})"


def _share(chosen: np.ndarray, gone: np.ndarray) -> str:
    return f"{int((chosen & gone).sum())} of {int(chosen.sum())}"


if __name__ == "__main__":
    main()
