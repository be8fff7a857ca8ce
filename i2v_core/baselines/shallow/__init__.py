"""Shallow domain adaptation of features: seven methods from labelled source rows and unlabelled target rows.

    adapted = load("jda").fit(images, labels, videos, dim=30)     # (n_s, d), (n_s,), (n_t, d)
    svm.fit(adapted.source, labels).predict(adapted.target)       # (n_s, k), (n_t, k)
    adapted.map_target(more_videos)                               # (m, d) -> (m, k), videos that the fit did not see
    adapted.predictions                                           # (n_t,) of the method's own classifier, or None

All of `fit(source, labels, target, **settings) -> Adapted` work in float64 and draw nothing at random; settings are
keyword-only and default to the authors' values. Modules are imported when asked for.
"""

from importlib import import_module
from types import ModuleType

METHODS = ("tca", "gfk", "jda", "tjm", "coral", "jgsa", "meda")


def load(method: str) -> ModuleType:
    """The module of a method. Raises ValueError for another name."""
    if method not in METHODS:
        raise ValueError(f"method: {method!r} found, one of {', '.join(METHODS)} wanted")
    return import_module(f"{__name__}.{method}")
