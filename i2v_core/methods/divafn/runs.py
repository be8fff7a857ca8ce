"""What DIVAFN's tables run: rows by name, and which of them one job computes together.

A row is a method and what differs from params.yaml for it, joined by "+": `divafn+dim=64`,
`divafn+a=1+b=1+c=0.1`, `divf+semantics=attributes`. A job runs all rows of a family on one sample: to start and to read
takes longer than most of them.
"""

from i2v_core.baselines import shallow

# Methods without options of their own, by family; `variants` computes them (and takes seconds to import).
FEATURES = ("svm", "baseline-rows", "baseline-columns")
NETWORKS = ("finetuned", "kvc", "divf", "diva", "divafn")
METHODS = (*FEATURES, *NETWORKS, *shallow.METHODS)
# Parameters of equation 14 by their letters in the paper.
TERMS = {
    "a": "image_video",
    "b": "image_keyframe",
    "c": "keyframe_video",
    "beta": "decoder",
    "lambda": "encoder",
}
OPTIONS = ("dim", *TERMS, "semantics")
# Families of rows without changes are those of methods; others are by what they change.
OF_OPTIONS = {
    "dims": {"dim"},
    "weights": {"a", "b", "c"},
    "autoencoders": {"beta", "lambda"},
    "semantics": {"semantics"},
}
FAMILIES = ("features", "networks", "shallow", *OF_OPTIONS)
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

    Raises ValueError for an unknown method, key or value, for a key that the method does not notice, and for keys that
    no family has together.
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
    if found and not any(set(found) <= keys for keys in OF_OPTIONS.values()):
        wanted = "; ".join(", ".join(sorted(keys)) for keys in OF_OPTIONS.values())
        raise ValueError(f"row {row!r}: {', '.join(found)} together found, some of one group wanted: {wanted}")
    return {key: found[key] for key in OPTIONS if key in found}


def family(row: str) -> str:
    """Which of `FAMILIES` a row is of. Raises ValueError as `options` does."""
    found = options(row)
    if found:
        return next(name for name, keys in OF_OPTIONS.items() if set(found) <= keys)
    name = method(row)
    return "features" if name in FEATURES else "networks" if name in NETWORKS else "shallow"


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
