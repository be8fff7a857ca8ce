from functools import partial

import numpy as np
import pytest
import torch

from i2v_core import batches, clips
from i2v_core.batches import Stream
from i2v_core.clips import ViewClips
from i2v_core.media.flow_store import FlowStore, write_flows
from i2v_core.media.views import Flow
from i2v_core.methods.cfb.bank_clips import BankClips

SIDE, FRAMES = 8, 4
BOUND = 127.0  # so that whole numbers of px are stored as they are; a view gives them over 127
LABELS = [0, 1, 0, 2]  # of the four source videos
TARGETS = 6
# Entries of classes 0 and 1 as rows of targets, by falling confidence; class 2 has none.
ROWS = {0: [4, 1, 3], 1: [2, 5]}


def flow(index: int) -> np.ndarray:
    """Three flows of whole px, which differ in every place: of the target video at `index`, as the store has them."""
    return np.random.default_rng(index).integers(-100, 101, (FRAMES - 1, SIDE, SIDE, 2)).astype(np.float32)


def clip(index: int) -> np.ndarray:
    """What a view gives of all four frames of a target video: the last one has the flow before it once more."""
    return flow(index)[[0, 1, 2, 2]] / 127


def mirrored(frames: np.ndarray) -> np.ndarray:
    """The clip left to right, in which x runs the other way."""
    turned = frames[:, :, ::-1].copy()
    turned[..., 0] *= -1
    return turned


@pytest.fixture(scope="module")
def views(tmp_path_factory):
    """Views of source and target, without a crop: four and six videos of four frames, and a target of 41 frames whose
    flow counts them."""
    root = tmp_path_factory.mktemp("flow")
    write_flows([(f"s{k}", flow(100 + k)) for k in range(4)], root / "s.h5", dataset="photos", bound_px=BOUND)
    counting = np.arange(40, dtype=np.float32)[:, None, None, None] * np.ones((1, SIDE, SIDE, 2), np.float32)
    targets = [*((f"t{k}", flow(k)) for k in range(TARGETS)), ("long", counting)]
    write_flows(targets, root / "t.h5", dataset="videos", bound_px=BOUND)
    return [Flow(FlowStore([root / name]), resize_px=SIDE, size_px=SIDE) for name in ("s.h5", "t.h5")]


@pytest.fixture
def own(views):
    return ViewClips(views[0], [f"photos/s{k}" for k in range(4)], partial(clips.whole, frames=FRAMES), LABELS)


def bank(own, views, aggregation="random", *, rows=ROWS, **features):
    keys = [*(f"videos/t{k}" for k in range(TARGETS)), "videos/long"]
    return BankClips(own, views[1], keys, aggregation, FRAMES, dict(rows), **features)


def drawn(items, position, number=40):
    """Samples of a position in turn after turn."""
    return [items.draw(position, 7, epoch, 0) for epoch in range(number)]


def seen_both_ways(samples, expected, *, atol=1e-6):
    """Whether every sample is `expected` or its mirror image, and both occur. atol: sums of float32 below one."""
    straight = [np.allclose(sample.frames, expected, rtol=0, atol=atol) for sample in samples]
    turned = [np.allclose(sample.frames, mirrored(expected), rtol=0, atol=atol) for sample in samples]
    return all(a != b for a, b in zip(straight, turned, strict=True)) and any(straight) and any(turned)


def test_an_empty_bank_draws_the_own_samples_to_the_bit(own, views):
    items = bank(own, views, rows={})
    assert len(items) == len(own) == 4
    assert items.is_clip
    for position in range(4):
        for turn in ((0, 0), (3, 0), (3, 1)):
            found, wanted = items.draw(position, 5, *turn), own.draw(position, 5, *turn)
            assert found.frames.tobytes() == wanted.frames.tobytes()
            assert (found.index, found.label) == (wanted.index, wanted.label) == (position, LABELS[position])


