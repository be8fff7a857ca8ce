"""How good a bank of target videos was, epoch by epoch; for people only, since it reads the hidden target labels."""

from pathlib import Path

import pandas as pd
from matplotlib import style
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from i2v_core import storage
from i2v_core.evaluation import figures, scores

COLUMNS = ("class", "rank", "id", "confidence")
SCORES = [
    *("epoch", "entries", "fill", "precision", "mean_confidence"),
    *("empty_classes", "lowest_precision", "lowest_class"),
]
CURVES = {
    "precision": "entries with the right class",
    "lowest_precision": "the same, worst class",
    "mean_confidence": "mean confidence",
    "fill": "slots filled",
}


def read(folder: Path) -> pd.DataFrame:
    """All banks of one training, from its folder of `epoch<number>.csv` -> their columns and `epoch`, by epoch.

    Raises ValueError if the folder holds no such file, or a table lacks a column of COLUMNS.
    """
    files = {int(path.stem.removeprefix("epoch")): path for path in sorted(Path(folder).glob("epoch[0-9]*.csv"))}
    if not files:
        raise ValueError(f"{folder}: no epoch<number>.csv found; the banks of a model trained with a bank wanted")
    tables = [storage.read_csv(files[epoch], COLUMNS).assign(epoch=epoch) for epoch in sorted(files)]
    return pd.concat(tables, ignore_index=True)


def bank_scores(banks: pd.DataFrame, labels: pd.DataFrame, classes: list[str], *, size: int, name: str) -> pd.DataFrame:
    """One row per epoch with columns SCORES; shares in [0, 1], not percent.

    banks: `epoch, class, rank, id, confidence`; labels: `id, class`, all target videos; size: slots per class, >= 1.
    entries counts filled slots, fill is their share of size * classes; precision is the share of entries whose video
    truly shows the class. lowest_precision is that of the worst class among those with an entry, the first of equal
    ones.
    Raises ValueError for a video without label, an unknown class, or a rank that is double or outside 1 .. size.
    """
    truth = scores.restrict(labels, banks["id"].tolist()).set_index("id")["class"]
    unknown = sorted(set(banks["class"]) - set(classes))
    if unknown:
        raise ValueError(
            f"{name}: class {unknown[0]!r} found, one of the {len(classes)} classes of classes.csv wanted; check that "
            "both files come from the same benchmark"
        )
    odd = banks[banks.duplicated(["epoch", "class", "rank"]) | ~banks["rank"].between(1, size)]
    if len(odd):
        epoch, label, rank = odd.iloc[0][["epoch", "class", "rank"]]
        raise ValueError(
            f"{name}: epoch {epoch}, class {label!r}: rank {rank} found, 1 .. {size} once each wanted; check the size "
            "of the bank in params.yaml"
        )
    banks = banks.assign(right=banks["id"].map(truth) == banks["class"])
    return pd.DataFrame([_scored(epoch, part, classes, size) for epoch, part in banks.groupby("epoch")])[SCORES]


def draw(table: pd.DataFrame, *, title: str, out: Path) -> None:
    """Draws the curves of what `bank_scores` gives over the epochs, in percent."""
    with style.context("default"):
        figure = Figure(figsize=(6.5, 4), layout="constrained")
        axes = figure.subplots()
        for column, label in CURVES.items():
            axes.plot(table["epoch"], 100 * table[column], marker="o", markersize=3, label=label)
        axes.set(xlabel="epoch that trained on the bank", ylabel="percent", ylim=(0, 102), title=title)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(alpha=0.3)
        figure.legend(loc="outside lower center", ncols=2)
        figures.save(figure, out)


def _scored(epoch: int, bank: pd.DataFrame, classes: list[str], size: int) -> dict:
    by_class = bank.groupby("class")["right"].mean().reindex(classes)
    return {
        "epoch": epoch,
        "entries": len(bank),
        "fill": len(bank) / (size * len(classes)),
        "precision": bank["right"].mean(),
        "mean_confidence": bank["confidence"].mean(),
        "empty_classes": int(by_class.isna().sum()),
        "lowest_precision": by_class.min(),
        "lowest_class": by_class.idxmin(),
    }
