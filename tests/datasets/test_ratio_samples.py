import itertools

import pandas as pd
import pytest

from i2v_core.datasets import ratio_samples


def table(dataset: str, counts: dict[str, int], **columns: str) -> pd.DataFrame:
    names = [name for name, count in counts.items() for _ in range(count)]
    ids = [f"{name}{k}" for name, count in counts.items() for k in range(count)]
    labels = [sorted(counts).index(name) for name in names]
    return pd.DataFrame({"id": ids, "dataset": dataset, "class": names, "label": labels, **columns})


def sample(*, videos=None, images=None, **changes) -> pd.DataFrame:
    videos = table("v", {"hug": 24, "run": 20}) if videos is None else videos
    images = table("i", {"hug": 30, "run": 22}) if images is None else images
    return ratio_samples.draw(images, videos, **{"ratio": 0.3, "seed": 0, **changes})


def counts(found: pd.DataFrame) -> dict:
    return found.groupby(["role", "class"]).size().to_dict()


def ids(found: pd.DataFrame, role: str) -> set[str]:
    return set(found[found["role"] == role]["id"])


def test_each_class_has_as_many_samples_as_the_smallest():
    """Twenty a class: 6 videos train with 6 images, 14 are for the test."""
    wanted = {("image", "hug"): 6, ("image", "run"): 6, ("train", "hug"): 6, ("train", "run"): 6}
    assert counts(sample()) == {**wanted, ("test", "hug"): 14, ("test", "run"): 14}


def test_the_papers_numbers():
    """110 a class, 10 %: 11 and 99 videos; 50 a class: 5 and 45."""
    for size, train in ((110, 11), (50, 5)):
        given = {name: table(name, {"hug": 120, "run": 130}) for name in ("videos", "images")}
        found = counts(sample(**given, ratio=0.1, per_class=size))
        assert (found["train", "hug"], found["test", "hug"], found["image", "run"]) == (train, size - train, train)


def test_training_samples_of_ratios_are_nested_and_a_test_video_never_trains():
    small, large = (sample(ratio=ratio) for ratio in (0.1, 0.5))
    for role in ("train", "image"):
        assert ids(small, role) < ids(large, role)
    assert not ids(small, "train") & ids(small, "test")
    assert ids(small, "train") | ids(small, "test") == ids(large, "train") | ids(large, "test")


def test_a_seed_repeats_and_another_draws_anew_whatever_the_order_of_rows():
    videos = table("v", {"hug": 24, "run": 20})
    first, again, other = sample(), sample(videos=videos[::-1]), sample(seed=1)
    assert first.reset_index(drop=True).equals(again.reset_index(drop=True))
    assert ids(first, "train") != ids(other, "train")


def test_all_images_that_take_part_may_train():
    assert counts(sample(image_ratio="all"))["image", "hug"] == 20


def test_recordings_stay_on_one_side():
    videos = table("v", {"hug": 24, "run": 20})
    videos["id"] = [f"{row['class']}_g{k // 4}_c{k % 4}" for k, row in enumerate(videos.to_dict("records"))]
    found = sample(videos=videos, cut="group", ratio=0.25, group_of=lambda name: name.rpartition("_")[0])
    sides = [{name.rpartition("_")[0] for name in ids(found, role)} for role in ("train", "test")]
    assert not sides[0] & sides[1]
    assert counts(found)["train", "run"] >= 5


def by_film(clips: int, **changes) -> tuple[pd.DataFrame, list[set[str]]]:
    """A sample cut by films, and the films of training and of test clips.

    Forty clips of each of three classes; clip k is of film k // `clips` whatever its class, as in HMDB51.
    """

    def film(name: str) -> str:
        return f"film{int(name.strip('hugkisrn')) // clips}"

    given = {kind: table(kind, {"hug": 40, "kiss": 40, "run": 40}) for kind in ("videos", "images")}
    found = sample(**given, cut="group", group_of=film, **changes)
    return found, [{film(name) for name in ids(found, role)} for role in ("train", "test")]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("per_class", [None, 25])  # all clips take part, or other ones of a film in each class
def test_a_recording_of_several_classes_stays_on_one_side(seed, per_class):
    found, sides = by_film(4, ratio=0.3, seed=seed, per_class=per_class)
    assert not sides[0] & sides[1]
    size = per_class or 40
    for name in ("hug", "kiss", "run"):
        assert counts(found)["train", name] >= round(0.3 * size)
        assert counts(found)["train", name] + counts(found)["test", name] == size


def test_training_recordings_of_ratios_are_nested_and_seeds_differ():
    for seed in range(5):
        drawn = [by_film(3, ratio=ratio, seed=seed, per_class=25)[0] for ratio in (0.1, 0.2, 0.4, 0.5)]
        assert ids(drawn[0], "train") < ids(drawn[-1], "train")
        for small, large in itertools.pairwise(drawn):
            assert ids(small, "train") <= ids(large, "train")
    assert by_film(4, seed=0)[1] != by_film(4, seed=1)[1]


def test_official_lists_are_kept():
    videos = table("v", {"hug": 24, "run": 20}, subset="train")
    videos.loc[videos.index % 4 == 0, "subset"] = "test"
    found = sample(videos=videos, cut="official", ratio=1 / 3)
    assert ids(found, "test") == set(videos[videos["subset"] == "test"]["id"])
    assert counts(found)["train", "hug"] == counts(found)["image", "hug"] == 6  # of 18
    assert counts(sample(videos=videos, cut="official", ratio=0.001))["train", "run"] == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ratio": 0.0}, r"^ratio: 0\.0 found, a share in \(0, 1\] wanted"),
        ({"cut": "half"}, r"^cut: 'half' found, one of random, group, official wanted"),
        ({"image_ratio": "few"}, r"^image_ratio: 'few' found, one of same, all wanted"),
        ({"per_class": 21}, r"^per_class: 21 found, at most 20 wanted, what the smallest class has"),
        ({"ratio": 1.0}, r"^class 'hug': no video is left for the test; lower the ratio, or add videos"),
        ({"images": table("i", {"hug": 5})}, r"^classes \['run'\] found among videos or images alone"),
        (
            {"videos": table("v", {"hug": 4, "run": 4}, subset="train"), "cut": "official"},
            r"^class 'hug': videos in the lists \['train'\] found, some in train and test wanted",
        ),
    ],
)
def test_unfit_choices_are_named(changes, message):
    with pytest.raises(ValueError, match=message):
        sample(**changes)
