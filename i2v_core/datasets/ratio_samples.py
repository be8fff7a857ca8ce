"""Samples of DIVAFN's protocol: a share of a video data set trains with its labels, the rest is for the test.

DIVAFN (section IV.A) takes the same number of videos and images of each class; 10 to 50 % of the videos and, as each
training sample is a triplet of an image, a video and its keyframe, as many images are for training. On BU101 -> UCF101
it takes shares of the official training lists and tests on the official test lists.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from i2v_core.seeding import generator

COLUMNS = ("role", "id", "dataset", "class", "label")
CUTS = ("random", "group", "official")
IMAGES = ("same", "all")


def draw(
    images: pd.DataFrame,
    videos: pd.DataFrame,
    *,
    ratio: float,
    per_class: int | None = None,
    cut: str = "random",
    image_ratio: str = "same",
    seed: int,
    group_of: Callable[[str], str] = str,
) -> pd.DataFrame:
    """One row per sample with columns COLUMNS, role "image", "train" or "test", in the order of the input.

    images: id, dataset, class, label. videos: the same, and for the cut "official" a column `subset`, train or test.
    ratio: share of the videos of a class that train, in (0, 1]; rounded to the nearest, at least one video.
    per_class: videos and images of each class that take part at all. Choice: without it as many as the smallest class
    has, of videos or images, which the paper's numbers (110, 50, 100) look like.
    cut: "random", as the paper; "group": clips of one recording (`group_of` an id) stay on one side, whatever their
    classes, which the paper's cut does not promise; "official": `ratio` of the training list, the whole test list, and
    `per_class` not used.
    image_ratio: "same", as many images of a class as training videos, as far as there are; or "all" that take part.
    seed: of what is drawn. Training samples of a smaller ratio are among those of a larger one of the same seed.
    Raises ValueError for an unknown choice, a ratio out of (0, 1], or a class without a video or image for a role.
    """
    _check(ratio, cut, image_ratio)
    classes = sorted(set(videos["class"]))
    if sorted(set(images["class"])) != classes:
        odd = sorted(set(images["class"]) ^ set(classes))
        raise ValueError(f"classes {odd} found among videos or images alone, the same classes of both wanted")
    counts = [part["class"].value_counts().min() for part in (videos, images)]
    size = per_class or min(counts)
    if cut != "official" and size > min(counts):
        raise ValueError(f"per_class: {size} found, at most {min(counts)} wanted, what the smallest class has")
    chosen = _chosen(videos, classes, cut, ratio, size, seed, group_of)
    parts = []
    for name in classes:
        photos = images[images["class"] == name]
        limit = len(photos) if cut == "official" else size
        wanted = limit if image_ratio == "all" else min(limit, int((chosen[name]["role"] == "train").sum()))
        parts += [_shuffled(photos, seed, "images", name)[:wanted].assign(role="image"), chosen[name]]
    joint = pd.concat(parts)[list(COLUMNS)]
    order = {role: place for place, role in enumerate(("image", "train", "test"))}
    return joint.sort_values(["role", "dataset", "id"], key=lambda x: x.map(order) if x.name == "role" else x)


def _chosen(
    videos: pd.DataFrame,
    classes: list[str],
    cut: str,
    ratio: float,
    size: int,
    seed: int,
    group_of: Callable[[str], str],
) -> dict[str, pd.DataFrame]:
    """Training and test videos by class."""
    of_class = {name: videos[videos["class"] == name] for name in classes}
    if cut == "official":
        return {name: _official(part, ratio, seed) for name, part in of_class.items()}
    drawn = {name: _shuffled(part, seed, "videos", name)[:size] for name, part in of_class.items()}
    wanted = max(1, _rounded(ratio * size))
    if cut == "random":
        is_train = {name: np.arange(size) < wanted for name in drawn}
    else:
        train = _training_groups(drawn, wanted, seed, group_of)
        is_train = {name: part["id"].map(group_of).isin(train).to_numpy() for name, part in drawn.items()}
    for name, of_train in is_train.items():
        if of_train.all():
            raise ValueError(f"class {name!r}: no video is left for the test; lower the ratio, or add videos")
    return {name: part.assign(role=np.where(is_train[name], "train", "test")) for name, part in drawn.items()}


def _training_groups(
    drawn: dict[str, pd.DataFrame], wanted: int, seed: int, group_of: Callable[[str], str]
) -> set[str]:
    """Groups that train, decided once for all classes, since a recording may have clips of several.

    In one order of all groups, those are taken that have a clip of a class which still lacks some. A class may get more
    than `wanted` by groups that others lack. With more wanted, a class lacks some wherever it did before: nested.
    """
    counts = pd.concat(drawn.values()).assign(group=lambda table: table["id"].map(group_of))
    counts = counts.groupby(["group", "class"]).size().unstack(fill_value=0)  # groups in the order of their names
    lacking, train = pd.Series(wanted, counts.columns), set()
    for place in generator(seed, "ratio sample", "groups").permutation(len(counts)):
        clips = counts.iloc[place]
        if ((clips > 0) & (lacking > 0)).any():
            train.add(counts.index[place])
            lacking -= clips
    return train


def _official(videos: pd.DataFrame, ratio: float, seed: int) -> pd.DataFrame:
    """A share of the training list of one class, and its test list."""
    name, parts = videos["class"].iloc[0], dict(tuple(videos.groupby("subset")))
    if set(parts) != {"train", "test"}:
        raise ValueError(f"class {name!r}: videos in the lists {sorted(parts)} found, some in train and test wanted")
    wanted = max(1, _rounded(ratio * len(parts["train"])))
    train = _shuffled(parts["train"], seed, "videos", name)[:wanted]
    return pd.concat([train.assign(role="train"), parts["test"].assign(role="test")])


def _shuffled(table: pd.DataFrame, seed: int, kind: str, name: str) -> pd.DataFrame:
    ordered = table.sort_values(["dataset", "id"])
    return ordered.iloc[generator(seed, "ratio sample", kind, name).permutation(len(ordered))]


def _rounded(count: float) -> int:
    """Halves up: 5.5 is 6."""
    return int(np.floor(count + 0.5))


def _check(ratio: float, cut: str, image_ratio: str) -> None:
    if not 0 < ratio <= 1:
        raise ValueError(f"ratio: {ratio} found, a share in (0, 1] wanted")
    for name, found, allowed in (("cut", cut, CUTS), ("image_ratio", image_ratio, IMAGES)):
        if found not in allowed:
            raise ValueError(f"{name}: {found!r} found, one of {', '.join(allowed)} wanted; see params.yaml")
