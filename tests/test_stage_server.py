"""Stages in processes forked from a server: they behave as processes of their own, and nothing outlives its owner."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from i2v_core import provenance, stage, stage_server

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="no server of stages on this system")
# Runs a command with a server of stages, if the environment does not refuse one.
DRIVER = """
import subprocess, sys
from i2v_core import stage_server
with stage_server.start():
    sys.exit(subprocess.run(sys.argv[1:]).returncode)
"""
PROBE = """
import json, os, sys
import library
if __name__ == "__main__":
    name = os.path.basename(sys.argv[0])
    facts = [name, sys.argv[1:], os.getcwd(), os.environ.get("PROBED"), sys.stdin.read(), library.__name__]
    print(json.dumps(facts))
    print("to stderr", file=sys.stderr)
    sys.exit(3)
"""


@pytest.fixture
def folder(tmp_path):
    """A package with the server, and a library that notes each import."""
    package = tmp_path / "i2v_core"
    (package / "stages").mkdir(parents=True)
    (package / "stages/__init__.py").touch()
    for name in ("__init__.py", "stage.py", "stage_server.py", "provenance.py"):
        shutil.copy(provenance.PACKAGE / name, package / name)
    (tmp_path / "driver.py").write_text(DRIVER)
    (tmp_path / "library.py").write_text("open('imports.txt', 'a').write('x')\n")
    add(tmp_path, "probe", PROBE)
    return tmp_path


def add(folder: Path, name: str, text: str) -> None:
    (folder / f"i2v_core/stages/{name}.py").write_text(text)


def environment(**variables: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != stage.ADDRESS}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1", **variables}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "i2v_core.stage", *arguments]


def run(folder: Path, *shell: str, **variables: str) -> subprocess.CompletedProcess:
    """Runs a shell's lines with a server."""
    lines = ["bash", "-c", "\n".join(shell)]
    return subprocess.run(
        [sys.executable, "driver.py", *lines],
        cwd=folder,
        env=environment(PYTHON=sys.executable, **variables),
        input="typed",
        text=True,
        capture_output=True,
    )


STAGE = "$PYTHON -m i2v_core.stage"


def start(folder: Path, name: str, file: str) -> tuple[subprocess.Popen, list[psutil.Process]]:
    """A stage that sleeps -> the driver, and its server, client and stage, once the stage has written the file."""
    add(
        folder,
        name,
        f"import os, time\nopen('{file}.new', 'w').write(str(os.getpid()))\n"
        f"os.rename('{file}.new', '{file}')\ntime.sleep(600)\n",
    )
    driver = subprocess.Popen([sys.executable, "driver.py", *command(name)], cwd=folder, env=environment())
    wait_for((folder / file).exists)
    process = psutil.Process(int((folder / file).read_text()))
    server = process.parent()
    (client,) = [child for child in psutil.Process(driver.pid).children() if child != server]
    return driver, [server, client, process]


