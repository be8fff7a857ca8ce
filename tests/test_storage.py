import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import torch

from i2v_core import storage


def test_atomic_gives_the_whole_file_under_its_name_and_nothing_else(tmp_path):
    with storage.atomic(tmp_path / "deep" / "a.csv") as temporary:
        temporary.write_text("x")
        assert temporary.suffix == ".csv"
        assert not (tmp_path / "deep" / "a.csv").exists()
    assert {path.name: path.read_text() for path in (tmp_path / "deep").iterdir()} == {"a.csv": "x"}


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_atomic_keeps_the_old_file_and_removes_the_new_one_on_any_error(tmp_path, error):
    path = tmp_path / "a.txt"
    path.write_text("old")

    def write():
        with storage.atomic(path) as temporary:
            temporary.write_text("half")
            raise error

    with pytest.raises(error):
        write()
    assert {entry.name: entry.read_text() for entry in tmp_path.iterdir()} == {"a.txt": "old"}


def test_atomic_replaces_a_folder_whole(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "old").write_text("")
    with storage.atomic(tmp_path / "folder") as temporary:
        temporary.mkdir()
        (temporary / "new").write_text("")
    assert os.listdir(tmp_path) == ["folder"]
    assert os.listdir(tmp_path / "folder") == ["new"]


def test_atomic_removes_a_half_made_folder(tmp_path):
    def write():
        with storage.atomic(tmp_path / "folder") as temporary:
            temporary.mkdir()
            (temporary / "half").write_text("")
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        write()
    assert os.listdir(tmp_path) == []


@pytest.fixture
def dead() -> int:
    """The id of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_atomic_removes_what_a_dead_process_left_of_the_same_file(tmp_path, dead):
    (tmp_path / f".a[1].{dead}.partial.csv").write_text("half")  # brackets are no pattern
    folder = tmp_path / f".b.{dead}.partial"
    folder.mkdir()
    (folder / "half").write_text("half")
    for name in ("a[1].csv", "b"):
        with storage.atomic(tmp_path / name) as temporary:
            temporary.write_text("new")
    assert sorted(os.listdir(tmp_path)) == ["a[1].csv", "b"]


def test_atomic_leaves_what_a_living_process_writes_and_what_belongs_to_other_files(tmp_path, dead):
    kept = {f".a.{os.getppid()}.partial.csv", f".b.{dead}.partial.csv", f".a.{dead}.partial.h5", f".a.{dead}.csv"}
    for name in kept:
        (tmp_path / name).write_text("half")
    storage.write_csv(pd.DataFrame({"x": [1]}), tmp_path / "a.csv")
    assert set(os.listdir(tmp_path)) == {"a.csv", *kept}


def test_csv_has_six_decimals_unix_line_ends_and_no_index(tmp_path):
    storage.write_csv(pd.DataFrame({"id": ["a"], "x": [1 / 3]}), tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_bytes() == b"id,x\na,0.333333\n"


def test_csv_text_stays_text(tmp_path):
    # each of these would be read as a number or as missing by default
    (tmp_path / "t.csv").write_text("id,dataset,class,label,group,n\n007,2024,NA,01,nan,3\n1e3,1,None,2,,4\n")
    table = storage.read_csv(tmp_path / "t.csv")
    assert table["id"].tolist() == ["007", "1e3"]
    assert table["dataset"].tolist() == ["2024", "1"]
    assert table["class"].tolist() == ["NA", "None"]
    assert table["label"].tolist() == ["01", "2"]
    assert table["group"].tolist() == ["nan", ""]
    assert table["n"].tolist() == [3, 4]


def test_a_missing_column_is_named(tmp_path):
    (tmp_path / "t.csv").write_text("id\na\n")
    with pytest.raises(ValueError, match=r"t\.csv: columns \['id'\] found, \['label'\] wanted besides"):
        storage.read_csv(tmp_path / "t.csv", ("id", "label"))


@pytest.mark.parametrize("content", [b"", b"id,x\n1,2,3,4\n5\n6,7,8,9,10\n", b"id\n\xff\xfe\xfa\n"])
def test_what_is_no_table_is_an_error_with_the_files_name(tmp_path, content):
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(ValueError, match=r"t\.csv: not a CSV table"):
        storage.read_csv(tmp_path / "t.csv", ("id",))


def test_a_missing_table_is_a_file_not_found(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.csv"):
        storage.read_csv(tmp_path / "none.csv")


def test_keys_join_data_set_and_id():
    assert storage.keys(pd.DataFrame({"id": ["007", "b"], "dataset": ["d", "e"]})) == ["d/007", "e/b"]


def test_json_is_sorted_and_ends_with_a_newline(tmp_path):
    storage.write_json({"b": [1, None], "a": "x"}, tmp_path / "t.json")
    assert (tmp_path / "t.json").read_text() == '{\n  "a": "x",\n  "b": [\n    1,\n    null\n  ]\n}\n'
    assert storage.read_json(tmp_path / "t.json") == {"a": "x", "b": [1, None]}


def test_broken_json_is_an_error_with_the_files_name(tmp_path):
    (tmp_path / "t.json").write_text("{")
    with pytest.raises(ValueError, match=r"t\.json: not valid JSON"):
        storage.read_json(tmp_path / "t.json")


def test_what_cannot_be_written_leaves_no_file(tmp_path):
    with pytest.raises(TypeError, match="not JSON serializable"):
        storage.write_json({"a": object()}, tmp_path / "t.json")
    assert os.listdir(tmp_path) == []


def test_weights_round_trip_and_have_the_same_bytes_under_any_name(tmp_path):
    content = {"w": torch.arange(6.0).reshape(2, 3), "epoch": 3, "rows": [{"a": 0.5}]}
    storage.save_weights(content, tmp_path / "a.pt")
    storage.save_weights(content, tmp_path / "other.pt")
    assert (tmp_path / "a.pt").read_bytes() == (tmp_path / "other.pt").read_bytes()
    loaded = storage.load_weights(tmp_path / "a.pt")
    assert torch.equal(loaded["w"], content["w"])
    assert (loaded["epoch"], loaded["rows"]) == (3, [{"a": 0.5}])


def test_a_missing_checkpoint_is_a_file_not_found(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.pt: no such checkpoint"):
        storage.load_weights(tmp_path / "none.pt")


def test_pickled_code_is_not_run(tmp_path):
    class Trap:
        def __reduce__(self):
            return (os.mkdir, (str(tmp_path / "sprung"),))

    torch.save({"w": Trap()}, tmp_path / "trap.pt")
    with pytest.raises(ValueError, match=r"trap\.pt: not a checkpoint that loads safely") as error:
        storage.load_weights(tmp_path / "trap.pt")
    assert "\n" not in str(error.value)
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("content", [b"", b"garbage"])
def test_a_damaged_checkpoint_is_an_error_of_one_line(tmp_path, content):
    (tmp_path / "bad.pt").write_bytes(content)
    with pytest.raises(ValueError, match=r"bad\.pt: not a checkpoint that loads safely") as error:
        storage.load_weights(tmp_path / "bad.pt")
    assert "\n" not in str(error.value)


def test_digest_follows_content_not_memory_layout():
    array = np.arange(12).reshape(3, 4)
    assert storage.digest(array) == storage.digest(np.asfortranarray(array))
    assert storage.digest(array) != storage.digest(array + 1)
