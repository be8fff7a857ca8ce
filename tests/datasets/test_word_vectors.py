import numpy as np
import pytest

from i2v_core.datasets import word_vectors

VECTORS = {"ride": [1.0, 2.0, -3.0], "bike": [0.5, 0.0, 4.0], "Bike": [9.0, 9.0, 9.0], "naïve": [0.0, 1.0, 0.0]}


def binary(path, *, ends=b"\n", vectors=VECTORS, count=None):
    width = len(next(iter(vectors.values())))
    rows = [word.encode() + b" " + np.array(row, "<f4").tobytes() + ends for word, row in vectors.items()]
    path.write_bytes(f"{count or len(vectors)} {width}\n".encode() + b"".join(rows))
    return path


def text(path, *, header=False, vectors=VECTORS):
    lines = [" ".join([word, *map(str, row)]) for word, row in vectors.items()]
    if header:
        lines.insert(0, f"{len(vectors)} 3")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


READERS = {
    "binary": lambda path: (word_vectors.read_binary, binary(path)),
    "binary of Google, without line ends": lambda path: (word_vectors.read_binary, binary(path, ends=b"")),
    "text of GloVe": lambda path: (word_vectors.read_text, text(path)),
    "text of word2vec": lambda path: (word_vectors.read_text, text(path, header=True)),
}


@pytest.mark.parametrize("form", READERS)
def test_wanted_words_are_read(form, tmp_path):
    read, path = READERS[form](tmp_path / "vectors")
    found = read(path, {"bike", "naïve", "unicycle"})
    assert {word: vector.tolist() for word, vector in found.items()} == {
        "bike": VECTORS["bike"],
        "naïve": VECTORS["naïve"],
    }
    assert found["bike"].dtype == np.float32
    assert list(read(path, {"naïve"})) == ["naïve"]  # the last word of the file
    assert read(path, set()) == {}


def test_bytes_of_numbers_are_not_taken_for_blanks_or_line_ends(tmp_path):
    # 0x20 is a blank and 0x0a a line end; both within numbers.
    odd = np.frombuffer(b"\x20\x20\x20\x20\x0a\x0a\x0a\x0a\x20\x0a\x20\x0a", "<f4")
    path = binary(tmp_path / "v.bin", vectors={"a": odd.tolist(), "b": [1.0, 2.0, 3.0]})
    found = word_vectors.read_binary(path, {"a", "b"})
    assert np.array_equal(found["a"], odd)
    assert found["b"].tolist() == [1, 2, 3]


def test_first_of_equal_words_counts(tmp_path):
    (tmp_path / "v.txt").write_text("a 1 2\nb 3 4\na 5 6\n")
    assert word_vectors.read_text(tmp_path / "v.txt", {"a", "z"})["a"].tolist() == [1, 2]


def test_words_of_figures_are_no_header(tmp_path):
    (tmp_path / "v.txt").write_text("10 0.5 1.5\nb 3 4\n")
    assert word_vectors.read_text(tmp_path / "v.txt", {"10"})["10"].tolist() == [0.5, 1.5]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "v.bin: 0 bytes found, a word2vec binary file wanted"),
        (b"hello world\n", r"v.bin: header b'hello' found, '<count> <d>' wanted"),
        (b"ride 1 2 3\n", r"v.bin: header b'ride' found, '<count> <d>' wanted"),
        (b"2 3\nride " + bytes(12) + b"bike " + bytes(11), "v.bin: cut off.*: 1 of 2 words of 3 numbers found"),
        (b"2 3\nride " + bytes(12), "v.bin: cut off.*: 1 of 2 words"),
    ],
)
def test_damaged_binary_files_are_refused(content, message, tmp_path):
    (tmp_path / "v.bin").write_bytes(content)
    with pytest.raises(ValueError, match=message):
        word_vectors.read_binary(tmp_path / "v.bin", {"bike"})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("ride 1 2\nbike 1\n", "v.txt line 2: 1 numbers found, 2 as in the first line wanted"),
        ("ride 1 2\nbike 1 x\n", "v.txt line 2: could not convert string to float: b'x'; 2 numbers behind the word"),
        ("bike\n", "v.txt line 1: 0 numbers found, 0 as in the first line wanted, and at least 1"),
        ("bike 1 nan\n", "v.txt: the vector of 'bike' has numbers that are not finite"),
    ],
)
def test_damaged_text_files_are_refused(content, message, tmp_path):
    (tmp_path / "v.txt").write_text(content)
    with pytest.raises(ValueError, match=message):
        word_vectors.read_text(tmp_path / "v.txt", {"bike"})


@pytest.mark.parametrize("read", [word_vectors.read_binary, word_vectors.read_text])
def test_absent_file_is_named(read, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere: no such file of word vectors; .* 'hash'"):
        read(tmp_path / "nowhere", {"bike"})
