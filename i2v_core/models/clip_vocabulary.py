"""A vocabulary for small CLIP models that knows every byte and no word, in the files of CLIP's own."""

import json
from pathlib import Path

import transformers

START, END = "<|startoftext|>", "<|endoftext|>"


def byte_tokenizer(*, longest: int) -> transformers.CLIPTokenizer:
    """CLIP's tokenizer with one token per byte, another per byte that ends a word, start and end: 514 tokens.

    longest: tokens of a text at most.
    """
    return transformers.CLIPTokenizer(vocab=_vocabulary(), merges=[], model_max_length=longest)


def write_vocabulary(tokenizer: transformers.CLIPTokenizer, folder: Path) -> None:
    """Writes the tokenizer as transformers does, and vocab.json and merges.txt, which OpenAI's folders have."""
    tokenizer.save_pretrained(folder)
    (folder / "vocab.json").write_text(json.dumps(_vocabulary(), ensure_ascii=False))
    (folder / "merges.txt").write_text("#version: 0.2\n")


def _vocabulary() -> dict[str, int]:
    # In CLIP's files a printable letter stands for every byte: itself where it is one, else the next free after 255.
    kept = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    letters = [chr(byte) for byte in kept]
    letters += [chr(256 + number) for number in range(256 - len(kept))]
    return {token: number for number, token in enumerate([*letters, *(f"{x}</w>" for x in letters), START, END])}
