"""Video-to-video baselines on clip features: each module has a `Model` and `losses`, `adabn` also `adapt`.

    Model(feature_dim, classes, *, segments=3, views=None, **options)
    losses(model, source, target, progress, **options) -> named weighted terms, summed and stepped once by `fit`

Batches hold clip features (n, S, D), or (n, parts, S, D) of which the first part is the clean clips; see `model`.
Modules are imported when asked for: the rules need their names alone, and a job one of them.
"""

from importlib import import_module
from types import ModuleType

METHODS = (
    "source_only", "source_bn", "dann", "adabn", "mmd", "dan", "mcd", "ta3n", "daaa", "sava", "mm_sada", "tcon",
)  # fmt: skip
NEED_BOTH_VIEWS = ("mm_sada",)


def load(method: str) -> ModuleType:
    """The module of a method. Raises ValueError for another name."""
    if method not in METHODS:
        raise ValueError(f"method: {method!r} found, one of {', '.join(METHODS)} wanted; see params.yaml")
    return import_module(f"{__name__}.{method}")
