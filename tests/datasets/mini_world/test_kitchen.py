"""Kitchens: what the hands do to things, and that every value of a kitchen's style changes something."""

from dataclasses import fields, replace
from functools import cache

import numpy as np
import pytest

from i2v_core import seeding, storage
from i2v_core.datasets.mini_world import kitchen_things as things
from i2v_core.datasets.mini_world.kitchen_clips import FRAME_SIZE_PX, Segment, kitchen, segment_pictures
from i2v_core.datasets.mini_world.kitchen_styles import KITCHENS, KitchenStyle
from i2v_core.datasets.mini_world.kitchen_verbs import CUPBOARD_OPEN, NOUNS, OTHER_VERBS, VERBS, Task

PHASE = np.linspace(0, 1, 101)
RED = (200.0, 10.0, 10.0)
HANDS = things.Hands((1.0, 2.0, 3.0), (4.0, 5.0, 6.0), 1.0)
ALL = VERBS | OTHER_VERBS


def task(kind, side=1):
    return Task(kind, RED, (0.1 * side, -0.1), side, HANDS, np.full(3, 0.5))


def middle(pieces, is_one):
    """Middle of the chosen pieces over time, (t, 3)."""
    chosen = [np.broadcast_to(piece.points.mean(axis=-2), (len(PHASE), 3)) for piece in pieces if is_one(piece)]
    return np.mean(chosen, axis=0)


def done(verb, kind, side=1):
    """Ways of the object and of the nearer one of the hands, each (t, 3)."""
    pieces = ALL[verb].perform(PHASE, task(kind, side))
    held = middle(pieces, lambda piece: piece.colour == RED)
    arms = [piece for piece in pieces if piece.colour == HANDS.skin]
    per_arm = len(arms) // 2
    hands = [middle(arms[start : start + per_arm], lambda piece: True) for start in (0, per_arm)]
    return held, min(hands, key=lambda hand: np.linalg.norm(hand - held, axis=1).min())


def pictures(style, verb="take", noun="cup", before=0, after=0, number=0):
    room = kitchen(seeding.generator(1, "room"), style)
    return segment_pictures(seeding.generator(1, "segment", number), room, Segment(verb, noun, verb, before, 8, after))


@pytest.mark.parametrize("kind", sorted(things.HEIGHTS))
@pytest.mark.parametrize("side", [1, -1])
def test_what_is_taken_rests_then_goes_with_the_hand_out_of_the_picture(kind, side):
    held, hand = done("take", kind, side)
    assert np.ptp(held[:45], axis=0).max() == 0
    assert held[-1, 2] > 0.35
    gap = np.linalg.norm(held - hand, axis=1)
    assert gap[:10].min() > 0.2
    assert gap[55:].max() < 0.2


@pytest.mark.parametrize("kind", sorted(things.HEIGHTS))
def test_what_is_put_comes_with_the_hand_and_stays(kind):
    held, hand = done("put", kind)
    assert held[0, 2] > 0.35
    assert np.ptp(held[60:], axis=0).max() == 0
    gap = np.linalg.norm(held - hand, axis=1)
    assert gap[:50].max() < 0.2
    assert gap[-1] > 0.2
    taken, _ = done("take", kind)
    np.testing.assert_allclose(held[-1], taken[0])


def test_what_is_moved_slides_on_the_worktop():
    held, _ = done("move", "box")
    np.testing.assert_allclose(held[-1] - held[0], [-0.22, 0, 0], atol=1e-9)
    assert np.ptp(held[:, 1:], axis=0).max() < 1e-9


@pytest.mark.parametrize(("verb", "start", "end"), [("open", 0.0, 1.0), ("close", 1.0, 0.0)])
def test_a_door_swings_and_the_hand_goes_with_its_handle(verb, start, end):
    pieces = VERBS[verb].perform(PHASE, task("cupboard"))
    door = next(piece for piece in pieces if piece.radii is None and piece.points.ndim == 3 and piece.colour == RED)
    edge = door.points[:, 1] - door.points[:, 0]
    angle = np.arctan2(edge[:, 2], edge[:, 0]) / (0.95 * CUPBOARD_OPEN)
    np.testing.assert_allclose(angle[[0, -1]], [start, end], atol=1e-6)
    handle = next(piece for piece in pieces if piece.colour == things.METAL).points[:, 0]
    tips = [piece.points[:, 1] for piece in pieces if piece.colour == HANDS.skin]
    near = np.min([np.linalg.norm(tip - handle, axis=1) for tip in tips], axis=0)
    assert near[34:72].max() < 0.06
    assert near[0] > 0.15


