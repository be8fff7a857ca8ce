"""What of the web's images and videos trains: without near-duplicates of the target, a share held out."""

from pathlib import Path

import pandas as pd

from i2v_core import cli, seeding, storage

PARTS = ("train", "held_out")


def run(*, source: Path, removed: list[Path], held_out: float, seed: int, out: Path) -> None:
    """Writes the rows of `source` that no file of `removed` (`id, dataset`) names, with a column `part`.

    held_out: share of the items of each kind and class, drawn by each item's own seed, that no training sees; the paper
    holds out a tenth of its web data to choose settings by their noisy labels (4.2).
    Raises ValueError unless 0 <= held_out < 1, and for a class that the duplicates leave without any item.
    """
    if not 0 <= held_out < 1:
        raise ValueError(f"websup.held_out: {held_out} found, a share from 0 to below 1 wanted; see params.yaml")
    table = storage.read_csv(source, ("id", "dataset", "class", "label", "kind"))
    twins = {key for path in removed for key in storage.keys(storage.read_csv(path, ("id", "dataset")))}
    kept = table[[key not in twins for key in storage.keys(table)]]
    lost = sorted(set(table["class"]) - set(kept["class"]))
    if lost:
        raise ValueError(
            f"{source}: near-duplicates of the target are all there is of class {', '.join(lost)}, other items wanted; "
            "raise websup.duplicates.threshold or collect more"
        )
    places = {}
    for _, rows in kept.groupby(["kind", "class"]):
        drawn = sorted(storage.keys(rows), key=lambda key: seeding.derive(seed, "held out", key))
        places.update(dict.fromkeys(drawn[: round(held_out * len(drawn))], PARTS[1]))
    parts = [places.get(key, PARTS[0]) for key in storage.keys(kept)]
    storage.write_csv(pd.DataFrame({**kept.to_dict("list"), "part": parts}), out)


if __name__ == "__main__":
    cli.entry(run)
