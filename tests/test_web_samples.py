"""Samples of web supervision."""

import numpy as np
import pytest

from i2v_core import storage, web_samples
from i2v_core.web_samples import Crop, Media
from tests import toy_web

IMAGE = {"inputs": {"size_px": 24, "short_side_px": 28}, "sources": ["image", "video"]}
CHUNKS = {"inputs": {**IMAGE["inputs"], "chunks": {"span": 4, "stride": 2}}, "sources": ["video"]}


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    return toy_web.world(tmp_path_factory.mktemp("web"))


@pytest.fixture
def media(paths):
    return Media.open(paths["stores"], paths["shots"], paths["web_source"], paths["target_train"])


def test_images_are_one_sample_and_videos_one_per_key_frame_without_what_is_held_out(media):
    streams = media.streams(IMAGE, batch_size=4)
    assert list(streams) == ["image", "video", "target"]
    assert len(streams["image"].items) == 11
    own = media.shots[media.shots["dataset"] == "toy-web"]
    assert len(streams["video"].items) == (own["id"] != "w/0").sum() > 5
    keys = set(streams["video"].items.keys)
    assert keys == {f"toy-web/w/{k}" for k in range(1, 6)}
    assert streams["target"].items.labels is None


def test_with_chunks_a_video_is_one_sample_per_shot_though_a_shot_has_several_key_frames(media):
    items = media.streams(CHUNKS, batch_size=2)["video"].items
    wanted = media.shots[(media.shots["dataset"] == "toy-web") & (media.shots["id"] != "w/0")]
    assert len(items) == len(wanted.drop_duplicates(["id", "shot"]))
    sample = items.draw(0, 0, 0, 0)
    assert sample.frames.shape == (2, 24, 24, 3)


def test_labels_are_those_of_the_items(media):
    items = media.streams(IMAGE, batch_size=4)["video"].items
    source = media.source.assign(key=storage.keys(media.source)).set_index("key")["label"]
    assert [int(source[key]) for key in items.keys] == items.labels


def test_a_sample_depends_on_its_turn_alone(media):
    items = media.streams(IMAGE, batch_size=4)["image"].items
    first, again, later = (items.draw(3, 5, *turn).frames for turn in ((0, 0), (0, 0), (1, 0)))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, later)


def test_a_chunk_lies_in_its_shot_and_shares_one_crop(media):
    stream = media.streams(CHUNKS, batch_size=2)["video"]
    place, (start, stop) = next((n, shot) for n, shot in enumerate(stream.items.shots) if shot[1] - shot[0] >= 4)
    frames = media.store.frames(stream.items.keys[place], np.arange(start, stop))
    crop = Crop(24, 28)
    found = {stream.items.draw(place, 0, epoch, 0).frames.tobytes() for epoch in range(200)}
    possible = set()
    for first in range(stop - start - 3):
        for top in range(frames.shape[1] - round(frames.shape[1] * 24 / 28) + 1):
            side = round(min(frames.shape[1:3]) * 24 / 28)
            for left in range(frames.shape[2] - side + 1):
                part = frames[[first, first + 2], top : top + side, left : left + side]
                part = web_samples.augmentation.resized(part, width=24, height=24)
                possible |= {part.tobytes(), part[:, :, ::-1].tobytes()}
    assert found <= possible
    assert crop.centre(frames).shape == (stop - start, 24, 24, 3)


def test_the_random_square_is_that_part_of_the_short_side_that_the_inputs_say():
    """28 pixels, of which 24 are kept: a square of 6/7 of the short side at any place."""
    frames = np.arange(28 * 40, dtype=np.uint8).reshape(1, 28, 40, 1).repeat(3, axis=3)
    crops = [Crop(24, 28).random(frames, np.random.default_rng(seed)) for seed in range(40)]
    corners = {int(crop[0, 0, 0, 0]) for crop in crops}
    assert all(crop.shape == (1, 24, 24, 3) for crop in crops)
    assert len(corners) > 10


def test_an_item_without_a_shot_is_named(media, paths):
    shots = media.shots[media.shots["id"] != "i3"]
    with pytest.raises(ValueError, match=r"shots: none of 1 items \(toy-images/i3\)"):
        web_samples.keyframes_of(media.source, shots)
