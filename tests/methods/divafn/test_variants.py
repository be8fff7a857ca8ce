from dataclasses import fields, replace

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


def wide() -> tuple[Sample, np.ndarray]:
    """A sample of 128 features: ten classes of five images, of five videos and of ten test videos."""
    random = np.random.default_rng(0)
    centres, train, tests = random.normal(size=(10, 128)), np.tile(np.arange(10), 5), np.tile(np.arange(10), 10)

    def drawn(labels: np.ndarray) -> np.ndarray:
        return (centres[labels] + random.normal(0, 1, (len(labels), 128))).astype(np.float32)

    parts = [drawn(train), train, drawn(train), drawn(train), train, drawn(tests), drawn(tests)]
    return Sample(*parts, np.eye(10)), tests


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


def test_a_small_sample_gets_as_many_directions_as_it_has(caplog):
    """50 images and 50 videos: 99 directions about their mean, where JDA and TJM ask for 100; 49 in either domain."""
    sample, labels = wide()
    caplog.set_level("INFO")
    for method, dim in (("jda", 99), ("tjm", 99)):
        assert variants.seen(method, sample, setup(shallow={})).train.shape == (100, dim)
        assert f"{method}: dim {dim} taken, 100 were asked for: the sample has no more" in caplog.messages
    for method, dim in (("tca", 30), ("gfk", 40), ("coral", 128), ("jgsa", 30), ("meda", 40)):
        assert variants.seen(method, sample, setup(shallow={})).train.shape == (100, dim)
    assert len(caplog.messages) == 2
    asked = setup(shallow={name: {"dim": 120} for name in ("tca", "gfk", "jgsa", "meda")})
    # half of 128 features, then the 49 directions of a domain, two numbers each; of JGSA 49 and 9 of ten classes
    for method, dim in (("tca", 99), ("gfk", 98), ("meda", 98), ("jgsa", 58)):
        found = variants.seen(method, sample, asked)
        assert found.train.shape == (100, dim)
        assert found.tests.shape == (len(labels), dim)
    with pytest.raises(ValueError, match=r"^dim: 0 found, 1 to 99 wanted"):
        variants.seen("tca", sample, setup(shallow={"tca": {"dim": 0}}))


@pytest.mark.parametrize("method", shallow.METHODS)
def test_adapted_rows_have_the_spread_of_the_videos(method):
    """Else C of the SVM would mean another thing for each method; with videos ten times as long the rows grow too."""
    sample, _ = wide()
    for videos in (sample.videos, 10 * sample.videos):
        found = variants.seen(method, replace(sample, videos=videos), setup())
        spreads = [np.square(x - x.mean(axis=0)).sum(axis=1).mean() for x in (found.train, videos)]
        np.testing.assert_allclose(*spreads, rtol=1e-5)  # float32 sums of the videos


@pytest.mark.parametrize("method", shallow.METHODS)
def test_videos_of_the_test_take_part_in_a_transductive_fit_only(method):
    sample, labels = toy()
    other = replace(sample, test_videos=np.concatenate([sample.test_videos[:9], sample.test_videos[9:] + 1.0]))
    without = [variants.seen(method, given, setup()) for given in (sample, other)]
    taking = [variants.seen(method, given, setup(transductive=True)) for given in (sample, other)]
    # Labels of training videos reach the SVM alone.
    relabelled = variants.seen(method, replace(sample, labels=(sample.labels + 1) % 3), setup(transductive=True))
    assert np.array_equal(relabelled.tests, taking[0].tests)
    assert np.array_equal(without[0].train, without[1].train)
    assert np.array_equal(without[0].tests[:9], without[1].tests[:9])
    assert np.abs(taking[0].train - taking[1].train).max() > 1e-6
    assert taking[0].train.shape == without[0].train.shape
    assert np.array_equal(taking[0].labels, without[0].labels)
    fit = classifier.fit(taking[0].train, taking[0].labels)
    assert fit.accuracy(taking[0].tests, labels) > 0.5


@pytest.mark.parametrize("method", shallow.METHODS)
def test_labels_of_training_videos_take_part_where_they_are_wanted_and_can(method):
    sample, _ = toy()
    options = {**SHALLOW, "meda": {"dim": 2, "output": "scores"}}
    wrong = replace(sample, labels=(sample.labels + 1) % 3)
    plain, other = (variants.seen(method, given, setup(shallow=options)) for given in (sample, wrong))
    assert np.array_equal(plain.train, other.train)
    known, mistaken = (
        variants.seen(method, given, setup(shallow=options, target_labels=True)) for given in (sample, wrong)
    )
    heeds = method in shallow.WITH_TARGET_LABELS
    assert (np.abs(known.train - mistaken.train).max() > 1e-6) == heeds
    assert np.array_equal(plain.tests, known.tests) == (not heeds)


def test_no_label_of_a_test_video_can_be_used():
    assert [field.name for field in fields(Sample) if "label" in field.name] == ["labels_image", "labels"]
    with pytest.raises(ValueError, match=r"^transductive, target_labels: both found, one at most wanted: labels of"):
        setup(transductive=True, target_labels=True)


def test_unknown_choices_are_named():
    sample, _ = toy()
    with pytest.raises(ValueError, match=r"^method: 'svd' found, one of svm, baseline-rows, .* meda wanted"):
        variants.seen("svd", sample, setup())
    with pytest.raises(ValueError, match=r"^images: 'few' found, one of paired, all wanted"):
        setup(images="few")
