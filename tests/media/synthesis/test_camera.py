import dataclasses

import numpy as np
import pytest

from i2v_core.media.synthesis import camera


def steps_of(preset, *, count=15, seed=0, **overrides):
    return camera.random_steps(camera.motion(preset, **overrides), count, np.random.default_rng(seed))


def angles(steps):
    """Axis-angle vectors of rotations, by the skew part: 2 sin(a) axis."""
    r = steps[:, :3, :3]
    skew = np.stack([r[:, 2, 1] - r[:, 1, 2], r[:, 0, 2] - r[:, 2, 0], r[:, 1, 0] - r[:, 0, 1]], axis=1) / 2
    sines = np.linalg.norm(skew, axis=1, keepdims=True)
    return skew / sines * np.arcsin(sines)


def test_inverse_depth_becomes_depth():
    # 1 / 1.005 = 0.995025; 1 / 0.505 = 1.980198; 1 / 0.010 = 100 and 1 / 0.005 = 200, cut to 100.
    found = camera.depth_from_inverse(np.array([1, 0.5, 0.005, 0], np.float32))
    assert found.dtype == np.float32
    assert found == pytest.approx([0.995025, 1.980198, 100, 100], rel=1e-6)  # float32


def test_intrinsics_by_hand():
    # 0.58 * 340 = 197.2, 0.58 * 256 = 148.48, the centre at half of each side.
    literal = camera.intrinsics(256, 340, has_square_pixels=False)
    assert literal == pytest.approx(np.array([[197.2, 0, 170], [0, 148.48, 128], [0, 0, 1]]))
    square = camera.intrinsics(256, 340, has_square_pixels=True)
    assert square == pytest.approx(np.array([[197.2, 0, 170], [0, 197.2, 128], [0, 0, 1]]))
    assert camera.intrinsics(340, 256, has_square_pixels=True)[0, 0] == pytest.approx(197.2)


def test_a_quarter_turn_by_hand():
    # About z by 90 degrees: x becomes y, y becomes -x.
    found = camera.rotation(np.array([0, 0, np.pi / 2]))
    assert found == pytest.approx(np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]]), abs=1e-15)


def test_rotations_are_rotations_and_their_axis_stays():
    for vector in np.random.default_rng(0).normal(size=(20, 3)):
        found = camera.rotation(vector)
        assert found @ found.T == pytest.approx(np.eye(3), abs=1e-12)
        assert np.linalg.det(found) == pytest.approx(1)
        assert found @ vector == pytest.approx(vector)
        assert np.trace(found) == pytest.approx(1 + 2 * np.cos(np.linalg.norm(vector)))
    assert np.array_equal(camera.rotation(np.zeros(3)), np.eye(3))


@pytest.mark.parametrize(("preset", "low", "high"), [("paper_literal", 5, 10), ("paper_plausible", 0.5, 1)])
def test_steps_lie_in_the_ranges_of_the_preset_with_both_signs(preset, low, high):
    many = np.concatenate([steps_of(preset, seed=seed, redraw_every=1) for seed in range(20)])
    moves, turns = many[:, :3, 3], np.rad2deg(angles(many))
    assert np.all((np.abs(moves) >= 0.01) & (np.abs(moves) < 0.02))
    assert np.all((np.abs(turns) >= low - 1e-9) & (np.abs(turns) < high))
    # 300 signs per number: the share of plus is 0.5 +- 0.03, so 0.35..0.65 is five deviations.
    for numbers in (moves, turns):
        assert np.all(np.abs((numbers > 0).mean(axis=0) - 0.5) < 0.15)
    # u is uniform: the mean size is the middle of the range; deviation of the mean 0.0003, of 0.01.
    assert np.abs(moves).mean(axis=0) == pytest.approx([0.015] * 3, abs=0.001)


def test_when_the_step_is_drawn_anew():
    literal, plausible = steps_of("paper_literal"), steps_of("paper_plausible")
    assert len(np.unique(literal[:, :3, 3], axis=0)) == 15
    assert len(np.unique(plausible[:, :3, 3], axis=0)) == 1
    every_fourth = steps_of("paper_plausible", redraw_every=4)[:, 0, 3]
    assert np.array_equal(np.nonzero(np.diff(every_fourth))[0], [3, 7, 11])


