"""PyTorch and timm without torch's compiler, which nothing here uses.

Importing the compiler takes three to four seconds of a CPU, more than many of the small jobs that the graph is made of;
optimisers do it in their first call, timm and torchvision, which timm needs, do it for a function each.
"""

import functools
import importlib
import inspect
import sys
import types
from collections.abc import Callable
from unittest import mock

import torch

UTILITIES = "torch._dynamo.utils"
DECORATED = ("add_param_group", "load_state_dict", "state_dict", "zero_grad")  # methods that import the compiler


@functools.cache
def optimiser(kind: type[torch.optim.Optimizer]) -> type[torch.optim.Optimizer]:
    """A subclass of an optimiser with the same numbers, whose methods are those beneath torch's decorators."""
    methods = {name: inspect.unwrap(getattr(kind, name)) for name in DECORATED}
    return type(kind.__name__, (kind,), {**methods, "step": torch.no_grad()(inspect.unwrap(kind.step))})


def import_timm() -> types.ModuleType:
    """The package timm. While it is imported, stand-ins take the place of what would import the compiler.

    These are a decorator that excludes a function from compilation (of one of timm's models), and the function that
    tells torchvision whether RoI alignment may be compiled; no compilation, nothing to exclude.
    """
    if UTILITIES in sys.modules:
        return importlib.import_module("timm")
    utilities = types.ModuleType(UTILITIES)
    utilities.is_compile_supported = lambda device_type: False
    sys.modules[UTILITIES] = utilities
    try:
        with mock.patch.object(torch.compiler, "disable", _undecorated):
            return importlib.import_module("timm")
    finally:
        del sys.modules[UTILITIES]


def _undecorated(function: Callable | None = None, recursive: bool = True, **options: object) -> Callable:
    return function if function is not None else _undecorated
