from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from i2v_core import sources
from i2v_core.batches import Batch, Clips, Stream, epoch_batches
from i2v_core.media.frames import FrameStore
from tests import toy

INPUTS = {"size_px": 16, "crop_scale": [0.5, 1.0]}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    paths = toy.world(tmp_path_factory.mktemp("world"))
    return FrameStore([paths["images"], paths["videos0"], paths["videos1"]])


def table(*, images: int, videos: int) -> pd.DataFrame:
    rows = [(f"i{k}", "toy-images", k % 3, "image") for k in range(images)]
    rows += [(f"v{k}", "toy-videos", k % 3, "video") for k in range(videos)]
    return pd.DataFrame(rows, columns=list(sources.COLUMNS))


def made(store, *, images: int, videos: int, mode: str = "frames", per_video: int = 2) -> dict[str, Stream]:
    rows = table(images=images, videos=videos)
    return sources.streams(store, rows, INPUTS, batch_size=5, frames_per_video=per_video, videos=mode)


def test_images_alone_are_one_stream_of_whole_batches(store):
    found = made(store, images=6, videos=0)
    assert [(name, len(part.items), part.batch_size) for name, part in found.items()] == [("source", 6, 5)]


def test_a_mixed_source_has_a_stream_of_each_kind_that_share_the_batch(store):
    found = made(store, images=6, videos=4, per_video=3)
    sizes = [(name, len(part.items), part.batch_size) for name, part in found.items()]
    assert sizes == [("source", 6, 2), ("source_frames", 12, 3)]


def test_videos_alone_give_frames_as_the_one_stream(store):
    found = made(store, images=0, videos=4, per_video=3)
    assert [(name, len(part.items), part.batch_size) for name, part in found.items()] == [("source", 12, 5)]


@pytest.mark.parametrize("mode", ["random_still", "middle_still"])
def test_a_still_of_a_video_counts_as_an_image(store, mode):
    found = made(store, images=6, videos=4, mode=mode)
    assert [(name, len(part.items), part.batch_size) for name, part in found.items()] == [("source", 10, 5)]


def test_the_middle_still_is_the_middle_frame_in_every_epoch(store):
    items = made(store, images=2, videos=3, mode="middle_still")["source"].items
    assert items.fixed == [0, 0, 2, 3, 3]  # videos of 5, 6 and 7 frames


def test_random_stills_are_the_same_in_all_runs_and_differ_between_videos(store):
    first, again = (made(store, images=0, videos=12, mode="random_still")["source"].items.fixed for _ in range(2))
    assert first == again
    lengths = [store.length(f"toy-videos/v{k}") for k in range(12)]
    assert all(0 <= frame < length for frame, length in zip(first, lengths, strict=True))
    assert len(set(first)) > 2


def test_a_still_shows_its_frame_and_frames_show_several(store):
    still = made(store, images=0, videos=1, mode="middle_still")["source"].items
    moving = made(store, images=0, videos=1)["source"].items

    def seen(items) -> set[int]:
        indices = set()

        class Spy:
            length = store.length

            def frames(self, key, wanted):
                indices.update(wanted)
                return store.frames(key, wanted)

        spied = replace(items, store=Spy())
        for epoch in range(8):
            spied.draw(0, 0, epoch, 0)
        return indices

    assert seen(still) == {2}
    assert len(seen(moving)) > 1


def test_indices_count_frames_so_that_each_has_its_place_in_a_bank(store):
    stream = made(store, images=3, videos=2, per_video=3)["source_frames"]
    drawn = [stream.items.draw(position, 0, 0, 0) for position in range(6)]
    assert [sample.index for sample in drawn] == list(range(6))
    assert [sample.label for sample in drawn] == sources.labels_of(stream) == [0, 0, 0, 1, 1, 1]


def test_a_stream_of_clips_has_no_labels_of_frames(store):
    with pytest.raises(TypeError, match="stream of Clips found, Frames wanted"):
        sources.labels_of(Stream(Clips(store, ["toy-videos/v0"], 16, 4), 2))


def test_merged_batches_hold_images_then_frames(store):
    streams = made(store, images=6, videos=4)
    (step,) = list(epoch_batches(streams, seed=0, epoch=0, workers=0, device=torch.device("cpu")))[:1]
    found = sources.merged(step)
    assert torch.equal(found.inputs, torch.cat([step["source"].inputs, step["source_frames"].inputs]))
    assert torch.equal(found.labels, torch.cat([step["source"].labels, step["source_frames"].labels]))
    assert found.index.tolist() == [-1] * 5


def test_a_single_stream_is_merged_as_it_is():
    batch = Batch(torch.rand(2, 3, 4, 4), torch.arange(2), torch.arange(2))
    assert sources.merged({"source": batch, "target": batch}) is batch


def test_whole_videos_are_those_that_are_not_stills():
    rows = table(images=2, videos=3)
    assert sources.whole_videos(rows, "frames")["id"].tolist() == ["v0", "v1", "v2"]
    assert sources.whole_videos(rows, "random_still").empty


def test_another_word_is_refused(store):
    with pytest.raises(ValueError, match="source_videos: 'clips' found, one of frames, random_still, middle_still"):
        made(store, images=2, videos=2, mode="clips")


def test_images_are_drawn_as_ever_whatever_the_videos_are(store):
    """A mixed source changes neither crops nor order of its images."""
    one = made(store, images=6, videos=0)["source"].items
    two = made(store, images=6, videos=4)["source"].items
    for position in range(6):
        pair = [items.draw(position, 3, 1, 0).frames for items in (one, two)]
        np.testing.assert_array_equal(*pair)
