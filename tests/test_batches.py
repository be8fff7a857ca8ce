import numpy as np
import pytest
import torch

from i2v_core import batches
from i2v_core.batches import Clips, Frames, Stream
from i2v_core.media.frames import FrameStore
from tests import toy

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    paths = toy.world(tmp_path_factory.mktemp("world"))
    return FrameStore([paths["images"], paths["videos0"], paths["videos1"]])


def images(store, count=12, **options):
    return Frames(store, [f"toy-images/i{k}" for k in range(count)], 16, list(range(count)), **options)


def clips(store, count=10, **options):
    settings = {"frames": 4, "labels": list(range(count)), **options}
    return Clips(store, [f"toy-videos/v{k}" for k in range(count)], 16, **settings)


def epoch(streams, *, seed=0, epoch=0, workers=0):
    return list(batches.epoch_batches(streams, seed=seed, epoch=epoch, workers=workers, device=CPU))


def same(first, second):
    return all(
        torch.equal(a[name].inputs, b[name].inputs) and torch.equal(a[name].index, b[name].index)
        for a, b in zip(first, second, strict=True)
        for name in a
    )


def test_shapes_types_and_ranges(store):
    (step,) = epoch({"source": Stream(images(store), 12), "target": Stream(clips(store), 10)})
    assert step["source"].inputs.shape == (12, 3, 16, 16)
    assert step["target"].inputs.shape == (10, 4, 3, 16, 16)
    for batch in step.values():
        assert batch.inputs.dtype == torch.float32
        assert 0 <= batch.inputs.min() < batch.inputs.max() <= 1
        assert torch.equal(batch.index, batch.labels)  # labels were given as the row numbers
        assert batch.labels.dtype == torch.int64


def test_channels_stay_rgb(store):
    (step,) = epoch({"source": Stream(images(store, crop_scale=(1.0, 1.0)), 12)})
    colour = [int(image.amax(dim=(1, 2)).sub(image.amin(dim=(1, 2))).argmax()) for image in step["source"].inputs]
    assert colour != [0] * 12  # the channel of the largest contrast is not always red
    blue = step["source"].inputs[step["source"].index == 2][0]  # i2: a blue square on a light ground
    square = blue.permute(1, 2, 0).reshape(-1, 3)
    assert (square[:, 2] - square[:, 0]).max() > 0.5
    assert (square[:, 0] - square[:, 2]).max() < 0.3


def test_no_labels_no_label_tensor(store):
    (step,) = epoch({"target": Stream(clips(store, labels=None), 10)})
    assert step["target"].labels is None


def test_one_pass_shows_every_item_once_in_random_order(store):
    order = torch.cat([step["source"].index for step in epoch({"source": Stream(images(store), 4)})])
    assert sorted(order.tolist()) == list(range(12))
    assert order.tolist() != list(range(12))


@pytest.mark.parametrize(
    ("count", "size", "steps"), [(12, 4, 3), (10, 4, 3), (9, 4, 2), (5, 4, 1), (3, 4, 1), (2, 4, 1)]
)
def test_a_last_batch_of_one_is_left_out(store, count, size, steps):
    stream = Stream(images(store, count), size)
    assert stream.steps == steps
    found = epoch({"source": stream})
    assert [len(step["source"].index) for step in found] == [min(size, count - k * size) for k in range(steps)]


@pytest.mark.parametrize("count", [0, 1])
def test_a_stream_of_fewer_than_two_samples_is_an_error_that_names_it(store, count):
    streams = {"target": Stream(clips(store, 4), 2), "source": Stream(images(store, count), 4)}
    assert streams["source"].steps == 0
    line = rf"^training stream 'source': {count} samples found, at least 2 wanted; add data, or raise p in params"
    with pytest.raises(ValueError, match=line):
        batches.epoch_steps(streams)


def test_a_shorter_stream_that_starts_again_draws_its_samples_anew(store):
    found = epoch({"source": Stream(images(store, 2), 2), "target": Stream(clips(store, 8), 2)})
    first, second = (
        {int(i): x for i, x in zip(b.index, b.inputs, strict=True)} for b in (s["source"] for s in found[:2])
    )
    assert first.keys() == second.keys() == {0, 1}
    assert not any(torch.equal(first[index], second[index]) for index in first)


