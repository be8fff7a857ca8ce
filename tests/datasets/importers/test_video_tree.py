import pytest

from i2v_core.datasets.importers import video_tree


def put(root, *paths, content=b"x"):
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)


def test_every_video_of_any_tree_is_found_and_nothing_else(tmp_path):
    put(tmp_path, "a.mp4", "deep/er/b.MOV", "deep/c [x] (1).3gp", "deep/notes.txt", "deep/a.jpg", ".hidden/d.mp4")
    catalog, problems = video_tree.index(tmp_path)
    assert catalog["path"].tolist() == ["a.mp4", "deep/c [x] (1).3gp", "deep/er/b.MOV"]
    assert catalog["id"].tolist() == ["a", "deep/c [x] (1)", "deep/er/b"]
    assert set(catalog["kind"]) == {"video"}
    assert set(catalog["label"]) == {""}
    assert problems.empty


def test_a_file_named_as_another_with_a_suffix_more_keeps_it(tmp_path):
    put(tmp_path, "a.mp4", "a.avi", "a.mp4.mkv")
    assert video_tree.index(tmp_path)[0]["id"].tolist() == ["a.avi", "a.mp4", "a.mp4.mkv"]


def test_files_of_one_stem_keep_their_suffix_and_empty_ones_are_told(tmp_path):
    put(tmp_path, "a.mp4", "a.avi")
    put(tmp_path, "b.mkv", content=b"")
    catalog, problems = video_tree.index(tmp_path)
    assert catalog["id"].tolist() == ["a.avi", "a.mp4", "b"]
    assert problems[["path", "problem"]].values.tolist() == [["b.mkv", "undecodable"]]


def test_labels_of_some_are_taken_and_rows_of_no_video_told(tmp_path):
    put(tmp_path / "v", "a.mp4", "x/b.mp4")
    labels = tmp_path / "labels.csv"
    labels.write_text("path,class\nx/b.mp4,red\nx/c.mp4,red\n")
    catalog, problems = video_tree.index(tmp_path / "v", labels=str(labels))
    assert catalog.set_index("path")["label"].to_dict() == {"a.mp4": "", "x/b.mp4": "red"}
    assert problems[["path", "problem"]].values.tolist() == [["x/c.mp4", "missing"]]


@pytest.mark.parametrize(
    ("text", "message"),
    [("path,class\na.mp4,red\na.mp4,blue\n", "a.mp4 found twice"), ("file,class\na.mp4,red\n", "'path'")],
)
def test_a_table_of_labels_that_is_none_is_refused(tmp_path, text, message):
    put(tmp_path, "a.mp4")
    (tmp_path / "labels.csv").write_text(text)
    with pytest.raises(ValueError, match=message):
        video_tree.index(tmp_path, labels=str(tmp_path / "labels.csv"))


def test_what_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="no such folder"):
        video_tree.index(tmp_path / "none")
    with pytest.raises(FileNotFoundError, match=r"labels\.csv: no such file"):
        video_tree.index(tmp_path, labels=str(tmp_path / "labels.csv"))