def test_a_class_without_entries_keeps_its_own_flow_beside_others_that_have_some(own, views):
    for rows in (ROWS, {**ROWS, 2: []}):
        items = bank(own, views, rows=rows)
        for found, wanted in zip(drawn(items, 3), drawn(own, 3), strict=True):
            assert found.frames.tobytes() == wanted.frames.tobytes()
        assert seen_both_ways(drawn(items, 3), clip(103))


@pytest.mark.parametrize("position", [0, 1, 2])
def test_random_takes_one_flow_of_the_samples_class_and_all_of_them_in_time(own, views, position):
    entries = ROWS[LABELS[position]]
    chosen = []
    for sample in drawn(bank(own, views), position):
        assert sample.frames.shape == (FRAMES, SIDE, SIDE, 2)
        assert sample.frames.dtype == np.float32
        either = [
            row
            for row in range(TARGETS)
            for wanted in (clip(row), mirrored(clip(row)))
            if np.allclose(sample.frames, wanted, rtol=0, atol=1e-7)  # one product in float32
        ]
        chosen += either
    # One of three is missed by 40 draws with chance 3 (2/3)^40 < 0.000001.
    assert len(chosen) == 40
    assert set(chosen) == set(entries)


def test_mean_is_the_sum_of_all_flows_of_the_class_over_their_number_flipped_as_one(own, views):
    items = bank(own, views, "mean")
    for position in (0, 2):
        assert seen_both_ways(drawn(items, position), (clip(4) + clip(1) + clip(3)) / 3)
    assert seen_both_ways(drawn(items, 1), (clip(2) + clip(5)) / 2)


# Features of sources 0 to 3 and of targets t0 to t5 and the long one. Cosines with t4, t1, t3 of source 0: 0.6, 0, 1;
# of source 2: 0.8, 1, 0.
SOURCE_FEATURES = np.array([[2.0, 0.0], [1.0, 1.0], [0.0, 3.0], [1.0, 0.0]])
TARGET_FEATURES = np.array([[9.0, 9.0], [0.0, 1.0], [1.0, 0.0], [5.0, 0.0], [0.6, 0.8], [0.0, 1.0], [1.0, 1.0]])
FEATURES = {"source_features": SOURCE_FEATURES, "target_features": TARGET_FEATURES}


def test_the_nearest_entry_is_that_of_the_source_videos_own_feature(own, views):
    items = bank(own, views, "similarity_top1", **FEATURES)
    assert seen_both_ways(drawn(items, 0), clip(3))
    assert seen_both_ways(drawn(items, 2), clip(1))


@pytest.mark.parametrize("aggregation", ["similarity_sum", "similarity_sum_top5"])
def test_sums_weigh_flows_by_the_cosine_with_the_source_videos_own_feature(own, views, aggregation):
    items = bank(own, views, aggregation, **FEATURES)
    assert seen_both_ways(drawn(items, 0), (0.6 * clip(4) + 1.0 * clip(3)) / 1.6)
    assert seen_both_ways(drawn(items, 2), (0.8 * clip(4) + 1.0 * clip(1)) / 1.8)
    # Source 1 lies between t2 and t5: equal cosines.
    assert seen_both_ways(drawn(items, 1), (clip(2) + clip(5)) / 2)


@pytest.mark.parametrize("aggregation", ["similarity_sum", "similarity_mean_top5", "similarity_top1"])
def test_an_aggregation_by_similarity_without_features_is_an_error(own, views, aggregation):
    with pytest.raises(ValueError, match=rf"^aggregation '{aggregation}': no similarity found, cosines of 3 entries"):
        bank(own, views, aggregation).draw(0, 7, 0, 0)


@pytest.mark.parametrize("aggregation", ["random", "mean"])
def test_features_are_not_looked_at_where_similarity_does_not_count(own, views, aggregation):
    plain, given = bank(own, views, aggregation), bank(own, views, aggregation, **FEATURES)
    for first, second in zip(drawn(plain, 0, 8), drawn(given, 0, 8), strict=True):
        assert first.frames.tobytes() == second.frames.tobytes()


