"""Readers of files of word vectors: word2vec's binary and text forms, and GloVe's text. Only wanted words are kept.

No vectors are shipped. The binary file of Google News (3.6 GB) is read through a memory map, not into memory.
"""

import mmap
from collections.abc import Set
from pathlib import Path

import numpy as np

LONGEST_WORD = 4096  # bytes; where no blank follows by then, the file is no word2vec file


def read_binary(path: Path, words: Set[str]) -> dict[str, np.ndarray]:
    """Vectors float32 (d,) of those of `words` that a word2vec binary file has; the first of equal words counts.

    The file: `<count> <d>\\n`, then per word its UTF-8 text, a blank, d little-endian float32, and with some writers a
    line end. Raises FileNotFoundError if there is no such file, ValueError if it is cut off or of another form.
    """
    _require(path)
    wanted = {word.encode(): word for word in words}
    found: dict[str, np.ndarray] = {}
    if Path(path).stat().st_size == 0:  # cannot be mapped
        raise ValueError(f"{path}: 0 bytes found, a word2vec binary file wanted; fetch it again")
    with Path(path).open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        header = content[:64].split(b"\n", 1)[0].split()
        if len(header) != 2 or not all(part.isdigit() for part in header) or int(header[1]) < 1:
            raise ValueError(f"{path}: header {bytes(header[0]) if header else b''!r} found, '<count> <d>' wanted")
        count, width = map(int, header)
        position = content.find(b"\n") + 1
        for number in range(count):
            blank = content.find(b" ", position, position + LONGEST_WORD)
            end = blank + 1 + 4 * width
            if blank < 0 or end > len(content):
                raise ValueError(
                    f"{path}: cut off, or no binary file: {number} of {count} words of {width} numbers found; fetch it "
                    "again, or read it as text"
                )
            word = wanted.get(content[position:blank].lstrip(b"\n"))
            if word is not None and word not in found:
                found[word] = np.frombuffer(content[blank + 1 : end], "<f4").astype(np.float32)
                if len(found) == len(wanted):
                    break
            position = end
    return _finite(found, path)


def read_text(path: Path, words: Set[str]) -> dict[str, np.ndarray]:
    """Vectors float32 (d,) of those of `words` that a text file has; the first of equal words counts.

    The file: a word and its d numbers a line, as GloVe writes; a first line `<count> <d>`, as word2vec writes, is left
    out. Raises FileNotFoundError if there is no such file, ValueError for a line of a wanted word that does not fit.
    """
    _require(path)
    wanted = {word.encode(): word for word in words}
    found: dict[str, np.ndarray] = {}
    width = None
    with Path(path).open("rb") as file:
        for number, line in enumerate(file, start=1):
            name, _, rest = line.rstrip().partition(b" ")
            if width is None:
                fields = rest.split()
                if number == 1 and len(fields) == 1 and name.isdigit() and fields[0].isdigit():
                    continue
                width = len(fields)
            word = wanted.get(name)
            if word is None or word in found:
                continue
            found[word] = _numbers(rest, width, f"{path} line {number}")
            if len(found) == len(wanted):
                break
    return _finite(found, path)


def _numbers(text: bytes, width: int, where: str) -> np.ndarray:
    fields = text.split()
    try:
        numbers = np.array([float(field) for field in fields], np.float32)
    except ValueError as error:
        raise ValueError(f"{where}: {error}; {width} numbers behind the word wanted; fetch the file again") from None
    if len(numbers) != width or width == 0:
        raise ValueError(
            f"{where}: {len(numbers)} numbers found, {width} as in the first line wanted, and at least 1; fetch the "
            "file again"
        )
    return numbers


def _finite(found: dict[str, np.ndarray], path: Path) -> dict[str, np.ndarray]:
    for word, vector in found.items():
        if not np.isfinite(vector).all():
            raise ValueError(f"{path}: the vector of {word!r} has numbers that are not finite; fetch the file again")
    return found


def _require(path: Path) -> None:
    if not Path(path).is_file():
        raise FileNotFoundError(f"{path}: no such file of word vectors; give its path, or use the semantics 'hash'")
