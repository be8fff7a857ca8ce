import numpy as np
import pytest

from i2v_core.media import llc


def slow_codes(x, words, nearest, beta):
    """Dense code (k,) of one descriptor by the constrained least squares problem itself, with a Lagrange multiplier.

    min |x - sum_j w_j b_j|^2 + beta tr |w|^2 with sum(w) = 1:  (G + beta tr I) w = multiplier 1 with G = Z Z^T.
    """
    chosen = sorted(range(len(words)), key=lambda j: (((words[j] - x) ** 2).sum(), j))[:nearest]
    shifts = np.stack([words[j] - x for j in chosen])
    gram = np.array([[sum(a * b) for b in shifts] for a in shifts])
    gram += beta * sum(gram[j, j] for j in range(nearest)) * np.eye(nearest)
    system = np.block([[gram, np.ones((nearest, 1))], [np.ones((1, nearest)), np.zeros((1, 1))]])
    code = np.zeros(len(words))
    code[chosen] = np.linalg.solve(system, [*np.zeros(nearest), 1])[:nearest]
    return code


def dense(indices, weights, words):
    found = np.zeros((len(indices), len(words)))
    np.put_along_axis(found, indices, weights, axis=1)
    return found


def test_weights_of_two_words_by_hand():
    words = np.array([[0.0], [3.0], [10.0]])
    indices, weights = llc.codes(np.array([[1.0]]), words, nearest=2, beta=0.1)
    # z = -1 and 2, Q = [[1, -2], [-2, 4]] + 0.1 * 5 I = [[1.5, -2], [-2, 4.5]], determinant 2.75:
    # Q^-1 1 = (6.5, 3.5) / 2.75, weights 0.65 and 0.35. Without beta they would be 2/3 and 1/3, which give x itself.
    assert indices.tolist() == [[0, 1]]
    np.testing.assert_allclose(weights, [[0.65, 0.35]], rtol=1e-12)  # float64


def test_a_descriptor_on_a_word_has_nearly_all_weight_there():
    words = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0]])
    indices, weights = llc.codes(np.array([[4.0, 0.0]]), words, nearest=2)
    # z = 0 and (-4, 0): Q = diag(0, 16) + 1e-4 * 16 I; weights 1 / 0.0016 and 1 / 16.0016, scaled to sum 1.
    assert indices.tolist() == [[1, 0]]
    np.testing.assert_allclose(weights, [[16.0016 / 16.0032, 0.0016 / 16.0032]], rtol=1e-9)


@pytest.mark.parametrize("nearest", [1, 3, 5])
@pytest.mark.parametrize("beta", [1e-4, 0.3])
def test_equals_slow_reference(nearest, beta, monkeypatch):
    monkeypatch.setattr(llc, "BLOCK", 7)  # blocks that do not divide 40
    random = np.random.default_rng(0)
    rows, words = random.normal(size=(40, 6)), random.normal(size=(23, 6))
    found = dense(*llc.codes(rows, words, nearest=nearest, beta=beta), words)
    expected = np.stack([slow_codes(row, words, nearest, beta) for row in rows])
    # float64; 5 words in 6 dimensions: the smallest eigenvalue of Q is about beta times its trace
    np.testing.assert_allclose(found, expected, atol=1e-9)
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-12)


def test_more_words_than_dimensions_are_regularised():
    # 5 words in 2 dimensions: Z Z^T has rank 2, only beta makes Q regular.
    random = np.random.default_rng(1)
    rows, words = random.normal(size=(10, 2)), random.normal(size=(9, 2))
    expected = np.stack([slow_codes(row, words, 5, 1e-4) for row in rows])
    # the condition of Q is about 1e4, rounding 1e-16
    np.testing.assert_allclose(dense(*llc.codes(rows, words), words), expected, atol=1e-9)


def test_codes_do_not_change_with_place_and_scale():
    random = np.random.default_rng(2)
    rows, words = random.normal(size=(20, 4)), random.normal(size=(12, 4))
    indices, weights = llc.codes(rows, words)
    moved_indices, moved_weights = llc.codes(rows * 7 + 3, words * 7 + 3)
    assert np.array_equal(indices, moved_indices)
    np.testing.assert_allclose(moved_weights, weights, atol=1e-9)


def test_equal_words_on_the_descriptor_share_the_weight():
    indices, weights = llc.codes(np.array([[2.0]]), np.array([[2.0], [9.0], [2.0]]), nearest=2)
    assert indices.tolist() == [[0, 2]]
    assert weights.tolist() == [[0.5, 0.5]]


def test_pooling_takes_the_largest_weight_and_length_is_one():
    words = np.array([[0.0], [3.0], [10.0]])
    # The descriptor 1 has weights 0.65, 0.35, 0 as above, 3 (z = 0, -3) 0.5 / 5.0 of 0 and the rest of 3: with
    # beta 0.1: Q = diag(0, 9) + 0.9 I, weights 9.9 / 10.8 and 0.9 / 10.8 for the words 3 and 0.
    vector = llc.encoded(np.array([[1.0], [3.0]]), words, nearest=2, beta=0.1)
    expected = np.array([0.65, 9.9 / 10.8, 0])
    np.testing.assert_allclose(vector, expected / np.linalg.norm(expected), rtol=1e-6)  # float32
    assert vector.dtype == np.float32


