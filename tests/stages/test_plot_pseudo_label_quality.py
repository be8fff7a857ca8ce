import json
from pathlib import Path

import pandas as pd
import pytest

from i2v_core.stages import plot_pseudo_label_quality


def arguments(folder: Path) -> dict:
    runs = []
    for seed in (0, 1):
        for stage, precision in (("1 frames", None), ("2 video", 0.75)):
            path = folder / f"{stage}{seed}.json"
            content = {"precision_kept": precision, "accuracy_all": 0.5, "coverage": 0.7, "n": 10, "n_kept": 7}
            path.write_text(json.dumps(content))
            runs.append({"scores": str(path), "benchmark": "mini-e2h", "stage": stage, "split": 1, "seed": seed})
    spec = {"stages": ["1 frames", "2 video"], "benchmarks": {"mini-e2h": "mini world"}, "runs": runs}
    return {"spec": spec, "out": folder / "quality.png", "table": folder / "quality.csv"}


def test_the_table_holds_each_run_in_percent_and_leaves_unknown_precision_empty(tmp_path):
    given = arguments(tmp_path)
    plot_pseudo_label_quality.run(**given)
    lines = given["table"].read_text().splitlines()
    assert lines[0] == "benchmark,stage,split,seed,data,precision_kept,accuracy_all,coverage,n,n_kept"
    assert lines[1] == "mini-e2h,1 frames,1,0,mini world,,50.000000,70.000000,10,7"
    assert pd.read_csv(given["table"])["precision_kept"].dropna().tolist() == [75.0, 75.0]
    assert len(lines) == 5


def test_picture_and_table_repeat_byte_for_byte(tmp_path):
    given = arguments(tmp_path)
    plot_pseudo_label_quality.run(**given)
    first = [given[name].read_bytes() for name in ("out", "table")]
    plot_pseudo_label_quality.run(**given)
    assert [given[name].read_bytes() for name in ("out", "table")] == first


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda spec: spec["runs"].pop(), r"1 missing, first stage '2 video' on 'mini-e2h', split 1, seed 1"),
        (lambda spec: spec["stages"].pop(), r"2 unknown, first stage '2 video' on 'mini-e2h'"),
        (lambda spec: spec.pop("stages"), r"spec, figure: keys \['benchmarks', 'runs'\] found"),
        (
            lambda spec: spec["runs"][0].pop("seed"),
            r"spec, runs: keys \['benchmark', 'scores', 'split', 'stage'\] found",
        ),
    ],
)
def test_spec_must_be_complete(change, message, tmp_path):
    given = arguments(tmp_path)
    change(given["spec"])
    with pytest.raises(ValueError, match=message):
        plot_pseudo_label_quality.run(**given)
    assert not given["out"].exists()
