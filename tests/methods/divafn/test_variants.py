import numpy as np
import pytest

from i2v_core.baselines import shallow
from i2v_core.methods.divafn import classifier, codes, runs, variants
from i2v_core.methods.divafn.objective import Settings
from i2v_core.methods.divafn.variants import METHODS, Sample, Setup

SETTINGS = Settings(iterations=3, batch_size=8, lr=1e-3)
SHALLOW = {**{name: {"dim": 4} for name in ("tca", "jda", "tjm", "jgsa")}, "gfk": {"dim": 2}, "meda": {"dim": 2}}


def toy(*, classes: int = 3, per_class: int = 6, seed: int = 0) -> tuple[Sample, np.ndarray]:
    """Classes with a direction of their own in frames and another in videos -> a sample, and the test's labels."""
    random = np.random.default_rng(seed)
    stills, motions = random.normal(size=(classes, 8)), random.normal(size=(classes, 6))
    labels = np.arange(classes).repeat(per_class)

    def drawn(centres: np.ndarray) -> np.ndarray:
        return (centres[labels] + random.normal(0, 0.3, (len(labels), centres.shape[1]))).astype(np.float32)

    parts = [drawn(stills), labels, drawn(stills), drawn(motions), labels, drawn(stills), drawn(motions)]
    return Sample(*parts, np.eye(classes)), labels


def setup(**changes) -> Setup:
    return Setup(**{"dim": 10, "hidden_dim": 16, "settings": SETTINGS, "seed": 0, "shallow": SHALLOW, **changes})


def test_the_methods_are_those_that_rows_name():
    assert tuple(METHODS) == runs.METHODS


@pytest.mark.parametrize("method", METHODS)
def test_every_method_classifies_a_clear_sample_and_repeats(method):
    sample, labels = toy()
    first, again = (variants.seen(method, sample, setup()) for _ in range(2))
    assert all(np.array_equal(*pair) for pair in zip(first, again, strict=True))
    assert len(first.train) == len(first.labels)
    assert len(first.tests) == len(labels)
    # Images have nothing in common with videos here: aligned to them, a sample may lose something.
    least = 0.5 if method in shallow.METHODS else 0.8
    assert classifier.fit(first.train, first.labels).accuracy(first.tests, labels) > least


def test_methods_see_what_the_table_says():
    sample, _ = toy()
    assert variants.seen("svm", sample, setup()).tests is sample.test_videos
    widths = {name: variants.seen(name, sample, setup()).train.shape for name in METHODS if name not in shallow.METHODS}
    assert widths == {
        "svm": (18, 6),
        "baseline-rows": (36, 6),
        "baseline-columns": (18, 14),
        "finetuned": (18, 3),
        "kvc": (18, 16),  # fc8 of 10 and the video's 6
        "divf": (18, 9),  # three codes of rank 3
        "diva": (18, 20),
        "divafn": (18, 9),
    }
    columns = variants.seen("baseline-columns", sample, setup())
    np.testing.assert_array_equal(columns.tests, codes.side_by_side(sample.test_keyframes, sample.test_videos))


def test_images_change_what_is_trained_with_them_alone():
    sample, _ = toy()
    other = Sample(**{**vars(sample), "images": sample.images[::-1].copy()})
    changed = {
        name
        for name in METHODS
        if not np.array_equal(variants.seen(name, sample, setup()).tests, variants.seen(name, other, setup()).tests)
    }
    assert {"diva", "divafn"} <= changed
    assert not changed & {"svm", "baseline-columns", "finetuned", "kvc", "divf"}


def test_all_images_may_take_part_and_trained_networks_leave_a_log():
    sample, _ = toy()
    paired, every = (variants.seen("divafn", sample, setup(images=images)) for images in ("paired", "all"))
    assert not np.array_equal(paired.tests, every.tests)
    assert paired.log["iteration"].tolist() == [0, 1, 2, 3]
    assert "encoder_fused" in paired.log
    assert "encoder_fused" not in variants.seen("diva", sample, setup()).log
    assert variants.seen("svm", sample, setup()).log is None


def test_unknown_choices_are_named():
    sample, _ = toy()
    with pytest.raises(ValueError, match=r"^method: 'svd' found, one of svm, baseline-rows, .* meda wanted"):
        variants.seen("svd", sample, setup())
    with pytest.raises(ValueError, match=r"^images: 'few' found, one of paired, all wanted"):
        setup(images="few")
