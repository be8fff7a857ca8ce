import h5py
import numpy as np
import pytest

from i2v_core import storage
from i2v_core.media import depth_store, frames
from i2v_core.media.frames import FrameStore
from i2v_core.stages import synthesise_videos
from tests.media.synthesis.scene import photo

SETTINGS = {"preset": "recommended", "frames": 5, "fps": 25, "jpeg_quality": 95}


@pytest.fixture
def given(tmp_path):
    """A shard of three photos of two sizes with their depths."""
    photos = {f"run/{k}": photo(48, 64 + 16 * (k == 2), seed=k) for k in range(3)}
    frames.write_store(
        [(name, image[None], 0.0) for name, (image, _) in photos.items()], tmp_path / "f.h5", dataset="d"
    )
    depth_store.write_depths([(name, inverse) for name, (_, inverse) in photos.items()], tmp_path / "d.h5", dataset="d")
    return {
        "store": tmp_path / "f.h5",
        "depths": tmp_path / "d.h5",
        "settings": SETTINGS,
        "seed": 0,
        "out": tmp_path / "out" / "0.h5",
        "items": tmp_path / "out" / "0_items.csv",
    }


def written(given, **changes):
    synthesise_videos.run(**{**given, **changes})
    return given["out"].read_bytes() + given["items"].read_bytes()


def test_every_photo_becomes_a_video_that_begins_with_it(given):
    synthesise_videos.run(**given)
    photos, found = FrameStore([given["store"]]), FrameStore([given["out"]])
    assert list(found) == ["d/run/0", "d/run/1", "d/run/2"]
    for key in photos:
        video, image = found.frames(key, range(5)), photos.frames(key, [0])[0]
        assert found.length(key) == 5
        assert video.shape[1:] == image.shape
        assert np.abs(video[0].astype(int) - image).mean() < 4  # of 255; coded as JPEG once more
        assert not np.array_equal(video[0], video[4])
    with h5py.File(given["out"]) as file:
        assert file["fps"][:].tolist() == [25.0] * 3


def test_the_table_says_how_much_of_the_photo_a_frame_shows(given):
    synthesise_videos.run(**given)
    table = storage.read_csv(given["items"])
    assert table.columns.tolist() == ["id", "frame", "real_share"]
    assert table["id"].tolist() == [name for name in ("run/0", "run/1", "run/2") for _ in range(5)]
    assert table["frame"].tolist() == [*range(5)] * 3
    assert (table.loc[table["frame"] == 0, "real_share"] == 1).all()
    assert table.loc[table["frame"] > 0, "real_share"].between(0.3, 0.9999).all()


def test_the_same_inputs_give_the_same_bytes_and_other_seeds_and_settings_others(given):
    first = written(given)
    assert written(given) == first
    others = ({"fill": "nearest"}, {"preset": "paper_plausible"}, {"frames": 4}, {"fps": 12}, {"jpeg_quality": 60})
    made = [written(given, settings={**SETTINGS, **change}) for change in others]
    assert len({first, written(given, seed=1), *made}) == 7


def test_a_photo_moves_the_same_whatever_shard_it_is_in(given, tmp_path):
    synthesise_videos.run(**given)
    image, inverse = photo(48, 64, seed=1)
    frames.write_store([("run/1", image[None], 0.0)], tmp_path / "f1.h5", dataset="d")
    depth_store.write_depths([("run/1", inverse)], tmp_path / "d1.h5", dataset="d")
    alone = {"store": tmp_path / "f1.h5", "depths": tmp_path / "d1.h5", "out": tmp_path / "1.h5"}
    synthesise_videos.run(**{**given, **alone})
    videos = [FrameStore([path]).frames("d/run/1", range(5)) for path in (given["out"], alone["out"])]
    assert np.array_equal(*videos)


def test_one_photo_moves_differently_under_another_id_and_in_another_dataset(given):
    image, inverse = photo(48, 64)
    moved = {}
    for dataset in ("d", "e"):
        frames.write_store([(name, image[None], 0.0) for name in ("a", "b")], given["store"], dataset=dataset)
        depth_store.write_depths([(name, inverse) for name in ("a", "b")], given["depths"], dataset=dataset)
        synthesise_videos.run(**given)
        store = FrameStore([given["out"]])
        moved |= {key: store.frames(key, [4]).tobytes() for key in store}
    assert list(moved) == ["d/a", "d/b", "e/a", "e/b"]
    assert len(set(moved.values())) == 4


def test_an_empty_shard_gives_an_empty_store(given):
    frames.write_store([], given["store"], dataset="d")
    depth_store.write_depths([], given["depths"], dataset="d")
    synthesise_videos.run(**given)
    assert len(FrameStore([given["out"]])) == 0
    assert given["items"].read_text() == "id,frame,real_share\n"


def test_a_missing_depth_is_an_error_and_leaves_nothing(given):
    depth_store.write_depths([("run/0", photo(48, 64)[1])], given["depths"], dataset="d")
    with pytest.raises(ValueError, match=r"item 'd/run/1' is in none of the depth stores \(.*d\.h5\)"):
        synthesise_videos.run(**given)
    assert not given["out"].parent.exists() or not list(given["out"].parent.iterdir())


def test_a_video_is_no_photo(given):
    frames.write_store([("run/0", np.zeros((3, 48, 64, 3), np.uint8), 25.0)], given["store"], dataset="d")
    with pytest.raises(ValueError, match=r"item 'd/run/0': 3 frames found, a photo of one frame wanted"):
        synthesise_videos.run(**given)


def test_an_error_in_the_settings_names_the_item(given):
    with pytest.raises(ValueError, match=r"item 'd/run/0': unknown setting 'speed' of camera preset 'recommended'"):
        synthesise_videos.run(**{**given, "settings": {**SETTINGS, "speed": 2}})


def test_a_missing_setting_is_an_error(given):
    with pytest.raises(ValueError, match=r"settings \['fps', 'jpeg_quality', 'preset'\] found, \['frames'\] wanted"):
        synthesise_videos.run(**{**given, "settings": {k: v for k, v in SETTINGS.items() if k != "frames"}})
