import numpy as np
import pytest

from i2v_core.methods.divafn.semantic_space import semantic_space


def drawn(classes=4, k=9, rank=None, seed=0):
    random = np.random.default_rng(seed)
    rank = rank or min(classes, k)
    return random.standard_normal((classes, rank)) @ random.standard_normal((rank, k))


LABELS = np.array([2, 0, 0, 3, 3, 3, 1])


@pytest.mark.parametrize(("classes", "k", "rank"), [(4, 9, 4), (4, 9, 2), (4, 3, 3), (4, 1, 1)])
def test_is_the_thin_decomposition_of_s(classes, k, rank):
    vectors = drawn(classes, k, rank)
    space = semantic_space(LABELS, vectors)
    right = space.class_rows[LABELS]
    s = vectors[LABELS].T
    assert space.scales.shape == (rank,)
    np.testing.assert_allclose(space.directions * space.scales @ right.T, s, atol=1e-12)
    np.testing.assert_allclose(right.T @ right, np.eye(rank), atol=1e-12)
    np.testing.assert_allclose(space.directions.T @ space.directions, np.eye(rank), atol=1e-12)
    np.testing.assert_allclose(space.scales, np.linalg.svd(s, compute_uv=False)[:rank], rtol=1e-12)


def test_coordinates_keep_the_inner_products_of_class_vectors():
    vectors = drawn(4, 300)
    coordinates = semantic_space(LABELS, vectors).coordinates
    assert coordinates.shape == (4, 4)
    np.testing.assert_allclose(coordinates @ coordinates.T, vectors @ vectors.T, rtol=1e-12)


def test_one_class_worked_by_hand():
    """Four samples with the vector (0, 3): S has singular value sqrt(4) * 3 = 6 and each sample has 1 / 2 of it."""
    space = semantic_space(np.zeros(4, dtype=np.int64), np.array([[0.0, 3.0]]))
    assert space.scales == pytest.approx([6.0])
    assert np.abs(space.directions[:, 0]) == pytest.approx([0.0, 1.0])
    assert np.abs(space.class_rows) == pytest.approx(np.array([[0.5]]))
    assert np.abs(space.coordinates) == pytest.approx(np.array([[3.0]]))


def test_class_without_samples_has_no_row_and_adds_no_direction():
    vectors = drawn(5, 9)
    space = semantic_space(LABELS, vectors)  # nobody has class 4
    assert space.directions.shape == (9, 4)
    assert not space.class_rows[4].any()
    np.testing.assert_allclose(space.coordinates[:4] @ space.directions.T, vectors[:4], atol=1e-12)


def test_bad_input_is_named():
    vectors = drawn()
    with pytest.raises(ValueError, match=r"labels: 0 to 3 found, 0 to 2 wanted; see class_vectors"):
        semantic_space(LABELS, vectors[:3])
    with pytest.raises(ValueError, match=r"labels: -1 to 3 found, 0 to 3 wanted"):
        semantic_space(np.where(LABELS == 1, -1, LABELS), vectors)
    with pytest.raises(ValueError, match=r"labels: float64 of shape \(7,\) found, integers \(n,\) with n >= 1 wanted"):
        semantic_space(LABELS.astype(float), vectors)
    with pytest.raises(ValueError, match=r"labels: int64 of shape \(0,\) found"):
        semantic_space(LABELS[:0], vectors)
    with pytest.raises(ValueError, match=r"class_vectors: shape \(9,\), 0 values not finite found, finite \(C, k\)"):
        semantic_space(LABELS, vectors[0])
    vectors[1, 1] = np.inf
    with pytest.raises(ValueError, match=r"class_vectors: shape \(4, 9\), 1 values not finite found"):
        semantic_space(LABELS, vectors)
    with pytest.raises(ValueError, match=r"class_vectors: 0 found in all classes that have samples"):
        semantic_space(LABELS, np.zeros((4, 9)))
