import pickle

import numpy as np

from i2v_core.media.kept import Kept


class Maker:
    """Arrays of 10 bytes that hold their key; remembers what it was asked for."""

    def __init__(self):
        self.asked = []

    def __call__(self, keys):
        self.asked.append(keys)
        return [np.full(10, key, np.uint8) for key in keys]


def test_arrays_come_in_the_order_asked_for_and_are_made_once():
    kept, make = Kept(), Maker()
    assert kept.stacked([3, 1, 3], make)[:, 0].tolist() == [3, 1, 3]
    assert kept.stacked([2, 1], make)[:, 0].tolist() == [2, 1]
    assert kept.stacked([1, 2, 3], make)[:, 0].tolist() == [1, 2, 3]
    assert make.asked == [[3, 1], [2]]


def test_what_does_not_fit_is_made_again():
    kept, make = Kept(25), Maker()
    kept.stacked([0, 1, 2], make)
    assert kept.stacked([0, 1, 2], make)[:, 0].tolist() == [0, 1, 2]
    assert make.asked == [[0, 1, 2], [2]]


def test_a_caller_may_change_what_it_got():
    kept, make = Kept(), Maker()
    kept.stacked([1], make)[:] = 9
    assert kept.stacked([1], make)[0, 0] == 1


def test_a_view_of_a_larger_array_does_not_hold_it():
    kept = Kept(100)
    kept.stacked([0], lambda keys: np.zeros((50, 10), np.uint8)[: len(keys)])
    assert all(array.base is None for array in kept._arrays.values())


def test_another_process_begins_with_none():
    kept, make = Kept(20), Maker()
    kept.stacked([0, 1], make)
    other = pickle.loads(pickle.dumps(kept))
    other.stacked([0, 1], make)
    other.stacked([0, 1], make)
    assert make.asked == [[0, 1], [0, 1]]
