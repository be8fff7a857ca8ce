import h5py
import numpy as np
import pytest

from i2v_core.media.flow_store import FlowStore, in_px, quantised, write_flows


def flow(frames: int, *, seed: int = 0, height: int = 12, width: int = 17, largest: float = 19.0) -> np.ndarray:
    random = np.random.default_rng(seed)
    return random.uniform(-largest, largest, (frames - 1, height, width, 2)).astype(np.float32)


@pytest.fixture
def store(tmp_path):
    write_flows([("a", flow(5)), ("still", flow(1))], tmp_path / "0.h5", dataset="d")
    write_flows([("a", flow(3, seed=1, height=8, width=9))], tmp_path / "1.h5", dataset="e")
    return FlowStore([tmp_path / "0.h5", tmp_path / "1.h5"])


def test_values_worked_by_hand():
    # bound 20 px: 10 / 20 x 127 = 63.5, to even 64; -20 and beyond -127; 0.07 -> 0.44 -> 0; 0.08 -> 0.508 -> 1
    found = quantised(np.array([10, -20, -31, 0.07, 0.08, 0], np.float32), bound_px=20.0)
    assert found.dtype == np.int8
    assert found.tolist() == [64, -127, -127, 0, 1, 0]
    # bound 5 px: 64 is 64 / 127 x 5 px
    assert in_px(found, bound_px=5.0)[0] == pytest.approx(2.519685)


@pytest.mark.parametrize("bound", [5.0, 20.0])
def test_within_the_bound_the_error_is_at_most_half_a_step(bound):
    values = np.linspace(-bound, bound, 100_001, dtype=np.float32)
    back = in_px(quantised(values, bound_px=bound), bound_px=bound)
    assert back.dtype == np.float32
    assert np.abs(back - values).max() <= bound / 254 * (1 + 1e-4)  # float32
    assert np.abs(back - values).max() > 0.99 * bound / 254


def test_rest_is_zero_and_signs_are_equal():
    assert not in_px(quantised(np.zeros(3, np.float32), bound_px=20.0), bound_px=20.0).any()
    assert np.array_equal(quantised(-flow(2), bound_px=20.0), -quantised(flow(2), bound_px=20.0))


def test_flows_come_back_as_stored(store):
    found = store.flows("d/a", range(4))
    assert (found.shape, found.dtype) == ((4, 12, 17, 2), np.int8)
    assert np.array_equal(found, quantised(flow(5), bound_px=20.0))
    assert store.bound_px == 20.0


def test_indices_are_those_of_frames(store):
    stored = quantised(flow(5), bound_px=20.0)
    assert store.length("d/a") == 5
    assert np.array_equal(store.flows("d/a", [4, 0, 3, 0]), stored[[3, 0, 3, 0]])  # the last frame has the last flow
    assert np.array_equal(store.flows("d/a", np.array([4])), stored[[3]])


def test_a_single_frame_is_at_rest(store):
    assert store.length("d/still") == 1
    found = store.flows("d/still", [0, 0])
    assert (found.shape, found.dtype) == ((2, 12, 17, 2), np.int8)
    assert not found.any()


def test_shards_are_one_store_and_sizes_may_differ(store):
    assert list(store) == ["d/a", "d/still", "e/a"]
    assert np.array_equal(store.flows("e/a", [1])[0], quantised(flow(3, seed=1, height=8, width=9), bound_px=20.0)[1])


def test_the_bound_matters_and_what_is_clipped_is_counted(tmp_path):
    moving = np.zeros((1, 2, 5, 2), np.float32)
    moving[0, 0, :3, 0], moving[0, 1, 0, 1] = 6.0, -5.0  # 3 of 20 values are beyond 5 px, one is at it
    write_flows([("a", moving), ("b", moving[:0])], tmp_path / "0.h5", dataset="d", bound_px=5.0)
    with h5py.File(tmp_path / "0.h5") as file:
        assert file["clipped"][:].tolist() == [0.15, 0.0]
        assert (file.attrs["bound_px"], file.attrs["dataset"]) == (5.0, "d")
        assert file["flow/0"].chunks == (1, 2, 5, 2)
    assert FlowStore([tmp_path / "0.h5"]).flows("d/a", [0])[0, :, 0].tolist() == [[127, 0], [0, -127]]


