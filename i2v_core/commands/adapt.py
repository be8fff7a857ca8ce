"""`i2v adapt`: from folders to predictions, a report and a model, by the rules of the Snakefile."""

import argparse
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import yaml
from rich.console import Console
from rich.table import Table

from i2v_core import params as params_module
from i2v_core.own import choices, estimate, facts, networks, settings
from i2v_core.params import checking

PROJECT = Path(__file__).parents[2]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command line."""
    parser.add_argument("--images", type=Path, help="labelled images, a folder a class")
    parser.add_argument("--videos", type=Path, required=True, help="a folder of videos, in any tree, without labels")
    parser.add_argument("--method", choices=choices.METHODS, default="cycda")
    parser.add_argument("--name", default="own", help="of the run: letters, digits and hyphens")
    parser.add_argument(
        "--labels", type=Path, help="CSV `path,class` of some of the videos, to score by (divafn learns from them)"
    )
    parser.add_argument("--source-videos", type=Path, help="labelled videos, a folder a class (websup, stcda)")
    weights = "auto, stand-in, {}or a file"
    parser.add_argument("--image-weights", default="auto", help=weights.format("timm "))
    parser.add_argument("--video-weights", default="auto", help=weights.format("") + " of I3D on Kinetics")
    parser.add_argument("--flow-weights", default="auto", help=weights.format("") + " of I3D's flow network")
    changes = {"action": "append", "default": [], "metavar": "KEY=VALUE", "dest": "changes"}
    parser.add_argument("--set", **changes, help="any setting of params.yaml, as cycda.p_stage2=0.9; or cycles=3")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cores", type=int, default=os.cpu_count())
    parser.add_argument("--plan", action="store_true", help="show choices, jobs and time; run nothing")


def run(
    *,
    images: Path | None,
    videos: Path,
    method: str,
    name: str,
    labels: Path | None,
    source_videos: Path | None,
    image_weights: str,
    video_weights: str,
    flow_weights: str,
    changes: list[str],
    seed: int,
    cores: int,
    plan: bool,
) -> int:
    """Writes the settings file, shows it, runs snakemake -> its exit status. The same command again goes on.

    Raises FileNotFoundError and ValueError for folders and options that nothing can be made of.
    """
    if not Path("Snakefile").is_file():
        raise FileNotFoundError(f"{Path.cwd()}: no Snakefile found; run the command in the project's folder, {PROJECT}")
    if source_videos and method not in ("websup", "stcda"):
        raise ValueError(f"--source-videos: method {method} does not learn from them; websup and stcda do")
    if method == "stcda" and source_videos:
        images = None  # it learns from labelled videos alone
    params = yaml.safe_load(Path("params.yaml").read_text())
    taken = {name, *(f"{name}-{kind}" for kind in ("images", "videos", "source-videos"))}
    if taken & {*params["benchmarks"], *params["datasets"]}:
        raise ValueError(f"--name {name!r}: params.yaml has a benchmark or data set of that name; give another")
    folder = Path("results") / name / "own" / method
    path = folder / "settings.yaml"
    found = facts.look(images, videos, labels=labels, source_videos=source_videos)
    assigned = settings.parsed(changes)
    backbone = assigned.get("image_model.backbone", params["image_model"]["backbone"])
    trained = networks.resolve(_as_before(path, image_weights), video_weights, flow_weights, backbone=backbone)
    given = {"images": images, "videos": videos, "labels": labels, "source_videos": source_videos}
    overlay = settings.make(name, method, found, trained, **given, seed=seed, changes=assigned)
    _check_same_folders(name, overlay)
    checking.check(params_module.merged(params, overlay), Path("workflow/schemas/params.yaml"))
    settings.write(overlay, path, command=shlex.join(["i2v", *sys.argv[1:]]))
    console = Console(stderr=True, markup=False, emoji=False, highlight=False)  # paths may look like markup
    section = overlay["folders"][name]
    _show(console, found, section)
    targets = [str(folder / file) for file in ("predictions.csv", "model.pt", "report.html")]
    command = [sys.executable, "-m", "snakemake", *targets, "--cores", str(cores), "--configfile", str(path)]
    values = {key: json.loads(value) for key, value, _ in section["choices"]}
    console.print(estimate.sentence(method, found, trained, values, cycles=section["cycles"], cores=cores))
    # Jobs are `python ...`: of this environment, activated or not.
    how = {"check": False, "env": {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}}
    if plan:
        return subprocess.run([*command, "--dry-run", "--quiet", "rules"], **how).returncode
    status = subprocess.run(command, **how).returncode
    if status == 0:
        console.print("\n".join(["", *targets, f"i2v predict {targets[1]} VIDEO...   # classes of other videos"]))
    return status


def _as_before(path: Path, image_weights: str) -> str:
    """What `auto` was when this run was begun, so that the same command goes on with or without a network."""
    if image_weights != "auto" or not path.is_file():
        return image_weights
    ((section),) = yaml.safe_load(path.read_text())["folders"].values()
    return section["image_weights"]


def _check_same_folders(name: str, overlay: dict) -> None:
    """Raises ValueError if another run of this name has other folders: both share what is made of them."""
    for other in sorted(Path("results", name, "own").glob("*/settings.yaml")):
        before = yaml.safe_load(other.read_text())
        roots = [{key: section["root"] for key, section in made["datasets"].items()} for made in (before, overlay)]
        if roots[0] != roots[1]:
            raise ValueError(f"--name {name!r}: {other} is of other folders; give another name, or remove that file")


def _show(console: Console, found: facts.Facts, section: dict) -> None:
    sources = [
        f"{sum(counts.values())} {kind}"
        for kind, counts in (("images", found.images), ("source videos", found.source_videos))
        if counts
    ]
    console.print(f"{len(found.classes)} classes, {' and '.join(sources)}, {found.videos} videos")
    for text in section["warnings"]:
        console.print(text, style="yellow")
    table = Table("setting", "value", "why")
    for row in section["choices"]:
        table.add_row(*row)
    console.print(table)