def test_a_smooth_path_goes_evenly_from_draw_to_draw():
    found = steps_of("recommended", redraw_every=5, seed=3)
    moves, turns = found[:, :3, 3], np.rad2deg(angles(found))
    for numbers, low, high in ((moves, 0.01, 0.02), (turns, 0.5, 1.0)):
        knots = numbers[::5]  # steps 0, 5, 10 are draws
        assert np.all((np.abs(knots) >= low - 1e-9) & (np.abs(knots) < high))
        assert np.abs(np.diff(numbers[:6], n=2, axis=0)).max() < 1e-9  # a straight line between two draws
        assert np.abs(np.diff(numbers, axis=0)).max() <= 2 * high / 5


def test_cumulative_poses_apply_one_step_after_the_other():
    steps = steps_of("paper_literal", count=3)
    poses = camera.cumulative(steps)
    assert poses.shape == (4, 4, 4)
    assert np.array_equal(poses[0], np.eye(4))
    point = np.array([0.3, -0.2, 2.0])
    for step, pose in zip(steps, poses[1:], strict=True):
        point = step[:3, :3] @ point + step[:3, 3]
        assert (pose @ [0.3, -0.2, 2.0, 1])[:3] == pytest.approx(point)


def test_no_steps():
    assert steps_of("recommended", count=0).shape == (0, 4, 4)
    assert camera.cumulative(np.zeros((0, 4, 4))).shape == (1, 4, 4)


def test_the_table_of_presets():
    assert list(camera.PRESETS) == ["paper_literal", "paper_plausible", "recommended"]
    assert len(set(camera.PRESETS.values())) == 3
    assert {motion.translation for motion in camera.PRESETS.values()} == {(0.01, 0.02)}
    assert [motion.angle_deg for motion in camera.PRESETS.values()] == [(5, 10), (0.5, 1), (0.5, 1)]
    assert [motion.is_chained for motion in camera.PRESETS.values()] == [True, True, False]
    with pytest.raises(dataclasses.FrozenInstanceError):
        camera.PRESETS["recommended"].fill = "nearest"


def test_overrides_replace_fields_and_lists_are_pairs():
    found = camera.motion("recommended", translation=[0, 0.5], fill="nearest")
    assert (found.translation, found.fill) == ((0.0, 0.5), "nearest")
    assert camera.PRESETS["recommended"].fill == "telea"


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"speed": 1}, r"unknown setting 'speed' of camera preset 'recommended'; it has \['translation'"),
        ({"translation": 0.1}, r"translation 0.1 found, two numbers 0 <= low <= high wanted"),
        ({"translation": [0.2, 0.1]}, r"translation \[0.2, 0.1\] found, two numbers"),
        ({"translation": (-0.1, 0.1)}, r"translation \(-0.1, 0.1\) found"),
        ({"angle_deg": (0, float("nan"))}, r"angle_deg \(0, nan\) found, two numbers"),
        ({"angle_deg": "ab"}, r"angle_deg 'ab' found"),
        ({"redraw_every": 0}, r"redraw_every 0 found, frames >= 1 or None wanted"),
        ({"is_chained": 1}, r"is_chained 1 found, true or false wanted"),
        ({"fill": "grey"}, r"fill 'grey' found, one of \['telea', 'nearest'\] wanted"),
        ({"ring": True}, r"ring True found, one of \['none', 'collisions', 'depth_jumps'\] wanted"),
        ({"supersampling": 5}, r"supersampling 5 found, one of \[1, 2\] wanted"),
        ({"ring": "collisions"}, r"ring 'collisions' with supersampling 2: nearly every pixel"),
    ],
)
def test_a_wrong_setting_is_an_error(overrides, message):
    with pytest.raises(ValueError, match=message):
        camera.motion("recommended", **overrides)


def test_an_unknown_preset_is_an_error():
    with pytest.raises(ValueError, match=r"camera preset 'fast' found, one of \['paper_literal', .*'recommended'\]"):
        camera.motion("fast")
