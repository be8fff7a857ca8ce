import subprocess
import sys
from pathlib import Path

import pytest

from i2v_core import cli

ROOT = Path(cli.__file__).parents[1]


def called(arguments):
    """What `run` gets from a command line."""
    seen = {}

    def run(
        *, path: Path, names: list[Path], p: float, count: int, flag: bool, options: dict, text: str = "none"
    ) -> None:
        """Does it."""
        seen.update(locals())

    cli.entry(run, arguments)
    return seen


GOOD = ["--path", "a/b", "--names", "c", "d", "--p", "0.5", "--count", "3", "--flag", "true", "--options", '{"a": [1]}']


def test_each_annotation_is_converted():
    seen = called(GOOD)
    assert (seen["path"], seen["names"]) == (Path("a/b"), [Path("c"), Path("d")])
    assert (seen["p"], seen["count"], seen["flag"], seen["options"]) == (0.5, 3, True, {"a": [1]})
    assert seen["text"] == "none"


@pytest.mark.parametrize(("text", "value"), [("true", True), ("False", False), ("TRUE", True)])
def test_flags_are_words(text, value):
    assert called([*GOOD, "--flag", text])["flag"] is value


def test_a_list_may_be_empty():
    assert called([*GOOD, "--names"])["names"] == []


def test_an_option_with_none_may_be_left_out():
    seen = []

    def run(*, folder: Path | None = None) -> None:
        seen.append(folder)

    cli.entry(run, [])
    cli.entry(run, ["--folder", "x"])
    assert seen == [None, Path("x")]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--flag", "yes"], "'yes' found, true or false wanted"),
        (["--options", "{"], "not valid JSON"),
        (["--options", "[1]"], "list found, a JSON object wanted"),
        (["--count", "3.5"], "invalid int value: '3.5'"),
        (["--cou", "3"], "unrecognized arguments: --cou"),
    ],
)
def test_a_bad_option_is_named_with_status_2(arguments, line, capsys):
    with pytest.raises(SystemExit) as stop:
        called([*GOOD, *arguments])
    assert stop.value.code == 2
    assert line in capsys.readouterr().err


def test_a_missing_option_is_named(capsys):
    with pytest.raises(SystemExit):
        called(GOOD[2:])
    assert "the following arguments are required: --path" in capsys.readouterr().err


@pytest.mark.parametrize("error", [ValueError("bad\n  thing"), FileNotFoundError("bad thing")])
def test_a_user_error_is_one_line_and_status_1(error, capsys):
    def run() -> None:
        raise error

    with pytest.raises(SystemExit) as stop:
        cli.entry(run, [])
    assert stop.value.code == 1
    assert capsys.readouterr().err == "error: bad thing\n"


def test_a_defect_keeps_its_traceback():
    def run() -> None:
        raise KeyError("ours")

    with pytest.raises(KeyError, match="ours"):
        cli.entry(run, [])


def test_an_annotation_that_no_option_can_hold_is_refused():
    def run(*, values: tuple) -> None: ...

    with pytest.raises(TypeError, match=r"annotated <class 'tuple'>; Path, str, int, float, bool, dict or list"):
        cli.entry(run, [])


@pytest.mark.parametrize("path", sorted((ROOT / "i2v_core/stages").glob("[a-z]*.py")), ids=lambda path: path.stem)
def test_every_stage_has_a_command_line(path, capsys):
    module = __import__(f"i2v_core.stages.{path.stem}", fromlist=["run"])
    with pytest.raises(SystemExit) as stop:
        cli.entry(module.run, ["--help"])
    assert stop.value.code == 0
    assert "--out" in capsys.readouterr().out


def test_a_stage_as_a_process_gives_one_error_line_and_status_1(tmp_path):
    command = [
        sys.executable,
        "-m",
        "i2v_core.stages.label_from_videos",
        "--video-probabilities",
        str(tmp_path / "x.h5"),
    ]
    command += ["--p", "1.0", "--second-softmax", "false", "--out", str(tmp_path / "out.csv")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith(f"error: {tmp_path}/x.h5: not a file of probabilities")
    assert list(tmp_path.iterdir()) == []
