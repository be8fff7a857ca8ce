"""A real Slurm of one node: munged, slurmctld and slurmd of this user, on loopback, in a folder of their own."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "srun")
PATH = os.pathsep.join((os.environ["PATH"], "/usr/sbin", "/sbin"))
# Snakemake's plugin takes all SLURM_* from the environment of a job's steps, where a cluster has /etc/slurm/slurm.conf.
SRUN = """#!/bin/sh
SLURM_CONF={folder}/slurm.conf exec {srun} "$@"
"""
GPUS = 1  # as far as the scheduler knows
RESERVED_MB = 2000  # of memory, for other processes
CONF = """
ClusterName=one
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc={folder}/jobs.txt
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
ReturnToService=2
MinJobAge=7200
KillWait=5
GresTypes=gpu
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory={memory_mb} Gres=gpu:{gpus}
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def missing() -> list[str]:
    """Programs of Slurm that are not installed here."""
    return [name for name in PROGRAMS if shutil.which(name, path=PATH) is None]


@contextlib.contextmanager
def one_node(folder: Path) -> Iterator[dict[str, str]]:
    """Starts it -> the environment variables by which commands find it; at the end it is stopped. folder: a new one.

    `folder / "jobs.txt"` has a line of each job that ended.
    """
    for name in ("state", "spool"):
        (folder / name).mkdir(parents=True)
    (folder / "munge.key").write_bytes(os.urandom(1024))
    (folder / "munge.key").chmod(0o600)
    (folder / "jobs.txt").touch()
    (folder / "gres.conf").write_text("Name=gpu File=/dev/null\n")
    (folder / "slurm.conf").write_text(
        CONF.format(
            folder=folder,
            host=socket.gethostname().partition(".")[0],
            user=subprocess.check_output(["id", "-un"], text=True).strip(),
            controller_port=free_port(),
            node_port=free_port(),
            cpus=os.cpu_count(),
            memory_mb=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20 - RESERVED_MB,
            gpus=GPUS,
        )
    )
    (folder / "bin").mkdir()
    (folder / "bin/srun").write_text(SRUN.format(folder=folder, srun=shutil.which("srun", path=PATH)))
    (folder / "bin/srun").chmod(0o755)
    found = {"SLURM_CONF": str(folder / "slurm.conf"), "PATH": f"{folder}/bin{os.pathsep}{PATH}"}
    munge = ("--key-file", "--socket", "--pid-file", "--seed-file", "--log-file")
    suffixes = ("key", "socket", "pid", "seed", "log")
    files = [f"{option}={folder}/munge.{suffix}" for option, suffix in zip(munge, suffixes, strict=True)]
    with contextlib.ExitStack() as daemons:
        for command, answers in (
            (["munged", "--foreground", "--force", *files], ["munge", "-n", "-S", f"{folder}/munge.socket"]),
            (["slurmctld", "-D", "-c"], ["sinfo"]),
            (["slurmd", "-D"], ["srun", "true"]),
        ):
            daemons.enter_context(daemon(command, folder / f"{command[0]}.out", {**os.environ, **found}))
            wait_until_answered(answers, {**os.environ, **found}, folder / f"{command[0]}.out")
        yield found
        subprocess.run(["scancel", "--state=RUNNING"], env={**os.environ, **found}, check=False)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def daemon(command: list[str], log: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen]:
    """A process in the foreground of its own that ends with the block."""
    with log.open("w") as file:
        process = subprocess.Popen(command, env=environment, stdout=file, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_answered(command: list[str], environment: dict[str, str], log: Path, seconds: float = 60) -> None:
    """Repeats a command until it succeeds."""
    end = time.monotonic() + seconds
    while True:
        try:
            done = subprocess.run(
                command, env=environment, timeout=20, stdin=subprocess.DEVNULL, capture_output=True, text=True
            )
            if done.returncode == 0:
                return
            said = done.stderr
        except subprocess.TimeoutExpired:
            said = "no answer"
        assert time.monotonic() < end, f"{command[0]}: {said}\n{log.read_text()}"
        time.sleep(0.5)


def ended(folder: Path) -> list[dict[str, str]]:
    """Jobs that ended, by Slurm's log of them: `JobState`, `StartTime`, `EndTime`, ..."""
    lines = (folder / "jobs.txt").read_text().splitlines()
    return [dict(word.split("=", 1) for word in line.split(" ") if "=" in word) for line in lines]
