import h5py
import numpy as np
import pytest
from torch.utils.data import DataLoader, Dataset

from i2v_core.media import frames
from i2v_core.media.frames import FrameStore
from tests import toy

CLIPS = {name: toy.clip("red", domain="videos", length=length, seed=length) for name, length in (("a", 7), ("b", 1))}


@pytest.fixture
def store(tmp_path):
    frames.write_store([(name, clip, 25.0) for name, clip in CLIPS.items()], tmp_path / "0.h5", dataset="d")
    more = toy.clip("blue", domain="videos", length=4, seed=0, height=48, width=20)
    frames.write_store([("a", more, 30.0)], tmp_path / "1.h5", dataset="e")
    return FrameStore([tmp_path / "0.h5", tmp_path / "1.h5"])


def error(found: np.ndarray, wanted: np.ndarray) -> float:
    return float(np.abs(found.astype(float) - wanted).mean())


def test_frames_come_back_within_the_error_of_jpeg(store):
    for name, clip in CLIPS.items():
        found = store.frames(f"d/{name}", range(len(clip)))
        assert (found.shape, found.dtype) == (clip.shape, np.uint8)
        assert error(found, clip) < 6  # of 255; hard edges between colours at half colour resolution


def test_channels_are_rgb(store):
    assert store.frames("e/a", [0])[0].reshape(-1, 3).astype(int)[:, 2].max() > 200  # a blue square


def test_any_order_and_repeats(store):
    clip = store.frames("d/a", range(7))
    assert np.array_equal(store.frames("d/a", [5, 0, 5, 2]), clip[[5, 0, 5, 2]])
    assert np.array_equal(store.frames("d/a", np.array([6])), clip[[6]])


def test_shards_are_one_store_and_sizes_may_differ(store):
    assert len(store) == 3
    assert [store.length(key) for key in ("d/a", "d/b", "e/a")] == [7, 1, 4]
    assert store.frames("e/a", [0, 3]).shape == (2, 48, 20, 3)
    assert "e/a" in store
    assert "e/b" not in store


def test_quality_matters(tmp_path):
    sizes = {}
    for quality in (30, 95):
        path = tmp_path / f"{quality}.h5"
        frames.write_store([("a", CLIPS["a"], 25.0)], path, dataset="d", jpeg_quality=quality)
        with h5py.File(path) as file:
            sizes[quality] = file["data"].shape[0]
    assert sizes[30] < 0.7 * sizes[95]


def test_an_item_that_ends_in_an_error_is_left_out_whole_and_told(tmp_path, monkeypatch):
    def broken():
        yield from CLIPS["a"][:5]
        raise ValueError("damaged")

    monkeypatch.setattr(frames, "BLOCK_FRAMES", 2)  # two blocks are written before the error
    told = []
    items = [("x", CLIPS["a"], 25.0), ("y", broken(), 25.0), ("z", iter(CLIPS["b"]), 25.0)]
    frames.write_store(
        items, tmp_path / "s.h5", dataset="d", left_out=lambda name, error: told.append((name, str(error)))
    )
    frames.write_store([items[0], ("z", CLIPS["b"], 25.0)], tmp_path / "t.h5", dataset="d")
    assert told == [("y", "damaged")]
    stores = [FrameStore([tmp_path / f"{name}.h5"]) for name in "st"]
    assert list(stores[0]) == list(stores[1]) == ["d/x", "d/z"]
    for key in stores[0]:
        assert np.array_equal(*(store.frames(key, range(store.length(key))) for store in stores))
    with pytest.raises(ValueError, match="damaged"):
        frames.write_store([("y", broken(), 25.0)], tmp_path / "u.h5", dataset="d")


def test_memory_holds_a_block_of_a_long_item(tmp_path, monkeypatch):
    monkeypatch.setattr(frames, "BLOCK_FRAMES", 4)
    read, written = [], []
    resize = h5py.Dataset.resize
    monkeypatch.setattr(h5py.Dataset, "resize", lambda *args: (written.append(len(read)), resize(*args))[1])

    def long():
        for _ in range(10):
            read.append(1)
            yield CLIPS["a"][0]

    frames.write_store([("long", long(), 25.0)], tmp_path / "s.h5", dataset="d")
    assert written == [4, 8, 10]


