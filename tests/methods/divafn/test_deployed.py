import numpy as np
import pytest
import torch

from i2v_core import storage
from i2v_core.methods.divafn import classifier, deployed, variants
from i2v_core.methods.divafn.objective import Settings
from i2v_core.methods.divafn.variants import Sample, Setup

SETUP = Setup(dim=6, hidden_dim=8, settings=Settings(iterations=3, batch_size=8, lr=0.01), seed=0)


def sample(classes: int, *, missing: int | None = None) -> Sample:
    """Vectors around a centre of each class; `missing` has no training video."""
    random = np.random.default_rng(classes)
    centres = {width: random.normal(size=(classes, width)) for width in (5, 7)}

    def vectors(labels, width):
        return (centres[width][labels] + random.normal(0, 0.8, (len(labels), width))).astype(np.float32)

    labels = np.repeat([k for k in range(classes) if k != missing], 8)
    images, tests = np.repeat(np.arange(classes), 4), np.tile(np.arange(classes), 10)
    return Sample(
        vectors(images, 5),
        images,
        vectors(labels, 5),
        vectors(labels, 7),
        labels,
        vectors(tests, 5),
        vectors(tests, 7),
        np.eye(classes),
    )


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_it_predicts_what_the_row_of_the_tables_predicts(classes):
    given = sample(classes)
    seen = variants.seen("divafn", given, SETUP)
    machine = classifier.fit(seen.train, seen.labels, c=1.0)
    wanted, votes = machine.predict(seen.tests), np.rint(machine.decisions(seen.tests).reshape(len(seen.tests), -1))
    found, log = deployed.fit(given, SETUP, c=1.0)
    assert log.equals(seen.log)
    np.testing.assert_allclose(found.codes(given.test_keyframes, given.test_videos), seen.tests, rtol=1e-12, atol=0)
    shares = found.probabilities(given.test_keyframes, given.test_videos)
    tied = (votes == votes.max(axis=1, keepdims=True)).sum(axis=1) > 1 if classes > 2 else np.zeros(len(votes), bool)
    assert tied.mean() < 0.2
    assert shares.argmax(axis=1)[~tied].tolist() == wanted[~tied].tolist()
    if classes > 2:  # as scikit-learn breaks ties
        assert shares.argmax(axis=1).tolist() == machine.decisions(seen.tests).argmax(axis=1).tolist()
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-12)
    assert len(set(wanted)) > 1


def test_a_class_without_a_training_video_is_never_predicted():
    given = sample(4, missing=2)
    found, _ = deployed.fit(given, SETUP, c=1.0)
    shares = found.probabilities(given.test_keyframes, given.test_videos)
    assert found.labels == [0, 1, 3]
    assert shares.shape[1] == 4
    assert (shares[:, 2] == 0).all()


def test_a_file_of_tensors_holds_all_of_it(tmp_path):
    given = sample(3)
    found, _ = deployed.fit(given, SETUP, c=1.0)
    storage.save_weights(found.state(), tmp_path / "d.pt")
    again = deployed.restore(torch.load(tmp_path / "d.pt", weights_only=True))
    first, second = (part.probabilities(given.test_keyframes, given.test_videos) for part in (found, again))
    assert np.array_equal(first, second)