def wait_for(claim, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_a_forked_stage_is_told_apart_by_nothing(folder):
    lines = ["mkdir -p inner; cp library.py inner; ln -sfn ../i2v_core inner/i2v_core; cd inner"]
    lines += [f"PROBED=yes {STAGE} probe --a 'b c' 2> error.txt; echo $?; cat error.txt"]
    forked, alone = run(folder, *lines), run(folder, *lines, I2V_STAGE_SERVER="")
    assert forked.stdout == alone.stdout
    inner = folder / "inner"
    assert forked.stdout == f'["probe.py", ["--a", "b c"], "{inner}", "yes", "typed", "library"]\n3\nto stderr\n'
    assert forked.stderr == alone.stderr == ""


def test_libraries_are_imported_once_and_stages_each_time(folder):
    lines = [f"{STAGE} probe < /dev/null", "sed -i s/stderr/other/ i2v_core/stages/probe.py", f"{STAGE} probe"]
    done = run(folder, *lines)
    assert done.stderr == "to stderr\nto other\n"
    assert (folder / "imports.txt").read_text() == "x"
    run(folder, *lines, I2V_STAGE_SERVER="")
    assert (folder / "imports.txt").read_text() == "xxx"


@pytest.mark.parametrize(
    ("text", "status", "message"),
    [
        ("", 0, ""),
        ("import sys\nsys.exit('why')", 1, "why\n"),
        ("import os\nos.kill(os.getpid(), 9)", 137, ""),
        ("import none_such", 1, "ModuleNotFoundError: No module named 'none_such'\n"),
        ("import library, broken", 1, "ZeroDivisionError: division by zero\n"),
    ],
)
def test_the_end_of_a_stage_is_the_end_of_its_command(folder, text, status, message):
    (folder / "broken.py").write_text("1 / 0\n")
    add(folder, "ending", text)
    done = run(folder, f"{STAGE} ending")
    assert done.returncode == status
    assert done.stderr.endswith(message)
    assert bool(done.stderr) == bool(message)


def test_a_stage_that_is_not_there_fails_as_without_a_server(folder):
    done = run(folder, f"{STAGE} none")
    assert done.returncode == 1
    assert "No module named i2v_core.stages.none" in done.stderr


def test_a_stage_ends_with_its_client_and_the_server_goes_on(folder):
    driver, (server, client, process) = start(folder, "sleeping", "first.txt")
    client.kill()
    wait_for(lambda: gone(process))
    assert driver.wait(30) == -signal.SIGKILL % 256 or driver.returncode != 0
    wait_for(lambda: gone(server))  # the driver has ended


def test_nothing_outlives_a_killed_parent(folder):
    driver, (server, client, process) = start(folder, "sleeping", "first.txt")
    driver.kill()
    driver.wait()
    wait_for(lambda: gone(process) and gone(server) and gone(client))


def test_a_killed_server_is_an_error_of_its_stages(folder):
    driver, (server, _, process) = start(folder, "sleeping", "first.txt")
    server.kill()
    assert driver.wait(30) == 1
    process.kill()


def test_a_client_that_says_nothing_disturbs_no_other(folder):
    silent = "import os, socket; socket.socket(socket.AF_UNIX).connect(os.environ['I2V_STAGE_SERVER'])"
    done = run(folder, f'$PYTHON -c "{silent}"', f"{STAGE} probe")
    assert done.returncode == 3
    assert '"typed"' in done.stdout


def test_a_server_that_has_gone_is_no_error(folder):
    assert run(folder, f"I2V_STAGE_SERVER={folder}/none {STAGE} probe").returncode == 3


def test_one_server_serves_what_starts_within(folder):
    done = run(folder, "a=$I2V_STAGE_SERVER", "$PYTHON driver.py bash -c 'echo $I2V_STAGE_SERVER'", "echo $a")
    inner, outer = done.stdout.split()
    assert inner == outer
    assert not Path(outer).parent.exists()  # cleared away


@pytest.mark.parametrize("threads", ["1", "2"])
def test_libraries_have_the_threads_that_the_stage_was_given(folder, threads):
    text = "import numpy, threadpoolctl\nprint([pool['num_threads'] for pool in threadpoolctl.threadpool_info()])"
    add(folder, "counting", text)
    done = run(folder, f"OMP_NUM_THREADS={threads} {STAGE} counting")
    assert done.stdout == f"[{threads}]\n", done.stderr


def test_no_library_of_a_stage_starts_a_thread_when_it_is_imported():
    names = sorted(path.stem for path in (provenance.PACKAGE / "stages").glob("[a-z]*.py"))
    text = (
        "import os, sys\nfrom i2v_core import stage_server\n"
        "for name in sys.argv[1:]: stage_server._import_libraries(name)\n"
        "print(len(os.listdir('/proc/self/task')), 'torch' in sys.modules, 'i2v_core.storage' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", text, *names],
        cwd=provenance.PACKAGE.parent,
        env=environment(**stage_server.ONE_THREAD),
        capture_output=True,
        text=True,
    )
    assert done.stdout == "1 True False\n", done.stderr


def test_a_command_without_a_stage_says_what_is_wanted():
    done = subprocess.run(command(), cwd=provenance.PACKAGE.parent, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("usage: python -m i2v_core.stage [--processes N] NAME [OPTION ...]")
