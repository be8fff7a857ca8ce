"""Shallow domain adaptation of features: seven methods from labelled source rows and unlabelled target rows.

    adapted = load("jda").fit(images, labels, videos, dim=30)     # (n_s, d), (n_s,), (n_t, d)
    svm.fit(adapted.source, labels).predict(adapted.target)       # (n_s, k), (n_t, k)
    adapted.map_target(more_videos)                               # (m, d) -> (m, k), videos that the fit did not see
    adapted.predictions                                           # (n_t,) of the method's own classifier, or None

All of `fit(source, labels, target, **settings) -> Adapted` work in float64 and draw nothing at random; settings are
keyword-only and default to the authors' values, but where a `Choice:` says otherwise. Modules are imported when asked
for.

A class that the target lacks (label shift) can make adaptation worse than none, most of all JDA and JGSA, which align
the means of classes by pseudo labels; what aligns the domains' means or spreads suffers too. With one of three toy
classes absent from the target the nearest source row is right for 0.99 of its rows without adaptation, and for 0.75
(JDA), 0.72 (JGSA), 0.79 (CORAL), 0.81 (TJM), 0.82 (GFK) and 0.89 (TCA) after it; MEDA's classifier keeps 0.99. With one
of ten classes absent no method lost more than 0.01.
"""

from importlib import import_module
from types import ModuleType

METHODS = ("tca", "gfk", "jda", "tjm", "coral", "jgsa", "meda")
WITH_TARGET_LABELS = ("jda", "jgsa", "meda")  # whose `fit` takes known labels in place of pseudo labels


def load(method: str) -> ModuleType:
    """The module of a method. Raises ValueError for another name."""
    if method not in METHODS:
        raise ValueError(f"method: {method!r} found, one of {', '.join(METHODS)} wanted")
    return import_module(f"{__name__}.{method}")
