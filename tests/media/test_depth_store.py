import h5py
import numpy as np
import pytest

from i2v_core.media.depth_store import DepthStore, write_depths

RAMP = np.linspace(-3.0, 9.0, 35, dtype=np.float32).reshape(5, 7)
WALL = np.full((4, 6), 2.5, np.float32)


@pytest.fixture
def store(tmp_path):
    write_depths([("ramp", RAMP), ("wall", WALL)], tmp_path / "0.h5", dataset="d")
    write_depths([("ramp", RAMP[:, ::-1])], tmp_path / "1.h5", dataset="e")
    return DepthStore([tmp_path / "0.h5", tmp_path / "1.h5"])


def test_a_map_comes_back_stretched_over_zero_to_one(store):
    found = store.inverse_depth("d/ramp")
    assert (found.shape, found.dtype) == ((5, 7), np.float32)
    assert (found.min(), found.max()) == (0.0, 1.0)
    # half a level of 65535, and as much again for float32 sums
    assert np.abs(found - (RAMP + 3) / 12).max() < 1 / 65535


def test_values_worked_by_hand(tmp_path):
    # low 1, high 5: (2 - 1) / 4 = 0.25 of 65535 is 16383.75, rounded 16384; 0.5 is 32767.5, to even 32768
    write_depths([("a", np.array([[1, 2], [3, 5]], np.float32))], tmp_path / "0.h5", dataset="d")
    with h5py.File(tmp_path / "0.h5") as file:
        assert file["depth/0"][:].tolist() == [[0, 16384], [32768, 65535]]
        assert file["depth/0"].dtype == np.uint16
        assert (file["low"][:].tolist(), file["high"][:].tolist()) == ([1.0], [5.0])
        assert file.attrs["dataset"] == "d"


def test_larger_stays_nearer(store):
    assert np.all(np.diff(store.inverse_depth("d/ramp").ravel()) > 0)


def test_a_map_without_a_range_is_zero(store):
    assert not store.inverse_depth("d/wall").any()
    assert store.inverse_depth("d/wall").shape == (4, 6)


@pytest.mark.parametrize("scale", [1e-30, 1.0, 1e30])
def test_scale_and_shift_of_a_map_change_nothing(tmp_path, scale):
    write_depths([("a", RAMP * np.float32(scale))], tmp_path / "0.h5", dataset="d")
    found = DepthStore([tmp_path / "0.h5"]).inverse_depth("d/a")
    assert np.abs(found - (RAMP + 3) / 12).max() < 1 / 65535


def test_shards_are_one_store_and_sizes_may_differ(store):
    assert list(store) == ["d/ramp", "d/wall", "e/ramp"]
    assert np.array_equal(store.inverse_depth("e/ramp"), store.inverse_depth("d/ramp")[:, ::-1])


def test_the_same_maps_give_the_same_bytes(tmp_path):
    for name in "ab":
        write_depths([("ramp", RAMP)], tmp_path / f"{name}.h5", dataset="d")
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()


def test_maps_are_compressed(tmp_path):
    smooth = np.linspace(0, 1, 200 * 300, dtype=np.float32).reshape(200, 300)
    write_depths([("a", smooth)], tmp_path / "0.h5", dataset="d")
    # raw 120,000 bytes; bitshuffle leaves the low bits of a ramp alone compressible
    assert (tmp_path / "0.h5").stat().st_size < 60_000


def test_an_empty_shard_is_a_store_of_nothing(tmp_path):
    write_depths([], tmp_path / "0.h5", dataset="d")
    assert len(DepthStore([tmp_path / "0.h5"])) == 0


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        (np.zeros((2, 2, 1), np.float32), r"shape \(2, 2, 1\), 0 numbers not finite"),
        (np.zeros((0, 4), np.float32), r"shape \(0, 4\), 0 numbers not finite"),
        (np.array([[1, np.nan], [np.inf, 0]], np.float32), r"shape \(2, 2\), 2 numbers not finite"),
    ],
)
def test_an_unfit_map_is_an_error_and_leaves_no_file(tmp_path, wrong, what):
    with pytest.raises(ValueError, match=rf"depth of item 'x': {what} found, finite \(h, w\) wanted"):
        write_depths([("ramp", RAMP), ("x", wrong)], tmp_path / "0.h5", dataset="d")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_item_is_an_error(store):
    with pytest.raises(ValueError, match=r"item 'd/z' is in none of the depth stores \(.*\); run the depth rule again"):
        store.inverse_depth("d/z")


def test_a_damaged_map_is_an_error_that_names_it(store, tmp_path):
    with h5py.File(tmp_path / "0.h5", "a") as file:
        del file["depth/1"]
    with pytest.raises(ValueError, match=r"0\.h5: depth of item 'd/wall' is damaged .*; remove it and run again"):
        DepthStore([tmp_path / "0.h5"]).inverse_depth("d/wall")
