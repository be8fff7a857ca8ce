import pandas as pd
import pytest

from i2v_core import storage
from i2v_core.datasets import listing
from i2v_core.stages import make_catalog, make_index
from tests.datasets import trees


@pytest.fixture
def made(tmp_path):
    """Arguments of a run over a tree with two missing videos, and one that a decoding shard found truncated."""
    root = trees.ucf101(tmp_path / "root")
    for name in ("Archery/v_Archery_g01_c01.avi", "YoYo/v_YoYo_g01_c01.avi"):
        (root / "UCF-101" / name).unlink()
    catalog, problems = tmp_path / "catalog.csv", tmp_path / "problems.csv"
    make_catalog.run(layout="ucf101", root=root, options={}, out=catalog, problems=problems)
    shard = tmp_path / "shard.csv"
    row = ("UCF-101/YoYo/v_YoYo_g02_c01.avi", "undecodable", "7 frames", "16 frames")
    storage.write_csv(pd.DataFrame([row], columns=listing.PROBLEM_COLUMNS), shard)
    return {
        "name": "mini-ucf101",
        "catalog": catalog,
        "problems": [problems, shard],
        "out": tmp_path / "out/index.csv",
        "report": tmp_path / "out/problems.csv",
    }


def test_drop_leaves_out_what_a_shard_found_and_reports_everything(made):
    make_index.run(**made, policy="drop")
    index, catalog = storage.read_csv(made["out"], listing.CATALOG_COLUMNS), storage.read_csv(made["catalog"])
    assert set(catalog["id"]) - set(index["id"]) == {"v_YoYo_g02_c01"}
    assert list(index["id"]) == sorted(index["id"])
    assert trees.kinds(storage.read_csv(made["report"])) == [
        ("UCF-101/Archery/v_Archery_g01_c01.avi", "missing"),
        ("UCF-101/YoYo/v_YoYo_g01_c01.avi", "missing"),
        ("UCF-101/YoYo/v_YoYo_g02_c01.avi", "undecodable"),
    ]


def test_stop_writes_the_report_and_no_index_not_even_an_old_one(made):
    make_index.run(**made, policy="drop")
    report = made["report"].read_bytes()
    made["report"].unlink()
    with pytest.raises(ValueError, match=r"dataset mini-ucf101: 2 missing, 1 undecodable .*on_problem: drop$"):
        make_index.run(**made, policy="stop")
    assert made["report"].read_bytes() == report
    assert not made["out"].exists()


def test_stop_without_problems_writes_the_catalog_to_the_byte(made):
    make_index.run(**{**made, "problems": []}, policy="stop")
    assert made["out"].read_bytes() == made["catalog"].read_bytes()
    assert made["report"].read_text() == "path,problem,found,wanted\n"


def test_a_repeat_gives_the_same_bytes_whatever_the_order_of_shards(made):
    make_index.run(**made, policy="drop")
    first = made["out"].read_bytes(), made["report"].read_bytes()
    make_index.run(**{**made, "problems": made["problems"][::-1]}, policy="drop")
    assert (made["out"].read_bytes(), made["report"].read_bytes()) == first


def test_a_shard_without_the_columns_is_an_error(made):
    made["problems"][1].write_text("path,problem\n")
    with pytest.raises(
        ValueError, match=r"shard\.csv: columns \['path', 'problem'\] found, \['found', 'wanted'\] wanted"
    ):
        make_index.run(**made, policy="drop")
