"""MEDA: manifold embedded distribution alignment (Wang et al. 2018).

1 geodesic flow features; 2 rows to length 1; 3 a graph of cosine neighbours and its Laplacian; 4 pseudo labels of the
target from the nearest source row; 5 the balance between the domains' distance in general and by class, from proxy
A-distances; 6 a kernel classifier that fits source labels, is smooth on the graph and keeps the domains' distances
small; 7 its labels of the target; 5 to 7 repeated (algorithm 1 of the paper).
"""

import numpy as np
import scipy.linalg
import scipy.sparse

from i2v_core.baselines.shallow import gfk, mmd
from i2v_core.baselines.shallow.adapted import Adapted
from i2v_core.baselines.shallow.inputs import checked, one_of, positive
from i2v_core.baselines.shallow.neighbours import most_similar, nearest_labels
from i2v_core.baselines.shallow.preprocessing import unit_rows
from i2v_core.baselines.shallow.proxy_distance import proxy_distance
from i2v_core.baselines.shallow.spaces import rbf

SMALLEST_BALANCE = 1e-3  # below it is 0, as in the authors' code
OUTPUTS = ("flow", "scores")


def fit(
    source: np.ndarray,
    labels: np.ndarray,
    target: np.ndarray,
    *,
    dim: int | None = 20,
    weight: float = 10.0,
    smoothness: float = 1.0,
    shrinkage: float = 0.1,
    neighbours: int = 10,
    iterations: int = 10,
    output: str = "flow",
    target_labels: np.ndarray | None = None,
) -> Adapted:
    """Geodesic flow features of length 1, or the classifier's scores with its last labels as predictions.

    Beta = ((J + weight M + smoothness L) K + shrinkage I)^-1 J Y, scores K Beta
    K = exp(-|x - y|^2 / 2) on step 2's rows, J = diag(1 on source rows, 0 on target rows), Y one-hot source labels,
    M = ((1 - mu) C M_0 + mu sum_c M_c) / |.|_F, mu = a_c / (a_c + a_m) of `balance`
    Step 1 takes the features as they are, as the authors' code does (`gfk.fit` z-scores them first).
    dim, weight (lambda), smoothness (rho), shrinkage (eta), neighbours (p): the authors' demo. Choice: weight 10, the
    demo's and the header comment's; their function takes 1 where the option is absent.
    output: Choice: `flow`, steps 1 and 2, is what a further classifier gets; its authors define no features. Neither
    labels nor step 3 and later play a part in it, and there are no predictions. `scores` gives the C scores.
    target_labels (n_t,): known labels that take the place of pseudo labels in M; one round then does.
    source (n_s, d), labels (n_s,), target (n_t, d)    ->  (n_s, 2 dim), (n_t, 2 dim) or (n_s, C), (n_t, C)
    `flow` forms no n x n matrix. Those of `scores` take some 24 n^2 bytes; one LU serves all rounds, in which M enters
    by its C + 1 columns.
    Raises ValueError for unfit input or settings.
    """
    domains = checked(source, labels, target)
    positive(weight=weight, smoothness=smoothness, shrinkage=shrinkage, neighbours=neighbours, iterations=iterations)
    one_of("output", output, OUTPUTS)
    known = None if target_labels is None else domains.numbers(target_labels)
    flow = gfk.flow_map(domains.source, domains.target, dim)
    flown_src, flown_tgt = domains.source @ flow, domains.target @ flow
    count, width, classes = *domains.source.shape, len(domains.classes)
    rows = unit_rows(np.concatenate([flown_src, flown_tgt]))
    if output == "flow":
        return Adapted(rows[:count], rows[count:], width, lambda new: unit_rows(new @ flow))
    pseudo = nearest_labels(rows[:count], domains.labels, rows[count:]) if known is None else known
    solver = _Classifier(
        rows, domains.labels, classes, smoothness=smoothness, shrinkage=shrinkage, neighbours=neighbours
    )
    for _ in range(iterations if known is None else 1):
        mu = balance(flown_src, domains.labels, flown_tgt, pseudo, classes)
        E = mmd.factors(domains.labels, pseudo, classes, weight_marginal=(1 - mu) * classes, weight_classes=mu)
        coefficients = solver.coefficients(np.sqrt(weight) * mmd.normalised(E))
        scores = solver.kernel @ coefficients
        before, pseudo = pseudo, scores[count:].argmax(axis=1)
        if np.array_equal(before, pseudo):
            break
    return Adapted(
        scores[:count],
        scores[count:],
        width,
        lambda new: rbf(unit_rows(new @ flow), rows, 0.5) @ coefficients,
        domains.classes[pseudo],
    )


