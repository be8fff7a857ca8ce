"""Killed runs and locks: the same command goes on, to the same bytes, without an unlock by hand."""

import fcntl
import os
import signal
import time
from pathlib import Path

import psutil
import pytest

from tests.workflow import project

FOLDER = f"{project.RUN}/supervised-target"
MODEL = f"{FOLDER}/model.pt"
LOG = f"{FOLDER}/train_log.csv"
LONG = "training: {epochs: {supervised_target: %d}}"
FILES = (f"{FOLDER}/model.pt", f"{FOLDER}/train_log.csv")


def long_training(folder: Path, epochs: int = 40) -> list[str]:
    """The command of one training job long enough to be killed; all it needs is there."""
    return project.command(MODEL, overlays=project.overlay(folder, LONG % epochs))


def wait_for(claim, process=None, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < end, "waited in vain"
        assert process is None or process.poll() is None, f"ended with {process.returncode}"
        time.sleep(0.05)


def started(folder: Path, command: list[str], log: Path):
    """snakemake with its training job some epochs further -> process of snakemake, process of the job."""
    before = epochs_done(folder)
    process = project.start(folder, command, log)
    wait_for(lambda: epochs_done(folder) > before + 2, process)
    (job,) = [
        child
        for child in psutil.Process(process.pid).children(recursive=True)
        if {"i2v_core.stage", "train_supervised_target"} <= set(child.cmdline()) and "python" in Path(child.exe()).name
    ]
    return process, job


def epochs_done(folder: Path) -> int:
    """Of the state that a running training keeps; a finished training has none."""
    state = folder / FOLDER / ".model.training_state.pt"
    return len((folder / LOG).read_text().splitlines()) - 1 if state.exists() and (folder / LOG).exists() else 0


@pytest.fixture(scope="module")
def undisturbed(finished, tmp_path_factory) -> dict[str, bytes]:
    folder = project.copied(finished, tmp_path_factory.mktemp("undisturbed") / "project")
    project.run(folder, long_training(folder))
    return project.contents(folder, *FILES)


def test_killed_jobs_and_killed_snakemakes_go_on_with_the_same_command_to_the_same_bytes(copy, tmp_path, undisturbed):
    command = long_training(copy)

    process, job = started(copy, command, tmp_path / "job.txt")
    job.kill()
    assert process.wait(60) == 1
    assert not (copy / MODEL).exists()
    assert "train_supervised_target" in (tmp_path / "job.txt").read_text()

    process, _ = started(copy, command, tmp_path / "group.txt")
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(60)
    assert not (copy / MODEL).exists()
    assert os.listdir(copy / ".snakemake/locks") != []

    process, job = started(copy, command, tmp_path / "snakemake.txt")
    process.kill()
    process.wait(60)
    text = project.run(copy, command)  # beside the job, which lives on
    job.wait(60)
    assert "Error" not in text
    assert project.contents(copy, *FILES) == undisturbed
    assert project.left_overs(copy) == []
    assert "Nothing to be done" in project.run(copy, [*command, "-n"])


@pytest.mark.slow
def test_a_living_snakemake_keeps_its_lock_whatever_was_started_or_ended_meanwhile(copy, tmp_path):
    command = long_training(copy, epochs=2000)
    with (copy / ".snakemake/owner.lock").open("w") as dry_run:  # one that ends while the first is running
        fcntl.flock(dry_run, fcntl.LOCK_SH)
        process, _ = started(copy, command, tmp_path / "first.txt")
    try:
        project.run(copy, [*command, "-n"])
        text = project.run(copy, command, status=1)
        assert "Directory cannot be locked" in text
        assert process.poll() is None
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(60)
