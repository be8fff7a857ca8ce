"""The vocabulary of bytes, as transformers reads it from files."""

import json

import pytest
import transformers

from i2v_core.models import clip_vocabulary

ASCII = [chr(number) for number in range(128)]
TEXTS = [
    "a photo of a person brushing teeth",
    "Don't stop: 3.14 (or 22/7)!?",
    "x" * 40,
    "~`|\\{}[]<>^_@#$%&*",
    " a  b\t",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("vocabulary")
    clip_vocabulary.write_vocabulary(clip_vocabulary.byte_tokenizer(longest=77), path)
    return path


@pytest.fixture(params=["as transformers writes it", "as OpenAI's folders of old"])
def loaded(folder, tmp_path, request):
    if request.param == "as transformers writes it":
        return transformers.CLIPTokenizer.from_pretrained(folder, local_files_only=True)
    for name in ("vocab.json", "merges.txt"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    return transformers.CLIPTokenizer.from_pretrained(tmp_path, local_files_only=True)


def letters(tokenizer, text):
    """What stands in the tokens between start and end, word by word, without the spaces between words."""
    start, *middle, end = tokenizer.convert_ids_to_tokens(tokenizer(text)["input_ids"])
    assert (start, end) == (clip_vocabulary.START, clip_vocabulary.END)
    return "".join(token.removesuffix("</w>") for token in middle)


def test_there_are_512_tokens_of_bytes_and_two_ends(loaded):
    # 256 bytes within a word, 256 that end one, start and end
    assert len(loaded) == 514
    assert (loaded.bos_token_id, loaded.eos_token_id) == (512, 513)
    assert len({*json.loads(json.dumps(loaded.get_vocab())).values()}) == 514


@pytest.mark.parametrize("text", TEXTS)
def test_printed_text_is_kept_letter_by_letter_but_for_case_and_spaces_as_in_clip(loaded, text):
    assert letters(loaded, text) == "".join(text.lower().split())


def test_every_printed_ascii_letter_has_a_token_of_its_own_case_aside(loaded):
    seen = {
        letter: tuple(loaded(letter)["input_ids"][1:-1]) for letter in ASCII if letter.isprintable() and letter > " "
    }
    assert all(len(numbers) == 1 for numbers in seen.values())
    # 94 printed letters besides the space, 26 of which are capitals
    assert len(set(seen.values())) == 94 - 26
    assert seen["A"] == seen["a"]


def test_a_word_ends_in_another_token_than_it_holds(loaded):
    # "aa b": a within the word, a and b that end words
    assert loaded.convert_ids_to_tokens(loaded("aa b")["input_ids"])[1:-1] == ["a", "a</w>", "b</w>"]


def test_texts_with_letters_beyond_ascii_are_tokens_of_their_bytes(loaded):
    assert len(loaded("é")["input_ids"]) == 2 + len("é".encode())


def test_long_texts_are_cut_to_the_longest_and_still_end(loaded, folder):
    tokenizer = transformers.CLIPTokenizer.from_pretrained(folder, local_files_only=True)
    found = tokenizer("word " * 50, truncation=True)["input_ids"]
    assert len(found) == 77
    assert found[-1] == 513
