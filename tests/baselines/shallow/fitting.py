"""Fits of every shallow method with few directions."""

from i2v_core.baselines.shallow import load


def settings(name, **changes):
    few = {"coral": {}, "meda": {"dim": 4, "output": "scores"}}.get(name, {"dim": 4})
    return {**few, **changes}


def fitted(name, *data, **changes):
    return load(name).fit(*data, **settings(name, **changes))
