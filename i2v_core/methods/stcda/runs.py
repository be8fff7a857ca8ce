"""What STCDA's tables train: rows by name, and which of its stages rows share.

A row is `stcda` and what differs from the full model, joined by "+": `stcda+views=rgb+alpha=1`. The model of a stage is
named by those differences alone that its training can notice, so rows that differ later share it.
Choice: the rows of table 6b (`alignment=adversarial`, `fusion=no`) have alpha 2 as the full model; the paper does not
name the weights, and its row with fusion has the figures of neither the full model nor VCA alone.
"""

# Value of the full model; the stage from which a difference is noticed; other values (None: any number from 0).
OPTIONS: dict[str, tuple[str | None, int, tuple[str, ...] | None]] = {
    "views": ("both", 1, ("rgb", "flow")),
    "aggregator": ("gru", 1, ("mean", "concat")),
    "levels": ("both", 1, ("clip", "video")),
    "domains": ("both", 1, ("source", "target")),
    "alpha": (None, 2, None),
    "beta": (None, 3, None),
    "alignment": ("vca", 3, ("adversarial",)),
    "fusion": ("yes", 3, ("no",)),
    "labels": ("updated", 3, ("fixed",)),
}
CONTRAST = ("levels", "domains")  # noticed only where there is contrast
ALIGNMENT = ("alignment", "fusion", "labels")  # noticed only where classes are aligned
STAGES = (1, 2, 3)


def options(row: str) -> dict[str, str]:
    """What a row changes, in the order of `OPTIONS`. Raises ValueError for another name, key or value."""
    name, *changes = row.split("+")
    if name != "stcda":
        raise ValueError(f"row {row!r}: {name!r} found, 'stcda' with changes wanted; see methods/stcda/runs.py")
    found = dict(change.partition("=")[::2] for change in changes)
    for key, value in found.items():
        if key not in OPTIONS:
            raise ValueError(f"row {row!r}: {key!r} found, one of {', '.join(OPTIONS)} wanted")
        allowed = OPTIONS[key][2]
        if not (value in allowed if allowed else _is_number(value)):
            wanted = f"one of {', '.join(allowed)}" if allowed else "a number from 0"
            raise ValueError(f"row {row!r}: {key}={value} found, {wanted} wanted")
    return {key: found[key] for key in OPTIONS if key in found}


def contrasts(row: str) -> bool:
    """Whether the row has a contrastive term, and so a first stage."""
    return float(options(row).get("alpha", 1)) > 0


def stage_name(row: str, stage: int) -> str:
    """The name of a row's model of a stage."""
    found = options(row)
    unseen = {key for key, (_, first, _) in OPTIONS.items() if first > stage}
    if not contrasts(row):
        unseen |= set(CONTRAST)
    if float(found.get("beta", 1)) == 0:
        unseen |= set(ALIGNMENT)
    return "+".join(["stcda", *(f"{key}={value}" for key, value in found.items() if key not in unseen)])


def before(row: str, stage: int) -> str | None:
    """The name of the model that a stage goes on from; None for the first stage that the row has."""
    first = 1 if contrasts(row) else 2
    return stage_name(row, stage - 1) if stage > first else None


def _is_number(text: str) -> bool:
    try:
        return float(text) >= 0
    except ValueError:
        return False