def balance(
    source: np.ndarray, labels_src: np.ndarray, target: np.ndarray, labels_tgt: np.ndarray, classes: int
) -> float:
    """mu = a_c / (a_c + a_m) in [0, 1]: a_m the proxy A-distance of the domains, a_c its mean over classes.

    Rows are those before step 2, as in the authors' function; below 0.001 mu is 0.
    Deviation: a class without pseudo labels is left out of the mean; there it counts as 2, the largest distance, as a
    classifier of source rows alone makes no error. If both distances are 0 or less, mu is 1/2.
    source (n_s, d), labels_src (n_s,), target (n_t, d), labels_tgt (n_t,) in 0 .. classes - 1
    """
    pairs = [(source[labels_src == c], target[labels_tgt == c]) for c in range(classes)]
    by_class = float(np.mean([proxy_distance(left, right) for left, right in pairs if len(right)]))
    overall = proxy_distance(source, target)
    if max(by_class, overall) <= 0:
        return 0.5
    mu = max(by_class, 0.0) / (max(by_class, 0.0) + max(overall, 0.0))
    return mu if mu > SMALLEST_BALANCE else 0.0


def laplacian(rows: np.ndarray, neighbours: int) -> scipy.sparse.csr_array:
    """L = I - D^(-1/2) W D^(-1/2) of rows of length 1: (n, k) -> sparse (n, n).

    W_ij = x_i^T x_j if j is among the nearest of i or i among those of j, by cosine, else 0; W_ii = 0.
    Choice: cosines below 0 are no edges; the authors' graph keeps them, and D may then have no root.
    """
    n = len(rows)
    count = min(neighbours, n - 1)
    numbers, products = most_similar(rows, count)
    entries = (np.maximum(products, 0.0).ravel(), (np.repeat(np.arange(n), count), numbers.ravel()))
    weights = scipy.sparse.coo_array(entries, shape=(n, n)).tocsr()
    weights = weights.maximum(weights.T)
    degrees = np.asarray(weights.sum(axis=1)).ravel()
    roots = scipy.sparse.diags_array(1 / np.sqrt(np.where(degrees > 0, degrees, np.inf)))
    return (scipy.sparse.eye_array(n) - roots @ weights @ roots).tocsr()


class _Classifier:
    """Solver of (F + U U^T K) Beta = J Y for changing U (n, C + 1), with F = (J + smoothness L) K + shrinkage I fixed.

    Woodbury: Beta = G - F^-1 U (I + U^T K F^-1 U)^-1 U^T K G with G = F^-1 J Y.
    """

    def __init__(
        self,
        rows: np.ndarray,
        labels: np.ndarray,
        classes: int,
        *,
        smoothness: float,
        shrinkage: float,
        neighbours: int,
    ) -> None:
        n, count = len(rows), len(labels)
        self.kernel = rbf(rows, rows, 0.5)
        fixed = smoothness * (laplacian(rows, neighbours) @ self.kernel)
        fixed[:count] += self.kernel[:count]
        fixed[np.diag_indices(n)] += shrinkage
        self.factor = scipy.linalg.lu_factor(fixed, overwrite_a=True)
        wanted = np.zeros((n, classes))
        wanted[np.arange(count), labels] = 1.0
        self.plain = scipy.linalg.lu_solve(self.factor, wanted)

    def coefficients(self, U: np.ndarray) -> np.ndarray:
        """Beta (n, C)."""
        solved, seen = scipy.linalg.lu_solve(self.factor, U), U.T @ self.kernel
        inner = np.eye(U.shape[1]) + seen @ solved
        return self.plain - solved @ scipy.linalg.solve(inner, seen @ self.plain)
