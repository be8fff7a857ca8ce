import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from i2v_core.stages import make_table


def arguments(folder: Path) -> dict:
    runs = []
    for method, top1 in (("source-only", 0.25), ("supervised", 0.9)):
        path = folder / f"{method}.json"
        path.write_text(json.dumps({"top1": top1, "n": 40}))
        runs.append({"scores": str(path), "method": method, "benchmark": "mini-e2h", "split": 1, "seed": 0})
    rows = [
        ("source-only", "source only", "mini ResNet", {"method": "source only", "backbone": "ResNet18"}),
        ("supervised", "supervised", "mini I3D", {"method": "supervised target", "backbone": "ResNet18+I3D"}),
    ]
    keys = ("method", "title", "trained_backbone", "published_as")
    spec = {
        "title": "a table",
        "published_table": "cycda_table2",
        "rows": [dict(zip(keys, row, strict=True)) for row in rows],
        "benchmarks": {"mini-e2h": {"data": "mini world", "published_as": "e2h"}},
        "runs": runs,
        "include_prior_work": True,
        "model_selection": "last epoch",
        "command": "snakemake table2",
    }
    return {
        "scores": [Path(run["scores"]) for run in runs],
        "spec": spec,
        "out": folder / "table2.csv",
        "markdown": folder / "table2.md",
    }


def test_csv_is_tidy_with_six_decimals_and_whole_counts(tmp_path):
    make_table.run(**arguments(tmp_path))
    lines = (tmp_path / "table2.csv").read_text().splitlines()
    assert lines[1] == (
        "source-only,source only,mini ResNet,mini-e2h,mini world,top-1 accuracy in percent,25.000000,,1,1,0,40,"
        'last epoch,37.200000,source only,ResNet18,e2h,"CycDA short paper, Table 2"'
    )
    table = pd.read_csv(tmp_path / "table2.csv")
    assert table["mean"].dropna().tolist() == [25.0, 90.0]
    # 2 own rows and the 10 rows of Table 2 that did not run, of which UnAtt has no number on this benchmark
    assert len(table) == 12
    assert table["published"].notna().sum() == 11


def test_markdown_and_csv_repeat_byte_for_byte(tmp_path):
    given = arguments(tmp_path)
    make_table.run(**given)
    first = [given[name].read_bytes() for name in ("out", "markdown")]
    make_table.run(**{**given, "scores": given["scores"][::-1]})
    assert [given[name].read_bytes() for name in ("out", "markdown")] == first


def test_the_command_line_gives_the_same_table(tmp_path):
    given = arguments(tmp_path)
    make_table.run(**given)
    out, markdown = tmp_path / "again.csv", tmp_path / "again.md"
    command = [sys.executable, "-m", "i2v_core.stages.make_table", "--spec", json.dumps(given["spec"])]
    command += ["--scores", *map(str, given["scores"]), "--out", str(out), "--markdown", str(markdown)]
    subprocess.run(command, check=True)
    assert out.read_bytes() == given["out"].read_bytes()
    assert markdown.read_bytes() == given["markdown"].read_bytes()


def test_scores_and_runs_must_name_the_same_files(tmp_path):
    given = arguments(tmp_path)
    with pytest.raises(
        ValueError, match=r"1 files are in only one of --scores and the spec's runs, first .*supervised"
    ):
        make_table.run(**{**given, "scores": given["scores"][:1]})
    assert not given["out"].exists()
