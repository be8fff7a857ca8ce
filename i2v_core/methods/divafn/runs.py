"""What DIVAFN's tables run: rows by name, and which of them one job computes together.

A row is a method and what differs from params.yaml for it, joined by "+": `divafn+dim=64`,
`divafn+a=1+b=1+c=0.1`, `divf+semantics=attributes`. A job runs all rows of a family on one sample, as to start takes as
long as most of them; shallow methods are a family of their own, since other code and settings make them again.
"""

from i2v_core.baselines import shallow

# `variants` computes them (and takes seconds to import).
METHODS = (
    *("svm", "baseline-rows", "baseline-columns", "finetuned", "kvc", "divf", "diva", "divafn"),
    *shallow.METHODS,
)
FAMILIES = ("networks", "shallow")
# Parameters of equation 14 by their letters in the paper.
TERMS = {
    "a": "image_video",
    "b": "image_keyframe",
    "c": "keyframe_video",
    "beta": "decoder",
    "lambda": "encoder",
}
OPTIONS = ("dim", *TERMS, "semantics")
# Methods that notice an option.
NOTICES = {
    **dict.fromkeys(("a", "b", "c"), ("diva", "divafn")),
    **dict.fromkeys(("beta", "lambda", "semantics"), ("divf", "divafn")),
    "dim": ("kvc", "divf", "diva", "divafn"),
}


def method(row: str) -> str:
    """The method of a row. Raises ValueError as `options` does."""
    options(row)
    return row.partition("+")[0]


def options(row: str) -> dict[str, str]:
    """What a row changes, in the order of `OPTIONS`.

    Raises ValueError for an unknown method, key or value, and for a key that the method does not notice.
    """
    name, *changes = row.split("+")
    if name not in METHODS:
        raise ValueError(f"row {row!r}: method {name!r} found, one of {', '.join(METHODS)} wanted")
    found = dict(change.partition("=")[::2] for change in changes)
    for key, value in found.items():
        if key not in OPTIONS:
            raise ValueError(f"row {row!r}: {key!r} found, one of {', '.join(OPTIONS)} wanted")
        if name not in NOTICES[key]:
            raise ValueError(f"row {row!r}: {key} found, which {name} does not notice; leave it out")
        _check(row, key, value)
    return {key: found[key] for key in OPTIONS if key in found}


def family(row: str) -> str:
    """Which of `FAMILIES` a row is of. Raises ValueError as `options` does."""
    return "shallow" if method(row) in shallow.METHODS else "networks"


def _check(row: str, key: str, value: str) -> None:
    if key == "semantics":
        return  # a name of params.yaml, which knows which there are
    try:
        number = int(value) if key == "dim" else float(value)
    except ValueError:
        number = -1
    if not (number > 0 if key == "dim" else number >= 0):
        wanted = "a whole number above 0" if key == "dim" else "a number from 0"
        raise ValueError(f"row {row!r}: {key}={value} found, {wanted} wanted")