def test_a_smooth_flow_is_compressed(tmp_path):
    x, y = np.meshgrid(np.linspace(-3, 3, 120, dtype=np.float32), np.linspace(-2, 2, 90, dtype=np.float32))
    write_flows([("a", np.stack([x, y], axis=-1)[None].repeat(10, axis=0))], tmp_path / "0.h5", dataset="d")
    assert (tmp_path / "0.h5").stat().st_size < 0.25 * 10 * 90 * 120 * 2


def test_the_same_flows_give_the_same_bytes(tmp_path):
    for name in "ab":
        write_flows([("a", flow(4))], tmp_path / f"{name}.h5", dataset="d")
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()


def test_an_empty_shard_is_a_store_of_nothing(tmp_path):
    write_flows([], tmp_path / "0.h5", dataset="d")
    assert len(FlowStore([tmp_path / "0.h5"])) == 0


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        (np.zeros((2, 4, 4), np.float32), r"shape \(2, 4, 4\), 0 numbers not finite"),
        (np.zeros((2, 4, 4, 3), np.float32), r"shape \(2, 4, 4, 3\), 0 numbers not finite"),
        (np.full((1, 1, 1, 2), np.nan, np.float32), r"shape \(1, 1, 1, 2\), 2 numbers not finite"),
    ],
)
def test_an_unfit_flow_is_an_error_and_leaves_no_file(tmp_path, wrong, what):
    with pytest.raises(ValueError, match=rf"flow of item 'x': {what} found, finite \(t - 1, h, w, 2\) wanted"):
        write_flows([("a", flow(3)), ("x", wrong)], tmp_path / "0.h5", dataset="d")
    assert list(tmp_path.iterdir()) == []


def test_a_bound_of_zero_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="flow bound_px: 0 found, more than 0 wanted"):
        write_flows([], tmp_path / "0.h5", dataset="d", bound_px=0)


def test_shards_of_different_bounds_are_an_error(tmp_path):
    for dataset, bound in (("d", 5.0), ("e", 20.0)):
        write_flows([("a", flow(2))], tmp_path / f"{dataset}.h5", dataset=dataset, bound_px=bound)
    with pytest.raises(
        ValueError, match=r"one bound wanted, found .*d\.h5: 5\.0 px, .*e\.h5: 20\.0 px; run the flow rule"
    ):
        FlowStore([tmp_path / "d.h5", tmp_path / "e.h5"])


@pytest.mark.parametrize("wanted", [[5], [-1], [], [0, 9]])
def test_a_frame_that_is_not_there_is_an_error(store, wanted):
    with pytest.raises(ValueError, match=r"item 'd/a': flow of frames \[.*\] asked for, it has 0\.\.4"):
        store.flows("d/a", wanted)


def test_an_unknown_item_is_an_error(store):
    with pytest.raises(ValueError, match=r"item 'd/z' is in none of the flow stores \(.*\); run the flow rule again"):
        store.length("d/z")


def test_a_damaged_flow_is_an_error_that_names_it(tmp_path):
    write_flows([("a", flow(3))], tmp_path / "0.h5", dataset="d")
    with h5py.File(tmp_path / "0.h5", "a") as file:
        del file["flow/0"]
    with pytest.raises(ValueError, match=r"0\.h5: flow of item 'd/a' is damaged .*; remove it and run again"):
        FlowStore([tmp_path / "0.h5"]).flows("d/a", [0])


def test_a_damaged_chunk_is_an_error_that_names_it(tmp_path):
    ramp = np.linspace(-3, 3, 2 * 60 * 40 * 2, dtype=np.float32).reshape(2, 60, 40, 2)  # noise would be stored as it is
    write_flows([("a", ramp)], tmp_path / "0.h5", dataset="d")
    with h5py.File(tmp_path / "0.h5") as file:
        place = file["flow/0"].id.get_chunk_info(1)
    with open(tmp_path / "0.h5", "r+b") as file:
        file.seek(place.byte_offset)
        file.write(b"\xff" * place.size)
    store = FlowStore([tmp_path / "0.h5"])
    assert store.flows("d/a", [0]).shape == (1, 60, 40, 2)
    with pytest.raises(ValueError, match=r"0\.h5: flow of item 'd/a' is damaged .*; remove it and run again"):
        store.flows("d/a", [1])