def test_a_draw_follows_position_seed_and_turn_alone(store):
    for items in (images(store), clips(store)):
        first = items.draw(3, 0, 1, 0)
        assert np.array_equal(items.draw(3, 0, 1, 0).frames, first.frames)
        for other in ((3, 1, 1, 0), (3, 0, 2, 0), (3, 0, 1, 1)):
            assert not np.array_equal(items.draw(*other).frames, first.frames)


def test_an_epoch_is_one_pass_over_the_longest_stream_and_shorter_ones_start_again_in_another_order(store):
    streams = {"source": Stream(images(store, 4), 2), "target": Stream(clips(store, 10), 2)}
    assert batches.epoch_steps(streams) == 5
    found = epoch(streams)
    assert sorted(torch.cat([step["target"].index for step in found]).tolist()) == list(range(10))
    source = torch.cat([step["source"].index for step in found]).tolist()
    assert len(source) == 10
    rounds = [source[:4], source[4:8]]
    assert [sorted(part) for part in rounds] == [[0, 1, 2, 3]] * 2
    assert rounds[0] != rounds[1]


def test_seed_and_epoch_change_samples_and_order(store):
    streams = {"target": Stream(clips(store), 5)}
    assert same(epoch(streams), epoch(streams))
    assert not same(epoch(streams), epoch(streams, seed=1))
    assert not same(epoch(streams), epoch(streams, epoch=1))


def test_streams_of_other_names_draw_apart(store):
    found = epoch({"a": Stream(images(store), 12), "b": Stream(images(store), 12)})
    assert not torch.equal(found[0]["a"].index, found[0]["b"].index)


def test_another_stream_beside_changes_nothing(store):
    alone = epoch({"source": Stream(images(store), 4)})
    beside = epoch({"source": Stream(images(store), 4), "target": Stream(clips(store, 6), 4)})
    assert same(alone, [{"source": step["source"]} for step in beside])


def test_the_number_of_loader_processes_changes_nothing_not_even_the_global_generator(store):
    streams = {"source": Stream(images(store), 4), "target": Stream(clips(store), 4)}
    found, draws = [], []
    for workers in (0, 2):
        torch.manual_seed(0)
        found.append(epoch(streams, workers=workers))
        draws.append(torch.rand(1).item())
    assert same(*found)
    assert draws[0] == draws[1]


def test_frames_of_one_video_come_from_different_segments(store):
    """v1 has 6 frames; three segments of two."""
    frames = Frames(store, ["toy-videos/v1"], 16, per_video=3)
    assert len(frames) == 3

    def segment(position: int, epoch: int) -> set[int]:
        seen = []

        class Spy:
            def length(self, key):
                return store.length(key)

            def frames(self, key, wanted):
                seen.extend(wanted)
                return store.frames(key, wanted)

        Frames(Spy(), ["toy-videos/v1"], 16, per_video=3).draw(position, 0, epoch)
        return set(seen)

    found = [set().union(*(segment(position, epoch) for epoch in range(20))) for position in range(3)]
    assert found == [{0, 1}, {2, 3}, {4, 5}]
    assert [frames.draw(position, 0, 0).index for position in range(3)] == [0, 1, 2]


def test_per_video_multiplies_and_keeps_labels(store):
    frames = Frames(store, ["toy-videos/v0", "toy-videos/v1"], 16, labels=[7, 8], per_video=2)
    assert [frames.draw(position, 0, 0).label for position in range(len(frames))] == [7, 7, 8, 8]


def test_the_crop_scale_matters(store):
    whole, part = (images(store, crop_scale=scale).draw(0, 0, 0).frames for scale in ((1.0, 1.0), (0.1, 0.2)))
    assert not np.array_equal(whole, part)


def test_length_and_stride_of_clips_matter(store):
    assert clips(store, frames=6).draw(0, 0, 0).frames.shape == (6, 16, 16, 3)
    first, second = (clips(store, stride=stride).draw(3, 0, 0).frames for stride in (1, 2))
    assert not np.array_equal(first, second)


def test_a_video_shorter_than_the_clip_wraps(store):
    found = clips(store, frames=12).draw(0, 0, 0).frames  # v0 has 5 frames
    assert np.array_equal(found[:5], found[5:10])


def test_the_crop_scales_of_clips_matter(store):
    whole, part = (clips(store, crop_scales=scales).draw(0, 0, 0).frames for scales in ((1.0,), (0.5,)))
    assert not np.array_equal(whole, part)
