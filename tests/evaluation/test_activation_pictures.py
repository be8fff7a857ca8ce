import numpy as np
import pytest
from matplotlib import image

from i2v_core.evaluation import activation_pictures
from i2v_core.evaluation.activation_pictures import Row


def row(level: float = 0.0, *, models: int = 2, moments: int = 3) -> Row:
    frames = np.full((moments, 12, 16, 3), 90, np.uint8)
    return Row("hug", "target", frames, [np.full((moments, 12, 16), level)] * models, [0.25] * models)


def test_an_overlay_is_half_frame_and_half_colour():
    """The colours of the scale end at (0, 0, 0.5) and (0.5, 0, 0)."""
    frame = np.full((1, 2, 3), 100, np.uint8)
    found = activation_pictures.overlay(frame, np.array([[0.0, 1.0]]))
    assert found[0].tolist() == [[50, 50, 114], [114, 50, 50]]  # 50 + 255 * 0.5 / 2 = 113.75


def drawn(rows, out) -> bytes:
    activation_pictures.draw(rows, models=["source only", "STCDA"], title="Grad-CAM", out=out)
    return out.read_bytes()


def test_a_picture_shows_the_activations(tmp_path):
    first, again = drawn([row()], tmp_path / "a.png"), drawn([row()], tmp_path / "b.png")
    assert first == again
    assert drawn([row(1.0)], tmp_path / "c.png") != first
    sizes = [image.imread(tmp_path / f"{name}.png").shape for name in "ac"]
    drawn([row(), row(1.0)], tmp_path / "d.png")
    assert sizes[0] == sizes[1]
    assert image.imread(tmp_path / "d.png").shape[0] > sizes[0][0]


def test_rows_of_different_shapes_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"^activation pictures: \(frames, models\) \[\(3, 1\)\] found, one with 2"):
        drawn([row(models=1)], tmp_path / "a.png")
    with pytest.raises(ValueError, match=r"\[\(2, 2\), \(3, 2\)\] found, one with 2 wanted"):
        drawn([row(), row(moments=2)], tmp_path / "a.png")
    with pytest.raises(ValueError, match=r"\[\] found, one with 2 wanted"):
        drawn([], tmp_path / "a.png")
