"""A stage's function as a command: one option per argument, one line per error."""

import argparse
import inspect
import json
import logging
import sys
import types
import typing
from collections.abc import Callable
from pathlib import Path


def entry(run: Callable[..., None], arguments: list[str] | None = None) -> None:
    """Parses the command line by the signature of `run`, calls it, and ends the process with its exit status.

    `Path`, `str`, `int`, `float` and `bool` options take one value, `list[...]` takes several, `dict` takes JSON.
    ValueError and OSError (bad arguments, bad or missing data) become one line on stderr and status 1; anything else
    is a defect of ours and keeps its traceback.
    """
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    values = vars(_parser(run).parse_args(arguments))
    try:
        run(**values)
    except (ValueError, OSError) as error:
        print("error: " + " ".join(str(error).split()), file=sys.stderr)
        sys.exit(1)


def _parser(run: Callable[..., None]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=inspect.getdoc(run) or inspect.getdoc(sys.modules[run.__module__]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    hints = typing.get_type_hints(run)
    for name, parameter in inspect.signature(run).parameters.items():
        option = {"dest": name, "required": parameter.default is parameter.empty}
        if not option["required"]:
            option["default"] = parameter.default
        parser.add_argument("--" + name.replace("_", "-"), **option, **_conversion(hints[name]))
    return parser


def _conversion(hint: object) -> dict:
    if isinstance(hint, types.UnionType):  # X | None: an option that may be left out
        hint = next(part for part in typing.get_args(hint) if part is not type(None))
    if typing.get_origin(hint) is list:
        return {"type": typing.get_args(hint)[0], "nargs": "*"}
    if hint is bool:
        return {"type": _boolean}
    if hint is dict:
        return {"type": mapping}
    if hint in (Path, str, int, float):
        return {"type": hint}
    raise TypeError(f"a stage's argument is annotated {hint!r}; Path, str, int, float, bool, dict or list[...] wanted")


def _boolean(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise argparse.ArgumentTypeError(f"{text!r} found, true or false wanted")
    return text.lower() == "true"


def mapping(text: str) -> dict:
    """A JSON object of a command line. Raises argparse's error for anything else."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise argparse.ArgumentTypeError(f"not valid JSON: {error}") from None
    if not isinstance(value, dict):
        raise argparse.ArgumentTypeError(f"{type(value).__name__} found, a JSON object wanted")
    return value