def test_negative_weight_counts_only_where_every_descriptor_has_it():
    words = np.array([[0.0], [1.0], [30.0]])
    outside = np.array([[-1.0]])  # z = 1, 2: Q = [[1, 2], [2, 4]] + 5e-4 I, solution about (2, -1)
    weights = llc.codes(outside, words, nearest=2)[1][0]
    assert weights[0] > 1.9
    assert weights[1] < -0.9
    np.testing.assert_allclose(
        llc.encoded(outside, words, nearest=2), [*weights / np.linalg.norm(weights), 0], atol=1e-6
    )
    # A second descriptor that uses the words 1 and 2, the first of them more; it leaves word 0 at 0, which is less.
    both = llc.encoded(np.array([[-1.0], [10.0]]), words, nearest=2)
    assert both[1] > 0
    # Now one that uses 0 and 2 of three, so that word 1 has the weights (negative, none).
    words = np.array([[0.0], [1.0], [-60.0]])
    assert llc.encoded(np.array([[-1.0], [-40.0]]), words, nearest=2)[1] == 0


def test_order_of_descriptors_and_copies_change_nothing():
    random = np.random.default_rng(3)
    rows, words = random.normal(size=(50, 5)), random.normal(size=(20, 5))
    vector = llc.encoded(rows, words)
    assert np.array_equal(llc.encoded(rows[::-1], words), vector)
    assert np.array_equal(llc.encoded(np.concatenate([rows, rows]), words), vector)


def test_sample_is_a_part_in_order():
    rows = np.arange(1000.0)[:, None]
    part = llc.sampled(rows, np.random.default_rng(0))
    assert part.shape == (200, 1)
    assert (np.diff(part[:, 0]) > 0).all()
    assert np.array_equal(llc.sampled(rows[:7], np.random.default_rng(0)), rows[:7])


def test_codebook_finds_planted_words():
    random = np.random.default_rng(0)
    planted = 10.0 * np.array([[0, 0], [1, 0], [0, 1], [1, 1]])
    samples = [random.normal(word, 0.1, (60, 2)) for word in planted]
    found = llc.codebook(samples, words=4, seed=1)
    assert (found.shape, found.dtype) == ((4, 2), np.float64)
    found = found[np.lexsort(np.rint(found).T)]
    np.testing.assert_allclose(found, planted, atol=0.1)  # means of 60 numbers of deviation 0.1
    assert np.array_equal(llc.codebook(samples, words=4, seed=1), llc.codebook(samples, words=4, seed=1))


def test_default_sizes_are_those_of_the_paper():
    assert llc.codebook.__kwdefaults__["words"] == 2000
    assert llc.sampled.__kwdefaults__["most"] == 200
    assert llc.codes.__kwdefaults__ == {"nearest": 5, "beta": 1e-4}


def test_codebook_errors():
    rows = np.zeros((5, 3))
    with pytest.raises(ValueError, match="LLC codebook: 10 descriptors found, at least 11 wanted"):
        llc.codebook([rows, rows], words=11)
    with pytest.raises(ValueError, match=r"samples of widths \[\(3,\), \(4,\)\] found, one width wanted"):
        llc.codebook([rows, np.zeros((5, 4))], words=2)
    with pytest.raises(ValueError, match=r"samples of widths \[\] found, one width wanted"):
        llc.codebook([], words=2)
    rows = np.ones((5, 3))
    rows[3, 1] = np.nan
    with pytest.raises(ValueError, match="LLC: descriptor 3 has numbers that are not finite"):
        llc.codebook([rows], words=2)


@pytest.mark.parametrize(
    ("shape", "options", "message"),
    [
        ((4, 3), {}, r"descriptors \(4, 3\), words \(6, 2\) found, \(n, d\) and \(k, d\) wanted"),
        ((4, 2), {"nearest": 7}, "LLC nearest: 7 found, 1 to 6, the number of words, wanted"),
        ((4, 2), {"beta": 0.0}, "LLC beta: 0.0 found, a number above 0 wanted"),
        ((0, 2), {}, "LLC: a video without descriptors found, at least one wanted"),
    ],
)
def test_errors(shape, options, message):
    with pytest.raises(ValueError, match=message):
        llc.encoded(np.zeros(shape), np.zeros((6, 2)), **options)


def test_numbers_that_are_not_finite_are_refused():
    rows = np.zeros((4, 2))
    rows[2] = np.inf
    with pytest.raises(ValueError, match="LLC: descriptor 2 has numbers that are not finite"):
        llc.codes(rows, np.ones((6, 2)))
