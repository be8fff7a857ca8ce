"""Joins a method's trained networks, and how videos are prepared for them, into one file that leaves the project."""

from pathlib import Path

from i2v_core import cli
from i2v_core.exported import files


def run(*, method: str, names: list[str], models: list[Path], media: dict, out: Path) -> None:
    """names: of the parts, one for each of `models`, see `exported.predictors`. media: frames, flow, shots and clips.

    Raises ValueError if there are not as many names as models.
    """
    if len(names) != len(models):
        raise ValueError(f"{len(names)} names and {len(models)} models found, as many of each wanted; correct the rule")
    files.write(out, method=method, parts=dict(zip(names, models, strict=True)), media=media)


if __name__ == "__main__":
    cli.entry(run)