@pytest.mark.parametrize(("verb", "is_on"), [("open", (True, False)), ("close", (False, True))])
def test_a_lid_leaves_the_pot_or_covers_it(verb, is_on):
    pieces = VERBS[verb].perform(PHASE, task("lid"))
    lid = middle(pieces, lambda piece: piece.colour == things.METAL)
    pot = middle(pieces, lambda piece: piece.radii is None and piece.points.ndim == 2)
    gap = np.abs(lid[[0, -1], 0] - pot[[0, -1], 0])
    assert ((gap < 0.02) == is_on).all()
    assert lid[:, 1].max() > max(lid[0, 1], lid[-1, 1]) + 0.1  # lifted on the way


def test_washing_is_done_by_both_hands_under_running_water():
    pieces = VERBS["wash"].perform(PHASE, task("bowl"))
    stream = next(piece for piece in pieces if piece.colour == things.STREAM)
    length = np.linalg.norm(stream.points[:, 1] - stream.points[:, 0], axis=1)
    assert length[0] == length[-1] == 0
    assert length[30:80].min() > 0.2
    arms = [piece for piece in pieces if piece.colour == HANDS.skin]
    for start in (0, len(arms) // 2):
        hand = middle(arms[start : start + len(arms) // 2], lambda piece: True)[30:80]
        assert np.linalg.norm(hand[:, [0, 2]] - [things.SINK_X, things.SINK_Z], axis=1).max() < 0.25
    rubbing = arms[-1].points[:, 1, 0][30:80]
    assert np.count_nonzero(np.diff(np.sign(np.diff(rubbing)))) >= 4  # there and back, again and again


def test_verbs_have_the_numbers_of_the_real_set_and_things_have_nouns():
    assert {name: verb.number for name, verb in VERBS.items()} == {
        "take": 0,
        "put": 1,
        "open": 2,
        "close": 3,
        "wash": 4,
    }
    assert all(verb.number > 7 for verb in OTHER_VERBS.values())
    assert {kind for verb in ALL.values() for kind in verb.kinds} <= set(NOUNS)


def test_an_unmoved_head_sees_nothing_change_in_the_pauses():
    style = replace(KITCHENS["P08"], sway=0.0, noise=0.0, smear=0.0)
    frames = pictures(style, "take", before=4, after=5).astype(int)
    assert frames.shape == (4 + 8 + 5, FRAME_SIZE_PX[1], FRAME_SIZE_PX[0], 3)
    assert np.abs(frames[:5] - frames[0]).max() == 0
    assert np.abs(frames[11:] - frames[-1]).max() == 0
    assert np.abs(frames[8] - frames[0]).max() > 40


def test_pictures_repeat_and_differ_by_number_and_kitchen():
    first = storage.digest(pictures(KITCHENS["P08"]))
    assert first == storage.digest(pictures(KITCHENS["P08"]))
    assert first != storage.digest(pictures(KITCHENS["P08"], number=1))
    tones = {name: pictures(style, "wash").mean(axis=(0, 1, 2)) for name, style in KITCHENS.items()}
    for one, other in (("P08", "P01"), ("P08", "P22"), ("P01", "P22")):
        assert np.abs(tones[one] - tones[other]).max() > 25


@cache
def content(style):
    """Digests of segments of several verbs."""
    return [storage.digest(pictures(style, verb, number=n)) for n, verb in enumerate(("take", "put", "wash"))]


@pytest.mark.parametrize("name", sorted(field.name for field in fields(KitchenStyle)))
def test_each_value_of_a_kitchen_matters(name):
    style = replace(KITCHENS["P01"], grain=0.4)
    was = getattr(style, name)
    value = tuple(0.7 * number for number in was) if isinstance(was, tuple) else 1.4 * was

    assert content(replace(style, **{name: value})) != content(style)
