"""The linear support vector machine on DIVAFN's codes and on those of its baselines (section III.E)."""

from dataclasses import dataclass

import numpy as np
from sklearn.svm import SVC


@dataclass(frozen=True)
class LinearSvm:
    """One-versus-one SVM with a linear kernel, LIBSVM's: the model of `SVC(kernel="linear")`.

    The inner products of all samples are taken at once, since LIBSVM takes them anew for each pair of classes: with 101
    classes of 4096 features the difference is minutes to seconds. Memory: n^2 numbers while it is fitted.
    Choice: linear, which tables VII and XII suggest and the text leaves open; C = 1, LIBSVM's default.
    """

    machine: SVC
    support: np.ndarray
    rows: int

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Labels (m,) of features (m, q). Raises ValueError for another width."""
        return self.machine.predict(self._products(features))

    def decisions(self, features: np.ndarray) -> np.ndarray:
        """Scores of the classes, (m, C), or (m,) for two: votes of pairs, ties by their margins; see SVC."""
        return self.machine.decision_function(self._products(features))

    def accuracy(self, features: np.ndarray, labels: np.ndarray) -> float:
        """Share of rows whose label is predicted, in [0, 1]."""
        return float(np.mean(self.predict(features) == np.asarray(labels)))

    def _products(self, features: np.ndarray) -> np.ndarray:
        features = _matrix(features)
        if features.shape[1] != self.support.shape[1]:
            raise ValueError(f"features: shape {features.shape} found, (m, {self.support.shape[1]}) wanted")
        products = np.zeros((len(features), self.rows))
        products[:, self.machine.support_] = features @ self.support.T
        return products


def fit(features: np.ndarray, labels: np.ndarray, *, c: float = 1.0) -> LinearSvm:
    """Fits the SVM: features (n, q), labels (n,) of two classes or more.

    Raises ValueError if the shapes do not fit, for values that are not finite, a single class or c not above 0.
    """
    features, labels = _matrix(features), np.asarray(labels)
    if labels.shape != features.shape[:1]:
        raise ValueError(f"features, labels: shapes {features.shape}, {labels.shape} found, (n, q), (n,) wanted")
    if len(np.unique(labels)) < 2:
        raise ValueError(f"labels: {len(np.unique(labels))} classes found in {len(labels)} samples, two or more wanted")
    if not c > 0:
        raise ValueError(f"c: {c} found, a number above 0 wanted")
    machine = SVC(kernel="precomputed", C=c).fit(features @ features.T, labels)
    return LinearSvm(machine, features[machine.support_], len(features))


def _matrix(features: np.ndarray) -> np.ndarray:
    features = np.asarray(features, dtype=np.float64)
    if features.ndim != 2 or not np.isfinite(features).all():
        bad = np.sum(~np.isfinite(features))
        raise ValueError(f"features: shape {features.shape}, {bad} values not finite found, finite (n, q) wanted")
    return features
