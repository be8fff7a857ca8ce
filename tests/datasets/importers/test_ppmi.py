import pytest

from i2v_core.datasets.importers import ppmi
from tests.datasets import trees

THREE = ["playing_cello", "playing_flute", "playing_violin"]


def tree(root, place="norm_image/"):
    """Three instruments, played in two images and held in one, under equal names."""
    played = {
        f"{place}play_instrument/{name}/{part}": ["1.jpg"]
        for name in ("cello", "flute", "violin")
        for part in ("train", "test")
    }
    held = {f"{place}with_instrument/{name}/train": ["1.jpg"] for name in ("cello", "flute", "violin")}
    trees.put(root / "README")
    return trees.images(root, played | held)


@pytest.mark.parametrize("place", ["norm_image/", "original_image/", ""])
def test_who_plays_is_of_the_class_and_who_only_holds_is_not(tmp_path, place):
    items, problems = ppmi.index(tree(tmp_path, place), classes=THREE)
    assert problems.empty
    assert list(items["id"]) == [f"{name}/{part}/1" for name in THREE for part in ("test", "train")]
    assert not items["path"].str.contains("with_instrument").any()
    row = items.set_index("id").loc["playing_cello/test/1"]
    path = f"{place}play_instrument/cello/test/1.jpg"
    assert list(row) == [path, "image", "playing_cello", "", "train", "train", "train"]


def test_the_original_images_do_not_come_a_second_time(tmp_path):
    items, problems = ppmi.index(tree(tree(tmp_path), "original_image/"), classes=THREE)
    assert problems.empty
    assert items["path"].str.startswith("norm_image/").all()
    assert len(items) == 6


def test_instruments_match_in_any_spelling_and_the_lacking_are_rows(tmp_path):
    root = trees.images(tmp_path, {"norm_image/play_instrument/French_Horn": ["1.jpg"]})
    items, problems = ppmi.index(root, classes=["playing_frenchhorn", "playing_harp"])
    assert list(items["label"]) == ["playing_frenchhorn"]
    assert trees.kinds(problems) == [("norm_image/play_instrument/harp", "missing")]
    assert len(ppmi.index(root)[1]) == 11


def test_an_unknown_instrument_is_a_row_and_an_alias_names_it(tmp_path):
    root = trees.images(tree(tmp_path), {"norm_image/play_instrument/fiddle/train": ["2.jpg"]})
    names = " ".join(ppmi.INSTRUMENTS)
    assert trees.rows(ppmi.index(root, classes=THREE)[1]) == [
        ("norm_image/play_instrument/fiddle", "unknown-class", "class folder fiddle",
         f"one of {names}, or an alias for the folder"),
    ]  # fmt: skip
    items, problems = ppmi.index(root, classes=THREE, aliases={"fiddle": "playing_violin"})
    assert problems.empty
    assert "playing_violin/train/2" in set(items["id"])


def test_an_unknown_class_is_an_error(tmp_path):
    with pytest.raises(ValueError, match=r"classes: \['cello'\] found, some of \['playing_bassoon', .* wanted"):
        ppmi.index(tree(tmp_path), classes=["cello"])


@pytest.mark.parametrize("root", ["absent", "."])
def test_no_play_instrument_is_an_error_that_says_what_belongs_there(tmp_path, root):
    trees.images(tmp_path, {"norm_image/with_instrument/cello/train": ["1.jpg"]})
    with pytest.raises(
        FileNotFoundError, match=r"norm_image/play_instrument/<instrument>/\{train,test\}/<image> wanted"
    ):
        ppmi.index(tmp_path / root)
