import pytest

from i2v_core import cli, storage
from i2v_core.datasets import listing
from i2v_core.stages import make_catalog
from tests.datasets import trees


def run(tmp_path, root, layout="ucf101", **options):
    paths = {"out": tmp_path / "out/catalog.csv", "problems": tmp_path / "out/problems.csv"}
    make_catalog.run(layout=layout, root=root, options=options, **paths)
    return paths["out"], paths["problems"]


def test_writes_the_catalog_sorted_by_id_and_an_empty_problem_table(tmp_path):
    out, problems = run(tmp_path, trees.ucf101(tmp_path / "root"))
    items = storage.read_csv(out, listing.CATALOG_COLUMNS)
    assert list(items["id"]) == sorted(items["id"])
    assert len(items) == 36
    assert problems.read_text() == "path,problem,found,wanted\n"


def test_problems_are_no_failure(tmp_path):
    root = trees.hmdb51(tmp_path / "root")
    (root / "kick/kick_f_cm_np1_fr_med_3.avi").unlink()
    out, problems = run(tmp_path, root, layout="hmdb51", counts={"items": 6766})
    assert len(storage.read_csv(out)) == 5
    assert trees.kinds(storage.read_csv(problems)) == [
        (".", "wrong-count"),
        ("kick/kick_f_cm_np1_fr_med_3.avi", "missing"),
    ]


def test_names_with_special_characters_survive_the_table(tmp_path):
    out, _ = run(tmp_path, trees.hmdb51(tmp_path / "root"), layout="hmdb51")
    assert set(storage.read_csv(out)["path"]) == {
        f"{label}/{name}" for label in trees.HMDB51 for name in trees.HMDB51[label]
    }


def test_a_repeat_gives_the_same_bytes(tmp_path):
    root = trees.stanford40(tmp_path / "root")
    trees.put(root / "JPEGImages/climbing_100.jpg")
    trees.put(root / "JPEGImages/climbing_099.jpg")
    first = [path.read_bytes() for path in run(tmp_path / "a", root, layout="stanford40")]
    assert first == [path.read_bytes() for path in run(tmp_path / "b", root, layout="stanford40")]


def test_aliases_reach_the_importer(tmp_path):
    root = trees.images(tmp_path / "root", {"05": ["1.jpg"]})
    out, problems = run(tmp_path, root, layout="hii", aliases={"05": "hugging"})
    assert list(storage.read_csv(out)["label"]) == ["hugging"]
    assert len(storage.read_csv(problems)) == 0


def test_nothing_usable_is_an_error_after_the_problems_are_written(tmp_path):
    root = trees.images(tmp_path / "root", {"Yodeling": ["1.jpg"]})
    with pytest.raises(ValueError, match=r"no usable item of layout bu101 found, 1 problems, first: .+"):
        run(tmp_path, root, layout="bu101")
    assert trees.kinds(storage.read_csv(tmp_path / "out/problems.csv")) == [("Yodeling", "unknown-class")]
    assert not (tmp_path / "out/catalog.csv").exists()


def test_an_absent_dataset_is_one_line_on_the_command_line(tmp_path, capsys):
    arguments = ["--layout", "ucf101", "--root", str(tmp_path / "none"), "--options", '{"counts": {"items": 1}}']
    arguments += ["--out", str(tmp_path / "c.csv"), "--problems", str(tmp_path / "p.csv")]
    with pytest.raises(SystemExit):
        cli.entry(make_catalog.run, arguments)
    message = capsys.readouterr().err
    assert message.startswith(
        f"error: {tmp_path}/none: no such folder; UCF-101/<Class>/<file>.avi and ucfTrainTestlist/"
    )
    assert message.count("\n") == 1
