import pytest

from i2v_core.stages import score_bank


def arguments(folder) -> dict:
    banks = folder / "banks"
    banks.mkdir()
    (banks / "epoch02.csv").write_text("class,rank,id,label,confidence\nrun,1,v1,0,0.9\nwalk,1,v2,1,0.5\n")
    (folder / "target_labels.csv").write_text("id,class,label\nv1,run,0\nv2,run,0\ntest,walk,1\n")
    (folder / "classes.csv").write_text("index,class\n0,run\n1,walk\n")
    given = {name: folder / f"{name}.csv" for name in ("target_labels", "classes")}
    paths = {"out": folder / "scores.csv", "figure": folder / "bank.png"}
    return {"banks": banks, **given, "size": 2, "title": "CFB, mini-e2h (mini world)", **paths}


def test_table_and_picture_repeat_byte_for_byte(tmp_path):
    given = arguments(tmp_path)
    score_bank.run(**given)
    assert given["out"].read_text().splitlines() == [
        "epoch,entries,fill,precision,mean_confidence,empty_classes,lowest_precision,lowest_class",
        "2,2,0.500000,0.500000,0.700000,0,0.000000,walk",
    ]
    first = [given[name].read_bytes() for name in ("out", "figure")]
    assert b"Software" not in first[1]
    score_bank.run(**given)
    assert [given[name].read_bytes() for name in ("out", "figure")] == first


def test_the_title_is_drawn_and_the_size_counts(tmp_path):
    given = arguments(tmp_path)
    score_bank.run(**given)
    first = given["figure"].read_bytes()
    score_bank.run(**{**given, "title": "other"})
    assert given["figure"].read_bytes() != first
    score_bank.run(**{**given, "size": 4})
    assert given["out"].read_text().splitlines()[1].startswith("2,2,0.250000,")


def test_a_model_without_a_bank_is_an_error(tmp_path):
    given = arguments(tmp_path)
    (given["banks"] / "epoch02.csv").unlink()
    with pytest.raises(ValueError, match=r"banks: no epoch<number>\.csv found"):
        score_bank.run(**given)
    assert not given["out"].exists()
