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

from i2v_core.own import choices, estimate, facts, networks, settings

PROJECT = Path(__file__).parents[2]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command line."""
    parser.add_argument("--images", type=Path, help="labelled images, a folder a class")
    parser.add_argument("--videos", type=Path, required=True, help="a folder of videos, in any tree, without labels")
    parser.add_argument("--method", choices=choices.METHODS, default="cycda")
    parser.add_argument("--name", default="own", help="of the run: letters, digits and hyphens")
    parser.add_argument("--labels", type=Path, help="CSV `path,class` of some of the videos, to score by and only that")
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
    if name in yaml.safe_load(Path("params.yaml").read_text())["benchmarks"]:
        raise ValueError(f"--name {name!r}: params.yaml has a benchmark of that name; give another")
    found = facts.look(images, videos, labels=labels, source_videos=source_videos)
    trained = networks.resolve(image_weights, video_weights, flow_weights)
    given = {"images": images, "videos": videos, "labels": labels, "source_videos": source_videos}
    overlay = settings.make(name, method, found, trained, **given, seed=seed, changes=settings.parsed(changes))
    folder = Path("results") / name / "own" / method
    path = folder / "settings.yaml"
    settings.write(overlay, path, command=shlex.join(["i2v", *sys.argv[1:]]))
    console = Console(stderr=True, highlight=False)
    section = overlay["folders"][name]
    _show(console, found, section)
    targets = [str(folder / file) for file in ("predictions.csv", "model.pt", "report.html")]
    command = [sys.executable, "-m", "snakemake", *targets, "--cores", str(cores), "--configfile", str(path)]
    values = {key: json.loads(value) for key, value, _ in section["choices"]}
    console.print(estimate.sentence(method, found, trained, values, cycles=section["cycles"], cores=cores))
    if plan:
        return subprocess.run([*command, "--dry-run", "--quiet", "rules"], check=False).returncode
    status = subprocess.run(command, check=False).returncode
    if status == 0:
        console.print("\n".join(["", *targets, f"i2v predict {targets[1]} VIDEO...   # classes of other videos"]))
    return status


def _show(console: Console, found: facts.Facts, section: dict) -> None:
    sources = [
        f"{sum(counts.values())} {kind}"
        for kind, counts in (("images", found.images), ("source videos", found.source_videos))
        if counts
    ]
    console.print(f"{len(found.classes)} classes, {' and '.join(sources)}, {found.videos} videos")
    for text in section["warnings"]:
        console.print(f"[yellow]{text}[/yellow]")
    table = Table("setting", "value", "why")
    for row in section["choices"]:
        table.add_row(*row)
    console.print(table)
