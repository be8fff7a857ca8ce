import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from benchmarks import measuring
from benchmarks.measuring import Row

ROOT = Path(__file__).parents[2]
FILES = {path.stem: path.read_text() for path in sorted((ROOT / "benchmarks").glob("[a-z]*.py"))}
BENCHMARKS = [name for name, text in FILES.items() if "\ndef main()" in text]  # with a command of their own


def run(*words, status=0):
    command = [sys.executable, "-m", "benchmarks", *map(str, words)]
    done = subprocess.run(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == status, done.stdout
    return done.stdout


def test_every_benchmark_is_listed_with_what_it_is_about():
    lines = run("--list").splitlines()
    assert [line.split()[0] for line in lines] == BENCHMARKS
    assert all(len(line.split()) > 5 for line in lines)


def test_a_benchmark_prints_a_row_with_a_ratio(tmp_path):
    text = run("--only", "vca", "--quick", "--out", tmp_path / "ratios.csv")
    heading, _, head, rule, row = text.splitlines()
    assert "cores, no GPU, torch " in heading or "cores, NVIDIA" in heading
    assert f"{head}\n{rule}" == measuring.HEAD
    assert float(row.split("|")[4]) > 1  # the loops over pairs are slower
    table = pd.read_csv(tmp_path / "ratios.csv")
    assert table["benchmark"].tolist() == ["vca"]
    assert table["ratio"][0] == pytest.approx(table["theirs"][0] / table["ours"][0], rel=1e-3)  # six decimals


def test_what_has_no_rows_is_run_by_itself():
    text = run("--only", "planted_copies", status=1)
    assert "run planted_copies as python -m benchmarks.planted_copies" in text


def test_a_row_shows_both_figures_and_their_ratio():
    row = Row("flow", 0.02, "OpenCV", 0.3, "0.01 px")
    assert row.shown() == "| flow | 0.02 s CPU | OpenCV: 0.3 s CPU | 15 | 0.01 px |"
    assert Row("planning", 5.0, unit="s").shown() == "| planning | 5 s | - | - | - |"
    assert Row("planning", 5.0, unit="s").ratio is None


def test_forms_take_turns_after_a_first_call_that_does_not_count():
    order = []
    ticks = iter(range(100))
    forms = {name: lambda name=name: order.append(name) or name for name in "ab"}
    seconds, results = measuring.in_turns(forms, 2, clock=lambda: next(ticks))
    assert "".join(order) == "ababab"
    assert seconds == {"a": 1, "b": 1}
    assert results == {"a": "a", "b": "b"}
