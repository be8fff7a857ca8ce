import logging

import numpy as np
import pytest
import torch

from i2v_core.datasets import semantics
from i2v_core.datasets.semantics import class_vectors, words_of
from i2v_core.models import clip, clip_stand_in

NAMES = ["RideBike", "ride_horse", "Archery"]
TABLE = "ride 3 0 0\nbike 0 4 0\nhorse 0 0 -4\narchery 0 0 2\n"


@pytest.fixture
def glove(tmp_path):
    (tmp_path / "glove.txt").write_text(TABLE)
    return tmp_path / "glove.txt"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("WalkingWithDog", ["walking", "with", "dog"]),
        ("ride_bike", ["ride", "bike"]),
        ("boxing-punching", ["boxing", "punching"]),
        ("pouring liquid", ["pouring", "liquid"]),
        ("YoYo", ["yo"]),
        ("throwing_frisby", ["throwing", "frisbee"]),
        ("TVShow2", ["tv", "show2"]),
        ("run", ["run"]),
        ("__", []),
    ],
)
def test_words_of_names(name, words):
    assert words_of(name) == words


def test_spellings_replace_add_and_leave_out_words():
    spellings = {"yo": ("toy", "string"), "with": ()}
    assert words_of("YoYo", spellings=spellings) == ["toy", "string"]
    assert words_of("WalkingWithDog", spellings=spellings) == ["walking", "dog"]


def test_vector_is_the_sum_of_its_words_of_length_one(glove):
    found = class_vectors(NAMES, kind="text", path=glove)
    # ride + bike = (3, 4, 0) of length 5, ride + horse = (3, 0, -4), archery (0, 0, 2).
    assert found.vectors.tolist() == [[0.6, 0.8, 0], [0.6, 0, -0.8], [0, 0, 1]]
    assert found.vectors.dtype == np.float64
    assert found.unknown == {}


def test_word2vec_binary_gives_the_same(glove, tmp_path):
    rows = [line.split() for line in TABLE.splitlines()]
    content = b"".join(word.encode() + b" " + np.array(row, "<f4").tobytes() for word, *row in rows)
    (tmp_path / "google.bin").write_bytes(b"4 3\n" + content)
    found = class_vectors(NAMES, kind="word2vec", path=tmp_path / "google.bin").vectors
    assert np.array_equal(found, class_vectors(NAMES, kind="text", path=glove).vectors)


def test_a_word_said_twice_counts_once(glove):
    found = class_vectors(["RideBike", "ride_bike_Ride"], kind="text", path=glove).vectors
    assert np.array_equal(found[0], found[1])


def test_unknown_words_are_left_out_and_reported(glove, caplog):
    with caplog.at_level(logging.INFO, logger="i2v_core.datasets.semantics"):
        found = class_vectors(["RidingTheBike", "ride_bike"], kind="text", path=glove)
    assert found.vectors.tolist() == [[0, 1, 0], [0.6, 0.8, 0]]
    assert found.unknown == {"RidingTheBike": ("riding", "the")}
    assert [record.getMessage() for record in caplog.records] == [
        f"semantics {glove}: words of RidingTheBike without a vector left out: riding the"
    ]


def test_a_name_of_unknown_words_alone_is_an_error(glove):
    with pytest.raises(
        ValueError, match=r"none of the words of 'Tai_Chi', \['tai', 'chi'\], found, .*\(2 such classes"
    ):
        class_vectors(["ride", "Tai_Chi", "YoYo"], kind="text", path=glove)
    with pytest.raises(ValueError, match=r"semantics hash: none of the words of '_', \[\], found"):
        class_vectors(["_"])


def test_words_that_cancel_are_an_error(tmp_path):
    (tmp_path / "v.txt").write_text("push 1 0\npull -1 0\n")
    with pytest.raises(ValueError, match=r"a vector of length 0 or not finite for \['push_pull'\]"):
        class_vectors(["push_pull"], kind="text", path=tmp_path / "v.txt")


