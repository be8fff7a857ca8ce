"""Copies of this project in folders of their own, and snakemake run in them."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PARTS = ("Snakefile", "params.yaml", "dvc.yaml", "i2v_core", "profiles", "workflow")
TINY = "workflow/presets/tiny.yaml"
TABLE = "results/tables/table2.csv"
RUN = "results/mini-e2h/split1/seed0"
SPLIT = "data/derived/benchmarks/mini-e2h/split1"
JOB = re.compile(r"^(?:local)?rule (\w+):\n(?:    .*\n)*?    output: ([^,\n]+)", re.MULTILINE)


def sources(folder: Path) -> Path:
    """The project's code and settings in `folder`, without any result."""
    for name in PARTS:
        path = ROOT / name
        if path.is_dir():
            shutil.copytree(path, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, folder / name)
    return folder


def copied(finished: Path, folder: Path) -> Path:
    """A finished project with all its times and snakemake's own records."""
    return Path(shutil.copytree(finished, folder, symlinks=True))


def environment() -> dict[str, str]:
    """`python`, `snakemake` and `dvc` are those of the interpreter that runs the tests; one thread per job."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "OMP_NUM_THREADS": "1", "NO_COLOR": "1"}


def command(*targets: str, overlays: tuple[str, ...] = (), options: tuple[str, ...] = ()) -> list[str]:
    """snakemake on the tiny preset, with further overlays after it."""
    return ["snakemake", *targets, "--cores", "2", *options, "--configfile", TINY, *overlays]


def start(folder: Path, arguments: list[str], log: Path) -> subprocess.Popen:
    """The process, leader of a group of its own; what it prints goes to `log`."""
    with log.open("w") as file:
        return subprocess.Popen(
            arguments, cwd=folder, env=environment(), stdout=file, stderr=subprocess.STDOUT, start_new_session=True
        )


def run(folder: Path, arguments: list[str], *, status: int = 0) -> str:
    """Runs a command to its end -> what it printed. Fails with that text on another exit status."""
    done = subprocess.run(
        arguments, cwd=folder, env=environment(), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert done.returncode == status, done.stdout[-6000:]
    return done.stdout


def overlay(folder: Path, text: str) -> tuple[str, ...]:
    """A further settings file in the project -> what `command` takes as overlays."""
    (folder / "overlay.yaml").write_text(text)
    return ("overlay.yaml",)


def jobs(folder: Path, *targets: str, overlays: tuple[str, ...] = ()) -> dict[str, str]:
    """What a dry run for files, Table 2 if none are named, would do: each job's rule by its first output file, the
    run's folder left out.
    """
    text = run(folder, command(*(targets or (TABLE,)), overlays=overlays, options=("-n",)))
    found = JOB.findall(text)
    assert len(found) == text.count("\n    jobid: "), text  # every job is understood
    return {output.removeprefix(f"{RUN}/"): rule for rule, output in found}


def edit(path: Path, old: str, new: str) -> None:
    """Replaces a text that occurs once in a file."""
    text = path.read_text()
    assert text.count(old) == 1, f"{path}: {old!r} occurs {text.count(old)} times"
    path.write_text(text.replace(old, new))


def contents(folder: Path, *patterns: str) -> dict[str, bytes]:
    """The bytes of the files that match, by path below `folder`."""
    paths = sorted(path for pattern in patterns for path in folder.glob(pattern))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def left_overs(folder: Path) -> list[str]:
    """Half-written files and training states."""
    return [str(path) for pattern in ("**/.*.partial*", "**/.*training_state*") for path in folder.glob(pattern)]
