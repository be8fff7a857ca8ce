import numpy as np
import pytest
from sklearn.svm import SVC

from i2v_core.methods.divafn.autoencoders import autoencoder_weights
from i2v_core.methods.divafn.classifier import fit
from i2v_core.methods.divafn.codes import fused_codes, side_by_side, spread_factor, with_images_as_rows
from i2v_core.methods.divafn.semantic_space import semantic_space

CLASSES, K = 5, 40


def drawn(seed, n=60, keyframe=30, video=50):
    """Keyframe and video features around class centres, n below the widths of E: the equations are singular."""
    centres = np.random.default_rng(0)
    means = centres.standard_normal((CLASSES, keyframe)), centres.standard_normal((CLASSES, video))
    random, labels = np.random.default_rng([seed, 1]), np.arange(n) % CLASSES
    return *(mean[labels] + 1.5 * random.standard_normal((n, mean.shape[1])) for mean in means), labels


def solved():
    keyframes, videos, labels = drawn(1)
    vectors = np.random.default_rng(7).standard_normal((CLASSES, K))
    space = semantic_space(labels, vectors)
    features, both = {"keyframe": keyframes, "video": videos}, {"keyframe": labels, "video": labels}
    in_k, in_r = (autoencoder_weights(features, both, given) for given in (vectors, space.coordinates))
    return space, in_k, in_r


def test_codes_are_equation_25():
    keyframes, videos, _ = drawn(2)
    _, weights, _ = solved()
    codes = fused_codes(keyframes, videos, weights)
    assert codes.shape == (60, 3 * K)
    for code, h, g in zip(codes, keyframes, videos, strict=True):
        wanted = [weights["keyframe"] @ h, weights["video"] @ g, weights["fused"] @ np.concatenate([h, g])]
        np.testing.assert_allclose(code, np.concatenate(wanted), atol=1e-12)


def test_codes_in_k_dimensions_are_those_in_r_turned():
    keyframes, videos, _ = drawn(2)
    space, in_k, in_r = solved()
    assert fused_codes(keyframes, videos, in_r).shape == (60, 3 * CLASSES)
    turned = fused_codes(keyframes, videos, in_r, directions=space.directions)
    np.testing.assert_allclose(turned, fused_codes(keyframes, videos, in_k), atol=1e-11)


def test_linear_svm_decides_the_same_in_r_and_k_dimensions():
    """900 numbers a video or 3 C: the same inner products, the same machine (here 120 and 15)."""
    _, in_k, in_r = solved()
    train, test = drawn(1), drawn(2, n=400)
    found = []
    for weights in (in_k, in_r):
        codes = [fused_codes(keyframes, videos, weights) for keyframes, videos, _ in (train, test)]
        machine = SVC(kernel="linear", C=1).fit(codes[0], train[2])
        found.append((machine.predict(codes[1]), machine.decision_function(codes[1]), machine.score(codes[1], test[2])))
    assert np.array_equal(found[0][0], found[1][0])
    np.testing.assert_allclose(found[0][1], found[1][1], atol=1e-6)  # LIBSVM stops at 1e-3 of its own measure
    assert found[0][2] > 2 / CLASSES  # and the codes are worth deciding on


def test_fused_codes_beat_either_feature_alone():
    _, _, weights = solved()
    train, test = drawn(1), drawn(2, n=400)
    codes = [fused_codes(keyframes, videos, weights) for keyframes, videos, _ in (train, test)]
    accuracy = {
        "keyframe": fit(train[0], train[2]).accuracy(test[0], test[2]),
        "video": fit(train[1], train[2]).accuracy(test[1], test[2]),
        "fused": fit(codes[0], train[2]).accuracy(codes[1], test[2]),
    }
    assert accuracy["fused"] > max(accuracy["keyframe"], accuracy["video"]) + 0.01


def test_side_by_side_keeps_both():
    found = side_by_side(np.array([[1, 2], [3, 4]]), np.array([[5], [6]]))
    assert np.array_equal(found, [[1, 2, 5], [3, 4, 6]])
    assert found.dtype == np.float64


def test_spread_factor_by_hand():
    # (0, 0), (6, 8): 5 from their mean each, 25; (1), (3): 1 from theirs, 1
    assert spread_factor(np.array([[1.0], [3.0]]), np.array([[0.0, 0.0], [6.0, 8.0]])) == 5.0
    assert spread_factor(np.ones((3, 2)), np.array([[1.0], [3.0]])) == 1.0
    assert spread_factor(np.array([[1.0], [3.0]]), np.ones((3, 2))) == 1.0


def test_images_of_equal_length_join_as_rows():
    images, videos, tests = np.eye(3), 2 * np.ones((2, 3)), 3 * np.ones((4, 3))
    labels_image, labels = np.array([0, 1, 2]), np.array([2, 0])
    rows, joined, kept = with_images_as_rows(images, labels_image, videos, labels, tests, seed=0)
    assert np.array_equal(rows, np.vstack([videos, images]))
    assert np.array_equal(joined, [2, 0, 0, 1, 2])
    assert np.array_equal(kept, tests)


@pytest.mark.parametrize(("p", "q"), [(4000, 2000), (300, 900)])
def test_longer_side_is_projected_and_keeps_its_distances(p, q):
    random = np.random.default_rng(0)
    images, videos, tests = (random.standard_normal(shape) for shape in ((6, p), (5, q), (4, q)))
    rows, _, kept = with_images_as_rows(images, np.zeros(6), videos, np.ones(5), tests, seed=3)
    width = min(p, q)
    assert rows.shape == (11, width)
    if p > q:
        assert np.array_equal(rows[:5], videos)
        assert np.array_equal(kept, tests)
        before, after = images, rows[5:]
    else:
        assert np.array_equal(rows[5:], images)
        before, after = np.vstack([videos, tests]), np.vstack([rows[:5], kept])
    lengths = np.linalg.norm(before[0] - before[1:], axis=1), np.linalg.norm(after[0] - after[1:], axis=1)
    np.testing.assert_allclose(*lengths, rtol=5 * (2 * width) ** -0.5)  # five deviations of such a length
    again = with_images_as_rows(images, np.zeros(6), videos, np.ones(5), tests, seed=3)[0]
    other = with_images_as_rows(images, np.zeros(6), videos, np.ones(5), tests, seed=4)[0]
    assert np.array_equal(rows, again)
    assert not np.array_equal(rows, other)


def test_shapes_that_do_not_fit_are_named():
    keyframes, videos, _ = drawn(1)
    _, _, weights = solved()
    with pytest.raises(ValueError, match=r"keyframes, videos: shapes \(9, 30\), \(60, 50\) found, \(m, p\), \(m, q\)"):
        fused_codes(keyframes[:9], videos, weights)
    with pytest.raises(ValueError, match=r"weights: keyframe of shape \(5, 30\) found, \(r, 50\) wanted"):
        fused_codes(videos, keyframes, weights)
    with pytest.raises(ValueError, match=r"shapes \[\(6, 2\), \(6,\), \(5, 3\), \(5,\), \(4, 2\)\] found"):
        with_images_as_rows(np.ones((6, 2)), np.ones(6), np.ones((5, 3)), np.ones(5), np.ones((4, 2)), seed=0)
