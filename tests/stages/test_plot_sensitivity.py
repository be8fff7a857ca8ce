import json

import pytest

from i2v_core.stages import plot_sensitivity


def arguments(folder) -> dict:
    points = []
    for value, top1 in ((20, 0.5), (60, 0.75)):
        path = folder / f"{value}.json"
        path.write_text(json.dumps({"top1": top1, "n": 40}))
        points.append({"value": value, "runs": [{"scores": str(path), "split": 1, "seed": 0}]})
    lines = [{"title": "", "used": 60, "points": points}]
    panel = {"title": "bank size", "xlabel": "N", "parameter": "size", "reference": None, "lines": lines}
    spec = {"data": "mini world", "panels": [panel]}
    return {"spec": spec, "out": folder / "sensitivity.png", "table": folder / "sensitivity.csv"}


def test_picture_and_table_repeat_byte_for_byte(tmp_path):
    given = arguments(tmp_path)
    plot_sensitivity.run(**given)
    assert given["table"].read_text().splitlines() == [
        "panel,line,parameter,value,used,reference,data,split,seed,top1,n_test_videos",
        "bank size,,size,20.000000,0,,mini world,1,0,50.000000,40",
        "bank size,,size,60.000000,1,,mini world,1,0,75.000000,40",
    ]
    first = [given[name].read_bytes() for name in ("out", "table")]
    assert first[0][:8] == b"\x89PNG\r\n\x1a\n"
    plot_sensitivity.run(**given)
    assert [given[name].read_bytes() for name in ("out", "table")] == first


def test_a_bad_spec_leaves_no_file(tmp_path):
    given = arguments(tmp_path)
    given["spec"]["panels"][0]["lines"][0]["used"] = 100
    with pytest.raises(ValueError, match=r"panel 'bank size': used value 100 is none of the points \[20, 60\]"):
        plot_sensitivity.run(**given)
    assert not given["out"].exists()
    assert not given["table"].exists()