def test_the_same_frames_give_the_same_bytes(tmp_path):
    for name in ("x", "y"):
        frames.write_store([("a", CLIPS["a"], 25.0)], tmp_path / f"{name}.h5", dataset="d")
    assert (tmp_path / "x.h5").read_bytes() == (tmp_path / "y.h5").read_bytes()


def test_the_file_says_what_it_holds(store, tmp_path):
    with h5py.File(tmp_path / "0.h5") as file:
        assert file.attrs["dataset"] == "d"
        assert file["count"][:].tolist() == [7, 1]
        assert file["first"][:].tolist() == [0, 7]
        assert file["fps"][:].tolist() == [25.0, 25.0]
        assert file["offsets"].shape == (9,)
        assert file["offsets"][-1] == file["data"].shape[0]


def test_an_empty_shard_is_a_store_of_nothing(tmp_path):
    frames.write_store([], tmp_path / "0.h5", dataset="d")
    assert len(FrameStore([tmp_path / "0.h5"])) == 0


def test_a_failure_while_writing_leaves_no_file(tmp_path):
    def items():
        yield "a", CLIPS["a"], 25.0
        raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        frames.write_store(items(), tmp_path / "0.h5", dataset="d")
    assert list(tmp_path.iterdir()) == []


def test_an_id_that_occurs_twice_is_an_error(tmp_path):
    for name in ("0", "1"):
        frames.write_store([("a", CLIPS["b"], 25.0)], tmp_path / f"{name}.h5", dataset="d")
    with pytest.raises(ValueError, match=r"1\.h5: item 'd/a' is also in another shard; ids must be unique"):
        FrameStore([tmp_path / "0.h5", tmp_path / "1.h5"])


def test_one_id_in_two_datasets_is_none(store):
    assert not np.array_equal(store.frames("d/a", [0])[0, :10, :10], store.frames("e/a", [0])[0, :10, :10])


def test_an_unknown_item_is_an_error(store):
    with pytest.raises(ValueError, match=r"item 'd/z' is in none of the frame stores \(.*0\.h5, .*1\.h5\)"):
        store.length("d/z")


@pytest.mark.parametrize("wanted", [[7], [-1], [], [0, 9]])
def test_a_frame_that_is_not_there_is_an_error(store, wanted):
    with pytest.raises(ValueError, match=r"item 'd/a': frames \[.*\] asked for, it has 0\.\.6"):
        store.frames("d/a", wanted)


def test_a_file_that_is_no_store_is_an_error(tmp_path):
    (tmp_path / "0.h5").write_bytes(b"no")
    with h5py.File(tmp_path / "1.h5", "w") as file:
        file["x"] = 1
    for name in ("0", "1"):
        with pytest.raises(ValueError, match=rf"{name}\.h5: not a frame store .*; remove it and run again"):
            FrameStore([tmp_path / f"{name}.h5"])


def test_a_cut_store_is_an_error(store, tmp_path):
    content = (tmp_path / "0.h5").read_bytes()
    (tmp_path / "cut.h5").write_bytes(content[: len(content) // 2])
    with pytest.raises(ValueError, match=r"cut\.h5: not a frame store"):
        FrameStore([tmp_path / "cut.h5"])


def test_a_damaged_frame_is_an_error_that_names_it(store, tmp_path):
    with h5py.File(tmp_path / "0.h5", "a") as file:
        start, end = file["offsets"][3:5]
        file["data"][start:end] = 0
    again = FrameStore([tmp_path / "0.h5"])
    assert again.frames("d/a", [2, 4]).shape[0] == 2
    with pytest.raises(ValueError, match=r"0\.h5: frame 3 of item 'd/a' is damaged; remove it and run again"):
        again.frames("d/a", [2, 3])


class Means(Dataset):
    def __init__(self, store):
        self.store = store

    def __len__(self):
        return 7

    def __getitem__(self, position):
        return float(self.store.frames("d/a", [position]).mean())


def test_loader_processes_read_the_same(store):
    here = [Means(store)[k] for k in range(7)]  # opens the file in this process first
    for workers in (0, 2):
        assert [float(value) for value in DataLoader(Means(store), num_workers=workers)] == here