@pytest.mark.parametrize("aggregation", ["random", "mean", "similarity_random_top5"])
def test_a_sample_depends_on_seed_position_and_turn_alone(own, views, aggregation):
    items, again = (bank(own, views, aggregation, **FEATURES) for _ in range(2))
    again.draw(2, 7, 0, 0)  # other draws in between change nothing
    for first, second in zip(drawn(items, 0, 8), drawn(again, 0, 8), strict=True):
        assert first.frames.tobytes() == second.frames.tobytes()


@pytest.mark.parametrize("turns", ["seeds", "epochs", "passes"])
def test_other_seeds_epochs_and_passes_draw_anew(own, views, turns):
    items = bank(own, views)
    arguments = [{"seeds": (k, 0, 0), "epochs": (0, k, 0), "passes": (0, 0, k)}[turns] for k in range(40)]
    found = {items.draw(0, *given).frames.tobytes() for given in arguments}
    # Three entries, mirrored or not: six kinds; one is missed by 40 draws with chance 6 (5/6)^40 < 0.005.
    assert len(found) == 6


def test_two_sources_of_a_class_draw_apart(own, views):
    items = bank(own, views)
    pairs = zip(drawn(items, 0), drawn(items, 2), strict=True)
    # Alike by chance in one of six: 40 times alike would be a shared draw.
    assert sum(a.frames.tobytes() == b.frames.tobytes() for a, b in pairs) < 20


@pytest.mark.parametrize("aggregation", ["random", "mean", "similarity_top1"])
def test_label_and_index_stay_those_of_the_source_video(own, views, aggregation):
    items = bank(own, views, aggregation, **FEATURES)
    samples = [items.draw(position, 7, 0, 0) for position in range(4)]
    assert [(sample.index, sample.label) for sample in samples] == list(enumerate(LABELS))


def test_frames_of_a_long_video_start_anywhere_and_lie_st_i2vs_gap_apart(own, views):
    items = bank(own, views, rows={0: [TARGETS]})
    starts = set()
    for sample in drawn(items, 0, 100):
        # y counts frames and is the same mirrored; 41 frames, 4 wanted: floor(40 / 4) = 10 apart.
        found = np.rint(sample.frames[:, 0, 0, 1] * 127).astype(int).tolist()
        starts.add(found[0])
        assert [min(found[0] + step, 39) for step in (0, 10, 20, 30)] == found
    # The last start that fits is 40 - 30 = 10; one of eleven is missed by 100 draws with chance 11 (10/11)^100 < 0.001.
    assert starts == set(range(11))


def test_a_crop_is_one_for_all_flows_of_a_mixture(own, views):
    small = Flow(views[1].store, resize_px=SIDE, size_px=SIDE - 1)
    items = bank(own, [views[0], small], "mean")
    mixed = (clip(4) + clip(1) + clip(3)) / 3
    crops = [mixed[:, top : top + 7, left : left + 7] for top in range(2) for left in range(2)]
    wanted = [part for crop in crops for part in (crop, mirrored(crop))]
    seen = set()
    for sample in drawn(items, 0, 80):
        # float32 sums of numbers below one
        fits = [k for k, part in enumerate(wanted) if np.allclose(sample.frames, part, rtol=0, atol=1e-6)]
        assert len(fits) == 1
        seen.update(fits)
    assert len(seen) == 8  # missed by 80 draws with chance 8 (7/8)^80 < 0.0002


def test_what_a_bank_is_filled_with_counts_from_the_next_epoch_on_in_loader_processes_too(own, views):
    def epoch(items, number, workers):
        how = {"seed": 0, "epoch": number, "workers": workers, "device": torch.device("cpu")}
        return torch.cat([part["source"].inputs for part in batches.epoch_batches({"source": Stream(items, 2)}, **how)])

    found = []
    for workers in (0, 2):
        items = bank(own, views, rows={})
        before = epoch(items, 0, workers)
        items.rows = dict(ROWS)
        found.append([before, epoch(items, 1, workers)])
    assert all(torch.equal(*pair) for pair in zip(*found, strict=True))
    assert torch.equal(found[0][0], epoch(own, 0, 0))
    assert not torch.equal(found[0][1], epoch(own, 1, 0))
