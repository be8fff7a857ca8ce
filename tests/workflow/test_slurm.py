"""The tiny graph as jobs of a real Slurm of one node: what they leave, and what a cancelled one leaves to do."""

import getpass
import subprocess
import time
from pathlib import Path

import pandas as pd
import pytest

from tests.workflow import project, slurm
from tests.workflow.test_graph import FRESH
from tests.workflow.test_kills import FILES, MODEL, epochs_done, long_training, wait_for

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(slurm.missing() != [], reason=f"no {', '.join(slurm.missing())} here; see `make test-slurm`"),
]
LOG = project.ROOT / "logs/test_slurm.log"
PROFILE = ("--workflow-profile", "workflow/profiles/slurm")
# One node has no accounting, and the tiny graph's jobs take seconds.
HERE = ("--slurm-status-command", "squeue", "--slurm-init-seconds-before-status-checks", "3")
# Jobs that the profile sends together with the one they wait for: labels and scores with predictions.
TOGETHER = ("label_from_frames", "label_from_videos", "score_predictions")
QUEUE = "JobID:6,State:10,TimeUsed:8,tres-per-job:14,Comment:60"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory) -> Path:
    """The folder of a running Slurm that commands of the tests find by the environment."""
    LOG.parent.mkdir(exist_ok=True)
    LOG.write_text("")
    folder = tmp_path_factory.mktemp("slurm") / "node"
    with slurm.one_node(folder) as found, pytest.MonkeyPatch.context() as patch:
        for name, value in found.items():
            patch.setenv(name, value)
        yield folder


def submitted(arguments: list[str]) -> list[str]:
    """A command of `project.command` for the cluster instead of two cores."""
    start = arguments.index("--cores")
    return [*arguments[:start], *PROFILE, *HERE, *arguments[start + 2 :]]


def note(title: str, text: str) -> None:
    """Adds a paragraph to the log."""
    with LOG.open("a") as file:
        file.write(f"== {title}\n{text.rstrip()}\n\n")


def made(folder: Path) -> dict[str, bytes]:
    """All files of data and results, the times of folders left out."""
    files = (path for top in ("data", "results") for path in sorted((folder / top).rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files if path.name != ".snakemake_timestamp"}


def timed(folder: Path, command: list[str], title: str) -> str:
    start = time.monotonic()
    text = project.run(folder, command)
    note(title, f"{' '.join(command)}\n{time.monotonic() - start:.0f} s\n{text}")
    return text


def test_jobs_of_the_cluster_leave_the_same_bytes_as_this_machine(cluster, tmp_path):
    there, here = (project.sources(tmp_path / name) for name in ("there", "here"))
    gpu = ("--set-resources", "train_supervised_target:gpu=1")
    timed(there, submitted(project.command(project.TABLE, options=gpu)), "jobs of the cluster")
    queue = subprocess.check_output(["squeue", "--states=all", "--sort=i", f"--Format={QUEUE}"], text=True)
    note("squeue", queue)
    note("job log", (cluster / "jobs.txt").read_text())
    timed(here, project.command(project.TABLE), "the same on this machine")

    jobs = [job for job in slurm.ended(cluster) if job["Name"].startswith("i2v_")]
    assert {job["JobState"] for job in jobs} == {"COMPLETED"}
    assert len(jobs) == sum(count for rule, count in FRESH.items() if rule not in TOGETHER)
    (with_gpu,) = [line for line in queue.splitlines() if "gpu:1" in line]
    assert "train_supervised_target" in with_gpu
    assert {job["TimeLimit"] for job in jobs} >= {"10", "2880"}

    expected, found = made(here), made(there)
    note("files compared", f"{len(found)}; different: {[path for path in found if found[path] != expected.get(path)]}")
    assert found == expected
    (training,) = there.glob("logs/benchmarks/train/*/supervised-target.tsv")
    assert pd.read_csv(training, sep="\t")["max_rss"][0] > 100  # MB: it ran in the job, not in a server elsewhere
    assert "Nothing to be done" in project.run(there, project.command(project.TABLE, options=("-n",)))


def test_a_cancelled_job_is_told_and_the_same_command_goes_on_to_the_same_bytes(cluster, finished, tmp_path):
    there, here = (project.copied(finished, tmp_path / name) for name in ("there", "here"))
    project.run(here, long_training(here))
    command = submitted(long_training(there))
    process = project.start(there, command, tmp_path / "cancelled.txt")
    wait_for(lambda: epochs_done(there) > 2, process, seconds=120)
    subprocess.run(["scancel", "--state=RUNNING", "--user", getpass.getuser()], check=True)
    assert process.wait(120) == 1
    text = (tmp_path / "cancelled.txt").read_text()
    note("a cancelled job", text)
    assert "Error in rule train_supervised_target" in text
    assert "CANCELLED" in text
    assert not (there / MODEL).exists()

    timed(there, command, "the same command again")
    assert project.contents(there, *FILES) == project.contents(here, *FILES)
    assert project.left_overs(there) == []
    assert "CANCELLED" in {job["JobState"] for job in slurm.ended(cluster)}


def test_a_limit_of_cores_for_the_whole_cluster_is_refused(cluster, tmp_path):
    folder = project.sources(tmp_path / "project")
    command = submitted(project.command(project.TABLE))
    command[command.index("--workflow-profile")] = "--profile"  # beside profiles/default, which has `cores: all`
    text = project.run(folder, command, status=1)
    assert "cores found for all jobs of the cluster together, no such limit wanted" in text
    assert not (folder / "data").exists()
