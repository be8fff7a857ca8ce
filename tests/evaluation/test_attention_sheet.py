"""The contact sheet of attention weights."""

import cv2
import numpy as np
import pytest

from i2v_core.evaluation import attention_sheet


def pictures(count):
    return [np.full((8, 10, 3), 20 * place, np.uint8) for place in range(count)]


def test_the_order_of_the_items_changes_no_byte_as_weights_sort_them(tmp_path):
    shown, weights, names = pictures(9), [place / 36 for place in range(9)], [f"class {place}" for place in range(9)]
    attention_sheet.draw(shown, weights, names, title="t", out=tmp_path / "a.png")
    attention_sheet.draw(shown[::-1], weights[::-1], names[::-1], title="t", out=tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    attention_sheet.draw(shown, weights[::-1], names, title="t", out=tmp_path / "c.png")
    assert (tmp_path / "a.png").read_bytes() != (tmp_path / "c.png").read_bytes()


def test_a_ninth_picture_begins_a_second_row(tmp_path):
    for count in (8, 9):
        attention_sheet.draw(pictures(count), [1.0] * count, ["a"] * count, title="", out=tmp_path / f"{count}.png")
    heights = [cv2.imread(str(tmp_path / f"{count}.png")).shape[0] for count in (8, 9)]
    assert heights[1] > 1.5 * heights[0]


def test_lists_of_different_lengths_and_none_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"\(2, 1, 2\) pictures, weights and names"):
        attention_sheet.draw(pictures(2), [1.0], ["a", "b"], title="", out=tmp_path / "a.png")
    with pytest.raises(ValueError, match=r"\(0, 0, 0\)"):
        attention_sheet.draw([], [], [], title="", out=tmp_path / "a.png")
