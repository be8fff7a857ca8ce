import numpy as np
import pytest
from sklearn.svm import SVC

from i2v_core.methods.divafn.classifier import fit


def drawn(seed, n=80, classes=4, width=30, spread=3.0):
    means = np.random.default_rng(0).standard_normal((classes, width))
    random, labels = np.random.default_rng([seed, 1]), np.arange(n) % classes
    return means[labels] + spread * random.standard_normal((n, width)), labels


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("c", [1.0, 0.001])
def test_is_scikit_learns_linear_svc(classes, c):
    (features, labels), (tests, true) = drawn(1, classes=classes), drawn(2, 300, classes)
    wanted, found = SVC(kernel="linear", C=c).fit(features, labels), fit(features, labels, c=c)
    assert np.array_equal(found.predict(tests), wanted.predict(tests))
    np.testing.assert_allclose(found.decisions(tests), wanted.decision_function(tests), atol=1e-8)
    assert found.accuracy(tests, true) == wanted.score(tests, true)
    assert len(found.support) == len(wanted.support_)


def test_penalty_counts():
    features, labels = drawn(1)
    tests, _ = drawn(2, 300)
    assert not np.array_equal(fit(features, labels, c=1e-4).predict(tests), fit(features, labels).predict(tests))


def test_accuracy_worked_by_hand():
    """Two classes left and right of 0: of -2, -1, 1, 2 labelled 0, 0, 0, 1 three are right."""
    machine = fit(np.array([[-1.0], [1.0]]), np.array([0, 1]))
    assert machine.accuracy(np.array([[-2.0], [-1.0], [1.0], [2.0]]), np.array([0, 0, 0, 1])) == 0.75


def test_bad_input_is_named():
    features, labels = drawn(1)
    with pytest.raises(
        ValueError, match=r"features, labels: shapes \(80, 30\), \(79,\) found, \(n, q\), \(n,\) wanted"
    ):
        fit(features, labels[1:])
    with pytest.raises(ValueError, match=r"labels: 1 classes found in 80 samples, two or more wanted"):
        fit(features, np.zeros(80))
    with pytest.raises(ValueError, match=r"c: 0 found, a number above 0 wanted"):
        fit(features, labels, c=0)
    with pytest.raises(ValueError, match=r"features: shape \(80, 12\) found, \(m, 30\) wanted"):
        fit(features, labels).predict(features[:, :12])
    features[2, 2] = np.nan
    with pytest.raises(
        ValueError, match=r"features: shape \(80, 30\), 1 values not finite found, finite \(n, q\) wanted"
    ):
        fit(features, labels)
