import h5py
import numpy as np
import pytest

from i2v_core.media.trajectory_store import TrajectoryStore, write_descriptors


def rows(count, seed=0, width=6):
    return np.random.default_rng(seed).uniform(-1, 1, (count, width)).astype(np.float32)


ITEMS = [("a", rows(5), 5), ("none", rows(0), 0), ("b", rows(300, 1), 900)]


def written(path, items=ITEMS, dataset="d"):
    write_descriptors(items, path, dataset=dataset)
    return path


def test_each_video_has_its_rows_back(tmp_path):
    store = TrajectoryStore([written(tmp_path / "a.h5"), written(tmp_path / "b.h5", [("c", rows(2, 2), 7)])])
    assert list(store) == ["d/a", "d/none", "d/b", "d/c"]
    for name, descriptors, found in [*ITEMS, ("c", rows(2, 2), 7)]:
        got = store.descriptors(f"d/{name}")
        assert (got.dtype, got.shape, store.found(f"d/{name}")) == (np.float32, descriptors.shape, found)
        np.testing.assert_allclose(got, descriptors, rtol=2**-11, atol=2**-24)  # half a step of float16
    assert store.width == 6


def test_a_shard_without_any_trajectory_is_a_store(tmp_path):
    store = TrajectoryStore([written(tmp_path / "a.h5", [("x", rows(0), 0)])])
    assert store.descriptors("d/x").shape == (0, 6)


def test_equal_items_give_equal_bytes(tmp_path):
    assert written(tmp_path / "a.h5").read_bytes() == written(tmp_path / "b.h5").read_bytes()


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ([], "descriptors of d: no item found, at least one wanted"),
        (
            [("a", rows(2), 2), ("b", rows(2, width=5), 2)],
            r"item 'b': shape \(2, 5\) found, \(n, D\) wanted with one D",
        ),
        ([("a", rows(2)[0], 2)], r"item 'a': shape \(6,\) found, \(n, D\) wanted"),
        (
            [("a", np.full((2, 6), np.nan), 2)],
            "item 'a': numbers that are not finite in float16 found; make them again",
        ),
        ([("a", np.full((2, 6), 1e6), 2)], "item 'a': numbers that are not finite in float16 found"),
    ],
)
def test_unfit_descriptors_are_named_and_leave_nothing(items, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        written(tmp_path / "a.h5", items)
    assert list(tmp_path.iterdir()) == []


def test_shards_of_different_widths_are_refused(tmp_path):
    paths = [written(tmp_path / "a.h5"), written(tmp_path / "b.h5", [("x", rows(1, width=5), 1)])]
    with pytest.raises(ValueError, match=r"^trajectories: widths \[5, 6\] found, one for all shards wanted"):
        TrajectoryStore(paths)
    with pytest.raises(ValueError, match=r"^trajectories: widths \[\] found"):
        TrajectoryStore([])


def test_another_file_and_an_unknown_item_are_named(tmp_path):
    (tmp_path / "x.h5").write_text("no store")
    with pytest.raises(ValueError, match=r"x\.h5: not a trajectory store"):
        TrajectoryStore([tmp_path / "x.h5"])
    store = TrajectoryStore([written(tmp_path / "a.h5")])
    for read in (store.descriptors, store.found):
        with pytest.raises(
            ValueError, match=r"item 'd/z' is in none of the trajectory stores \(.*a\.h5\); run the rule"
        ):
            read("d/z")


def test_damaged_descriptors_are_named(tmp_path):
    path = written(tmp_path / "a.h5")
    with h5py.File(path) as file:
        chunk = file["descriptors"].id.get_chunk_info(0)
    with path.open("r+b") as file:
        file.seek(chunk.byte_offset)
        file.write(b"\xff" * chunk.size)
    with pytest.raises(ValueError, match=r"a\.h5: descriptors of item 'd/a' are damaged"):
        TrajectoryStore([path]).descriptors("d/a")
