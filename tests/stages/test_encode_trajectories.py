import json

import numpy as np
import pandas as pd
import pytest

from i2v_core import cli, storage
from i2v_core.media import llc
from i2v_core.media.trajectory_store import TrajectoryStore, write_descriptors
from i2v_core.media.vector_store import VectorStore
from i2v_core.seeding import derive, generator
from i2v_core.stages import encode_trajectories

SETTINGS = {"words": 8, "nearest": 3, "beta": 1e-4, "per_video": 20}
COUNTS = {f"v{k}": 12 + 5 * k for k in range(8)}  # the first two have fewer than per_video
TRAIN, TEST = ["v0", "v1", "v2", "v3", "v4"], ["v6", "v5"]


def descriptors(name, count, *, shift=0.0):
    return shift + np.random.default_rng(int(name[1:])).random((count, 10)).astype(np.float32)


def sample(path, rows=None):
    rows = rows or [*[("image", f"i{k}", "photos") for k in range(3)], *[("train", name, "d") for name in TRAIN]]
    rows = [*rows, *[("test", name, "d") for name in TEST]]
    table = pd.DataFrame(rows, columns=["role", "id", "dataset"]).assign(**{"class": "x", "label": 0})
    storage.write_csv(table, path)
    return path


def stored(folder, **changed):
    """Two shards of eight videos; `changed`: descriptors of some."""
    folder.mkdir(exist_ok=True)
    items = [(name, changed.get(name, descriptors(name, count)), 99) for name, count in COUNTS.items()]
    for shard, part in enumerate((items[:4], items[4:])):
        write_descriptors(part, folder / f"shard{shard}.h5", dataset="d")
    return [folder / "shard0.h5", folder / "shard1.h5"]


@pytest.fixture
def given(tmp_path):
    return {
        "sample": sample(tmp_path / "sample.csv"),
        "trajectories": stored(tmp_path / "trajectories"),
        "settings": SETTINGS,
        "seed": 0,
        "out": tmp_path / "out" / "vectors.h5",
    }


def vectors(given, names=(*TRAIN, *TEST), **changes):
    encode_trajectories.run(**{**given, **changes})
    return VectorStore([given["out"]]).matrix([f"d/{name}" for name in names])


def test_all_videos_of_the_sample_have_a_vector_and_no_photo_has(given):
    found = vectors(given)
    assert list(VectorStore([given["out"]])) == [f"d/{name}" for name in (*TRAIN, *TEST)]
    assert found.shape == (7, 8)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)


def test_vectors_are_llc_codes_by_words_of_the_training_videos(given):
    found, store = vectors(given), TrajectoryStore(given["trajectories"])
    parts = []
    for name in TRAIN:
        rows = store.descriptors(f"d/{name}")
        parts.append(llc.sampled(rows, generator(0, "codebook", f"d/{name}"), most=20))
    assert [len(part) for part in parts] == [12, 17, 20, 20, 20]
    words = llc.codebook(parts, words=8, seed=derive(0, "words") % 2**32)
    for name, vector in zip((*TRAIN, *TEST), found, strict=True):
        wanted = llc.encoded(store.descriptors(f"d/{name}"), words, nearest=3, beta=1e-4)
        np.testing.assert_allclose(vector, wanted, atol=1e-6)


def test_a_test_video_changes_no_other_vector(given, tmp_path):
    first = vectors(given)
    other = stored(tmp_path / "other", v6=descriptors("v6", 30, shift=2.0))
    found = vectors(given, trajectories=other)
    is_changed = (first != found).any(axis=1)
    assert is_changed.tolist() == [name == "v6" for name in (*TRAIN, *TEST)]


def test_a_training_video_changes_the_words(given, tmp_path):
    first = vectors(given)
    found = vectors(given, trajectories=stored(tmp_path / "other", v3=descriptors("v3", 30, shift=2.0)))
    assert (first != found).any(axis=1).all()


def test_videos_outside_the_sample_change_nothing(given, tmp_path):
    first = vectors(given)
    other = stored(tmp_path / "other", v7=descriptors("v7", 30, shift=2.0))
    assert np.array_equal(vectors(given, trajectories=other), first)


def test_a_second_run_repeats_and_the_seed_matters(given):
    first = vectors(given)
    content = given["out"].read_bytes()
    vectors(given)
    assert given["out"].read_bytes() == content
    assert not np.array_equal(vectors(given, seed=1), first)


@pytest.mark.parametrize(("name", "value"), [("words", 9), ("nearest", 2), ("beta", 0.1), ("per_video", 15)])
def test_every_setting_matters(given, name, value):
    first = vectors(given)
    found = vectors(given, settings={**SETTINGS, name: value})
    assert found.shape[1] == (9 if name == "words" else 8)
    assert found.shape != first.shape or not np.allclose(found, first, atol=1e-4)


def test_videos_without_a_trajectory_are_zero_and_named(given, tmp_path, caplog):
    none = np.empty((0, 10), np.float32)
    with caplog.at_level("INFO"):
        found = vectors(given, trajectories=stored(tmp_path / "other", v5=none, v1=none))
    assert (~found.any(axis=1)).tolist() == [name in ("v1", "v5") for name in (*TRAIN, *TEST)]
    assert "2 of 7 videos without a trajectory are zero: v1, v5" in caplog.text


def test_fewer_descriptors_than_words_is_an_error_that_says_what_to_lower(given):
    message = r"sample\.csv: LLC codebook: 89 descriptors found, at least 90 wanted, one a word; .* or fewer words"
    with pytest.raises(ValueError, match=message):
        vectors(given, settings={**SETTINGS, "words": 90})
    assert not given["out"].exists()
    assert vectors(given, settings={**SETTINGS, "words": 89}).shape == (7, 89)


def test_videos_of_two_data_sets_are_refused(given, tmp_path):
    two = sample(tmp_path / "two.csv", [("train", "v0", "other")])
    with pytest.raises(ValueError, match=r"two\.csv: videos of the data sets \['d', 'other'\] found, of one wanted"):
        vectors(given, sample=two)


def test_a_sample_without_videos_of_a_role_is_refused(given, tmp_path):
    with pytest.raises(ValueError, match=r"tests\.csv: LLC codebook: samples of widths \[\] found, one width wanted"):
        vectors(given, sample=sample(tmp_path / "tests.csv", [("image", "i0", "photos")]))


def test_a_video_that_is_in_no_store_is_named(given):
    with pytest.raises(ValueError, match=r"item 'd/v4' is in none of the trajectory stores \(.*shard0\.h5\)"):
        vectors(given, trajectories=given["trajectories"][:1])
    with pytest.raises(ValueError, match=r"LLC nearest: 9 found, 1 to 8, the number of words, wanted"):
        vectors(given, settings={**SETTINGS, "nearest": 9})


def test_runs_from_the_command_line(given):
    vectors(given)
    content = given["out"].read_bytes()
    options = ["--trajectories", *map(str, given["trajectories"]), "--settings", json.dumps(SETTINGS)]
    for name in ("sample", "seed", "out"):
        options += [f"--{name}", str(given[name])]
    cli.entry(encode_trajectories.run, options)
    assert given["out"].read_bytes() == content
