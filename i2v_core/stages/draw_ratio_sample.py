"""Draws one sample of DIVAFN's protocol; the labels of its test go to a file of their own."""

from pathlib import Path

import pandas as pd

from i2v_core import cli, storage
from i2v_core.datasets import ratio_samples


def run(
    *,
    source: Path,
    target_train: Path,
    target_test: Path,
    target_labels: Path,
    target_index: Path,
    settings: dict,
    seed: int,
    out: Path,
    out_test_labels: Path,
) -> None:
    """Writes `out`, CSV `role, id, dataset, class, label` (see `datasets.ratio_samples`; empty class and label in the
    role "test"), and `out_test_labels`, `id, class` of the test.

    source, target_*: tables of one split of a benchmark. target_index: `id, group` of the target's videos, for the cut
    "group". settings: ratio, per_class, cut, image_ratio.
    """
    names = ("id", "dataset", "class", "label")
    images = storage.read_csv(source, names)
    labels = storage.read_csv(target_labels, ("id", "class", "label"))
    lists = {name: storage.read_csv(path, names[:2]) for name, path in (("train", target_train), ("test", target_test))}
    parts = pd.concat([table[["id", "dataset"]].assign(subset=name) for name, table in lists.items()])
    videos = parts.drop_duplicates("id", keep="last").merge(labels, on="id")  # a transductive list has tests too
    groups = storage.read_csv(target_index, ("id", "group")).set_index("id")["group"]
    found = ratio_samples.draw(images, videos, **settings, seed=seed, group_of=lambda name: str(groups[name]))
    is_test = found["role"] == "test"
    storage.write_csv(found.loc[is_test, ["id", "class"]], out_test_labels)
    storage.write_csv(found.assign(**{name: found[name].mask(is_test, "") for name in ("class", "label")}), out)


if __name__ == "__main__":
    cli.entry(run)