def test_hash_is_the_default_and_depends_on_the_words_alone():
    found = class_vectors(["RideBike", "ride_horse", "Archery"])
    assert found.vectors.shape == (3, 300)
    np.testing.assert_allclose(np.linalg.norm(found.vectors, axis=1), 1, rtol=1e-12)
    other = class_vectors(["archery", "bike_RIDE", "Fencing"]).vectors
    np.testing.assert_allclose(other[:2], found.vectors[[2, 0]], atol=1e-15)  # the order of a sum of two
    assert class_vectors(NAMES, width=7).vectors.shape == (3, 7)


def test_hash_keeps_the_nearness_of_names_that_share_words():
    gram = class_vectors(["ride_bike", "ride_horse", "archery", "fencing"]).vectors
    gram = gram @ gram.T
    # Words are nearly orthogonal, with a deviation of 1 / sqrt(300) = 0.06; half of two words shared: 0.5.
    assert abs(gram[0, 1] - 0.5) < 0.2
    assert np.abs(gram[2:, :2]).max() < 0.2


def test_onehot_has_no_semantics():
    assert np.array_equal(class_vectors(NAMES, kind="onehot").vectors, np.eye(3))


def test_attributes_are_rows_of_the_table_by_class(tmp_path):
    (tmp_path / "attributes.csv").write_text(
        "class,outdoor,legs,count\narchery,1,0,0\nRide Bike,3,0,4\nFencing,9,9,9\n"
    )
    found = class_vectors(["ride_bike", "Archery"], kind="attributes", path=tmp_path / "attributes.csv")
    assert found.vectors.tolist() == [[0.6, 0, 0.8], [1, 0, 0]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("class,a\nrun,1\n", r"no row of the classes \['walk'\]; one for each class wanted"),
        ("class,a\nrun,1\nwalk,2\nRun,3\n", "3 rows of 2 classes found, each class once wanted"),
        ("class,a,b\nrun,1,yes\nwalk,2,no\n", r"attributes \['b'\] without numbers found"),
        ("class\nrun\nwalk\n", r"attributes \[\] without numbers found, one or more columns"),
        ("name,a\nrun,1\nwalk,2\n", r"\['class'\] wanted besides"),
        ("class,a\nrun,1\nwalk,0\n", r"a vector of length 0 or not finite for \['walk'\]"),
    ],
)
def test_bad_tables_of_attributes_are_refused(content, message, tmp_path):
    (tmp_path / "attributes.csv").write_text(content)
    with pytest.raises(ValueError, match=message):
        class_vectors(["run", "walk"], kind="attributes", path=tmp_path / "attributes.csv")


def test_absent_table_of_attributes_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere.csv: no such table of attributes"):
        class_vectors(["run"], kind="attributes", path=tmp_path / "nowhere.csv")


def test_clip_vectors_are_those_of_its_frames_model(tmp_path):
    torch.manual_seed(0)
    network, tokenizer = clip_stand_in.make()
    clip_stand_in.save(network, tokenizer, tmp_path)
    found = class_vectors(NAMES, kind="clip", path=tmp_path).vectors
    model, _ = clip.from_pretrained(str(tmp_path), NAMES, prompt=semantics.PROMPT)
    assert found.shape == (3, clip_stand_in.DIMENSIONS)
    np.testing.assert_allclose(found, model.text.double().numpy(), atol=1e-6)  # float32
    other = class_vectors(NAMES, kind="clip", path=tmp_path, prompt="{}").vectors
    assert np.abs(other - found).max() > 1e-3


@pytest.mark.parametrize(
    ("names", "options", "message"),
    [
        (NAMES, {"kind": "bert"}, r"semantics: 'bert' found, one of \('hash', 'onehot', 'word2vec'"),
        ([], {}, r"semantics: 0 names, \[\] more than once found, one or more, each once wanted"),
        (["run", "run"], {}, r"semantics: 2 names, \['run'\] more than once found"),
        (NAMES, {"kind": "text"}, "semantics 'text': path None found, a path wanted"),
        (NAMES, {"kind": "onehot", "path": "x"}, "semantics 'onehot': path x found, no path wanted"),
        (NAMES, {"width": 0}, "semantics 'hash': width 0 found, 1 or more wanted"),
    ],
)
def test_bad_arguments_are_refused(names, options, message):
    with pytest.raises(ValueError, match=message):
        class_vectors(names, **options)
