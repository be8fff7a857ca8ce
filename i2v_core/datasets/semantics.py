"""Class names as vectors: the semantics that DIVAFN's encoders and decoders share (section III.A and IV.B).

A name is split at capitals, `_`, `-` and blanks and put in small letters; its vector is the sum of the vectors of its
unique words, of length 1 (DIVAFN names the sum over unique words and the length; their order is a Choice).
Choice: for a pair of datasets whose names differ, one vector a class is wanted; give the target's names.

hash        a normal vector of each word, seeded by the SHA-256 of the word; needs no file. The default: names that
            share words are near each other, and nothing else of the meaning is in it.
onehot      one axis a class; no semantics at all
word2vec    word2vec's binary file, such as Google News (300-d, DIVAFN's). Its words are looked up in small letters, and
            some stop words (a, and, of) are not in it.
text        word2vec's text form or GloVe's
attributes  a CSV with the column `class` and one column an attribute
clip        CLIP's embedding of "a video of a person <name>." and the like; not in the paper
"""

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from i2v_core import seeding, storage
from i2v_core.datasets import listing, word_vectors

KINDS = ("hash", "onehot", "word2vec", "text", "attributes", "clip")
WIDTH = 300  # of hash; that of Google News
PROMPT = "a video of a person {}."
# Words of the datasets' names that are spelt otherwise elsewhere, and what is looked up for them.
SPELLINGS: Mapping[str, tuple[str, ...]] = {"frisby": ("frisbee",)}

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Semantics:
    """Class vectors (k, d) float64 of length 1, in the order of the names; unknown: words that had no vector, by name
    (names without such words are left out).
    """

    vectors: np.ndarray
    unknown: Mapping[str, tuple[str, ...]]


def class_vectors(
    names: Sequence[str],
    *,
    kind: str = "hash",
    path: Path | str | None = None,
    spellings: Mapping[str, Sequence[str]] = SPELLINGS,
    width: int = WIDTH,
    prompt: str = PROMPT,
) -> Semantics:
    """The vectors of class names, of the kind described above.

    path: the file of word2vec, text and attributes; for clip the folder or hub id of `models.clip.from_pretrained`.
    spellings: words to look up for a word of a name, none of them for a word to leave out. width: of hash.
    Unknown words are left out and logged. Raises ValueError for an unknown kind, no name, equal names, a path that is
    missing or too much, a name none of whose words is known, and what the files' readers refuse.
    """
    if kind not in KINDS:
        raise ValueError(f"semantics: {kind!r} found, one of {KINDS} wanted; see params.yaml")
    if not names or len(set(names)) < len(names):
        twice = sorted({name for name in names if list(names).count(name) > 1})
        raise ValueError(f"semantics: {len(names)} names, {twice} more than once found, one or more, each once wanted")
    has_file = kind not in ("hash", "onehot")
    if has_file != (path is not None):
        wanted = "a path" if has_file else "no path"
        raise ValueError(f"semantics {kind!r}: path {path} found, {wanted} wanted; correct it in params.yaml")
    if kind == "onehot":
        return Semantics(np.eye(len(names)), {})
    if kind == "attributes":
        return Semantics(_attributes(names, Path(path)), {})
    if kind == "clip":
        return Semantics(_clip(names, str(path), prompt), {})
    words = {name: words_of(name, spellings=spellings) for name in names}
    known = _word_vectors(kind, {word for group in words.values() for word in group}, path, width)
    return _sums(words, known, where=str(path or kind))


def words_of(name: str, *, spellings: Mapping[str, Sequence[str]] = SPELLINGS) -> list[str]:
    """The unique words of a class name in small letters, in their order: WalkingWithDog, ride_bike, boxing-punching.

    A capital behind a small letter, or before one at the end of capitals (TVShow: tv, show), begins a word.
    """
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    words = [word.casefold() for word in re.findall(r"[^\W_]+", apart)]
    return list(dict.fromkeys(spelt for word in words for spelt in spellings.get(word, (word,))))


def _word_vectors(kind: str, words: set[str], path: Path | str | None, width: int) -> dict[str, np.ndarray]:
    if kind == "word2vec":
        return word_vectors.read_binary(Path(path), words)
    if kind == "text":
        return word_vectors.read_text(Path(path), words)
    if width < 1:
        raise ValueError(f"semantics 'hash': width {width} found, 1 or more wanted; 300 is that of Google News")
    return {word: seeding.generator(0, "word", word).standard_normal(width) for word in words}


def _sums(words: Mapping[str, list[str]], known: Mapping[str, np.ndarray], *, where: str) -> Semantics:
    unknown = {name: tuple(word for word in group if word not in known) for name, group in words.items()}
    unknown = {name: group for name, group in unknown.items() if group}
    empty = [name for name, group in words.items() if len(unknown.get(name, ())) == len(group)]
    if empty:
        raise ValueError(
            f"semantics {where}: none of the words of {empty[0]!r}, {words[empty[0]]}, found, one at least wanted "
            f"({len(empty)} such classes); give spellings for them"
        )
    for name, group in unknown.items():
        logger.info("semantics %s: words of %s without a vector left out: %s", where, name, " ".join(group))
    rows = [np.sum([known[word] for word in group if word in known], axis=0, dtype=float) for group in words.values()]
    return Semantics(_unit(np.stack(rows), list(words), where), unknown)


def _attributes(names: Sequence[str], path: Path) -> np.ndarray:
    """Rows of a table of attributes by class; spelling is free as in `listing.normalised`. Choice: of length 1 too."""
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such table of attributes; give its path, or use the semantics 'hash'")
    table = storage.read_csv(path, ("class",))
    rows = {listing.normalised(name): row for row, name in enumerate(table["class"])}
    if len(rows) < len(table):
        raise ValueError(f"{path}: {len(table)} rows of {len(rows)} classes found, each class once wanted; drop a row")
    missing = [name for name in names if listing.normalised(name) not in rows]
    if missing:
        raise ValueError(f"{path}: no row of the classes {missing}; one for each class wanted; complete the table")
    values = table.drop(columns="class")
    text = [column for column in values if values[column].dtype.kind not in "biuf"]
    if text or values.shape[1] == 0:
        raise ValueError(f"{path}: attributes {text} without numbers found, one or more columns of numbers wanted")
    chosen = values.to_numpy(float)[[rows[listing.normalised(name)] for name in names]]
    return _unit(chosen, list(names), str(path))


def _clip(names: Sequence[str], source: str, prompt: str) -> np.ndarray:
    import torch  # with transformers: seconds, which the other kinds do not need
    import transformers

    from i2v_core.models import clip, hub

    network = hub.load_network(source, transformers.CLIPModel, **clip.NETWORK)
    tokenizer = hub.load_part(source, transformers.CLIPTokenizer, what=clip.WHAT)
    with torch.inference_mode():
        found = clip.text_embeddings(network, clip.tokens(tokenizer, list(names), prompt=prompt, network=network))
    return _unit(found.double().numpy(), list(names), source)


def _unit(rows: np.ndarray, names: list[str], where: str) -> np.ndarray:
    lengths = np.linalg.norm(rows, axis=1)
    bad = [name for name, length in zip(names, lengths, strict=True) if not 0 < length < np.inf]
    if bad:
        raise ValueError(f"semantics {where}: a vector of length 0 or not finite for {bad}; correct the file")
    return rows / lengths[:, None]
