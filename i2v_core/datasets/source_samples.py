"""Samples of the labelled source: so many items of a class, or such a share of them, by dataset.

Each item's place in the order of its class is drawn from a seed of its own. So a smaller sample is part of a larger one
(the 5 % are among the 10 %), the order of an index does not matter, and a lost file exchanges an item or two. Where
several classes of a dataset are merged into one, a sample takes of each in proportion.
"""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pandas as pd

from i2v_core import seeding

KINDS = ("per_class", "share")
EXAMPLE = "{per_class: 50} or {share: 0.05}"


def check(sampling: Mapping[str, Mapping], names: list[str]) -> None:
    """Raises ValueError unless `sampling` gives a number or a share per class for some of the source datasets `names`.

    {"<dataset>": {"per_class": items >= 0}} or {"<dataset>": {"share": 0 to 1}}
    """
    unknown = sorted(set(sampling) - set(names))
    if unknown:
        raise ValueError(f"sampling of {unknown} found, some of the sources {names} wanted; correct the sampling")
    for name, rule in sampling.items():
        kind, amount = next(iter(rule.items()), ("", None)) if isinstance(rule, Mapping) else ("", None)
        if kind not in KINDS or len(rule) != 1:
            raise ValueError(f"sampling of {name}: {rule!r} found, {EXAMPLE} wanted; correct the sampling")
        whole = kind == "per_class"
        if isinstance(amount, bool) or not isinstance(amount, int if whole else int | float):
            raise ValueError(f"sampling of {name}: {kind} {amount!r} found, a number wanted as in {EXAMPLE}")
        if amount < 0 or (not whole and not amount <= 1):
            wanted = "0 or more" if whole else "0 to 1"
            raise ValueError(f"sampling of {name}: {kind} {amount} found, {wanted} wanted; correct the sampling")


def leaves_out(sampling: Mapping[str, Mapping], name: str) -> bool:
    """Whether the dataset `name` is not used at all: an amount of 0."""
    return name in sampling and not any(sampling[name].values())


def sample(items: pd.DataFrame, rule: Mapping, seed: int) -> pd.DataFrame:
    """The sampled rows of one dataset's `items` (id, dataset, source_dataset, class, source_class), in their order.

    per_class n   n items of each class; ValueError if a class has fewer
    share s       s of the items of each class, rounded half up, at least one
    """
    kept = []
    for name, part in items.groupby("class"):
        size = _size(rule, len(part), f"class {name} in {part['dataset'].iloc[0]}")
        kept += _order(part, seed)[:size]
    return items[items["id"].isin(kept)]


def _size(rule: Mapping, available: int, where: str) -> int:
    if "share" in rule:
        wanted = Decimal(str(rule["share"])) * available  # decimal: 0.145 of 100 is 14.5, as floats a little less
        return max(1, int(wanted.to_integral_value(ROUND_HALF_UP)))
    if rule["per_class"] > available:
        raise ValueError(f"sampling: {available} items of {where} found, {rule['per_class']} wanted; lower per_class")
    return rule["per_class"]


def _order(part: pd.DataFrame, seed: int) -> list[str]:
    """Ids of one class: item k of n of a dataset class stands at (k + 1/2) / n, so any beginning is in proportion."""
    placed = []
    for _, rows in part.groupby("source_class"):
        drawn = sorted(
            (seeding.derive(seed, "source sample", row.source_dataset, row.id), row.id) for row in rows.itertuples()
        )
        placed += [(Fraction(2 * k + 1, 2 * len(drawn)), *item) for k, item in enumerate(drawn)]
    return [item[-1] for item in sorted(placed)]
