"""GFK: geodesic flow kernel (Gong et al. 2012) as explicit features.

1 principal components of each domain; 2 principal angles between the two subspaces; 3 the integral of the projections
along the geodesic from one to the other, G; 4 features whose inner products are x^T G y.
"""

import numpy as np
import scipy.linalg

from i2v_core.baselines.shallow.adapted import Adapted
from i2v_core.baselines.shallow.inputs import TooManyDirections, checked
from i2v_core.baselines.shallow.neighbours import nearest_labels
from i2v_core.baselines.shallow.preprocessing import unchanged, z_score_of_shares
from i2v_core.baselines.shallow.spread_ratio import leading_eigenpairs

SMALL_ANGLE = 1e-2  # below, series: their first term left out is under 1e-15 of the value
LARGEST_DIM = 200  # of the rule, as the authors' function advises
NO_ANGLE = 1e-8  # sine below which a direction is shared by both subspaces


def fit(
    source: np.ndarray, labels: np.ndarray, target: np.ndarray, *, dim: int | None = 20, normalise: bool = True
) -> Adapted:
    """Geodesic flow features, 2 dim for each row; predictions are of the nearest source row, as in the paper.

    z = F^T x with F F^T = G, G = int_0^1 Phi(t) Phi(t)^T dt
    Choice: dim 20, as in the public code and in MEDA; None takes `disagreement_dim`, the paper's rule.
    normalise: rows to sum 1, then columns to mean 0 and mean square 1 in each domain by itself, as the README of the
    author's package asks for; its function neither centres nor scales. Without it the offset between the domains stays.
    F differs from the root of G that MEDA's code takes by a rotation only, so that distances and inner products are the
    same.
    source (n_s, d), labels (n_s,), target (n_t, d)    ->  (n_s, 2 dim), (n_t, 2 dim)
    Raises ValueError for unfit input, and if dim is above d / 2 or the rank of a centred domain.
    """
    domains = checked(source, labels, target)
    prepare_src, prepare_tgt = (
        z_score_of_shares(side) if normalise else unchanged for side in (domains.source, domains.target)
    )
    rows_src, rows_tgt = prepare_src(domains.source), prepare_tgt(domains.target)
    flow = flow_map(rows_src, rows_tgt, dim)
    found = rows_src @ flow, rows_tgt @ flow
    nearest = nearest_labels(found[0], domains.labels, found[1])
    return Adapted(*found, domains.source.shape[1], lambda new: prepare_tgt(new) @ flow, domains.classes[nearest])


def flow_map(source: np.ndarray, target: np.ndarray, dim: int | None) -> np.ndarray:
    """F (d, 2 dim) with F F^T = G, without the orthogonal complement of a subspace.

    Ps^T Pt = U cos(theta) V^T, N = (Pt V - Ps U cos(theta)) / sin(theta), Phi(t) = Ps U cos(t theta) + N sin(t theta)
    G = [Ps U, N] [[L1, L2], [L2, L3]] [Ps U, N]^T with diagonal blocks
    L1 = (1 + sin 2 theta / 2 theta) / 2, L2 = (1 - cos 2 theta) / 4 theta, L3 = (1 - sin 2 theta / 2 theta) / 2
    F = [Ps U, N] times the symmetric root of the middle, 2 x 2 for each angle.
    theta is taken from sine and cosine, exact at both ends; N is 0 where the subspaces share a direction.
    """
    half = source.shape[1] // 2
    if dim is None:
        dim = disagreement_dim(source, target)
    elif not 1 <= dim <= half:
        raise TooManyDirections(dim, half, "two subspaces must fit beside each other")
    start, end = _components(source, dim), _components(target, dim)
    left, cosines, right = scipy.linalg.svd(start.T @ end)
    first = start @ left
    across = end @ right.T - first * cosines
    sines = np.linalg.norm(across, axis=0)
    across = np.where(sines < NO_ANGLE, 0.0, across / np.maximum(sines, NO_ANGLE))
    l1, l2, l3 = _integrals(np.arctan2(sines, cosines))
    root = np.sqrt(np.maximum(l1 * l3 - l2**2, 0.0))  # of the determinant
    divisor = np.sqrt(l1 + l3 + 2 * root)
    halves = [first * (l1 + root) + across * l2, first * l2 + across * (l3 + root)]
    return np.concatenate([half / divisor for half in halves], axis=1)


def disagreement_dim(source: np.ndarray, target: np.ndarray) -> int:
    """The paper's choice of dim: the smallest at which a domain's subspace leaves the joint one.

    D(d) = (sin a_d + sin b_d) / 2, a_d and b_d the largest angles of the source's and the target's d components to the
    d components of both together; the first d with D = 1 to two digits, as in the authors' function.
    Choice: if there is none, the largest dim that `fit` takes.
    source (n_s, d), target (n_t, d) -> 1 .. half the features, the rank of a centred domain, 200
    """
    ranks = [int(np.linalg.matrix_rank(_gram(side - side.mean(axis=0)), hermitian=True)) for side in (source, target)]
    bound = min(LARGEST_DIM, source.shape[1] // 2, *ranks)
    joint = _components(np.concatenate([source, target]), bound)
    products = [_components(side, bound).T @ joint for side in (source, target)]
    for dim in range(1, bound):
        smallest = [scipy.linalg.svdvals(product[:dim, :dim])[-1] for product in products]
        if np.mean(np.sqrt(1 - np.minimum(smallest, 1.0) ** 2)) >= 0.995:
            return dim
    return bound


def _integrals(angles: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """L1, L2, L3: means over t in [0, 1] of cos^2, sin cos and sin^2 of t theta; series where a difference cancels."""
    safe = np.maximum(angles, SMALL_ANGLE)
    squares = np.minimum(angles, SMALL_ANGLE) ** 2
    series = squares / 3 - squares**2 / 15 + 2 * squares**3 / 315
    l3 = np.where(angles < SMALL_ANGLE, series, (1 - np.sin(2 * safe) / (2 * safe)) / 2)
    l2 = np.sin(angles) * np.sinc(angles / np.pi) / 2
    return 1 - l3, l2, l3


def _components(rows: np.ndarray, dim: int) -> np.ndarray:
    """The first `dim` principal directions, from the smaller of the two Gram matrices: (n, d) -> (d, dim)."""
    centred = rows - rows.mean(axis=0)
    values, vectors = leading_eigenpairs(_gram(centred), dim)
    if len(centred) < centred.shape[1]:
        return scipy.linalg.qr(centred.T @ (vectors / np.sqrt(values)), mode="economic")[0]
    return vectors


def _gram(centred: np.ndarray) -> np.ndarray:
    return centred @ centred.T if len(centred) < centred.shape[1] else centred.T @ centred
