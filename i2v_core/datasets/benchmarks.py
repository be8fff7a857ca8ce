"""A benchmark split as tables: classes, labelled source, target lists without labels, and the target labels apart."""

from typing import NamedTuple

import pandas as pd

PROTOCOLS = ("official_splits", "all_videos")


class Domain(NamedTuple):
    """One dataset of a benchmark: its name in params.yaml, its name in the class maps, and its index."""

    name: str
    dataset: str
    index: pd.DataFrame


class Tables(NamedTuple):
    """`classes` (index, class), `source` (id, dataset, class, label), the target's lists (id, dataset) and labels."""

    classes: pd.DataFrame
    source: pd.DataFrame
    target_train: pd.DataFrame
    target_test: pd.DataFrame
    target_labels: pd.DataFrame


def tables(
    pairs: pd.DataFrame,
    sources: list[Domain],
    target: Domain,
    *,
    classes: list[str],
    split: int,
    protocol: str,
    transductive: bool,
    groups_official: bool,
) -> Tables:
    """The five tables of one split. Class indices follow the order of the target class names by code point.

    pairs            a class map (see `mapping.read`)
    classes          the target classes to keep; empty = all of the map, and then each of its source classes must occur
    protocol         official_splits: train and test of `split`; all_videos: both lists are all videos
    transductive     the train list also holds the test videos (still without labels)
    groups_official  the target's groups must not straddle train and test of an official split
    Choice: of a source of videos, official_splits takes the training videos of the same split number.
    Raises ValueError for a class, dataset, split or protocol that does not fit, and for a class without items.
    """
    _check_choices(split, protocol)
    wanted = _restricted(pairs, sources, target, classes)
    names = sorted(set(wanted["target_class"]))
    source = pd.concat([_source(wanted, domain, split, protocol) for domain in sources])
    _check_source(wanted, source, strict=not classes)
    train, test = _parts(target, names, split, protocol)
    if groups_official and protocol == "official_splits":
        _check_groups(target.name, train, test, split)
    if transductive and protocol == "official_splits":
        train = pd.concat([train, test])
    labelled = pd.concat([train, test]).drop_duplicates("id").sort_values("id")
    return Tables(
        classes=pd.DataFrame({"index": range(len(names)), "class": names}),
        source=_numbered(source.sort_values(["dataset", "id"]), names, ["id", "dataset", "class", "label"]),
        target_train=_unlabelled(train, target.name),
        target_test=_unlabelled(test, target.name),
        target_labels=_numbered(labelled, names, ["id", "class", "label"]),
    )


def _check_choices(split: int, protocol: str) -> None:
    if protocol not in PROTOCOLS:
        raise ValueError(f"protocol {protocol!r} found, one of {list(PROTOCOLS)} wanted; correct the benchmark")
    if split not in (1, 2, 3):
        raise ValueError(f"split {split} found, 1, 2 or 3 wanted; correct the benchmark's splits")


def _restricted(pairs: pd.DataFrame, sources: list[Domain], target: Domain, classes: list[str]) -> pd.DataFrame:
    """Rows of the class map for `classes` and the given source datasets."""
    if set(pairs["target_dataset"]) != {target.dataset}:
        expected = pairs["target_dataset"].iloc[0]
        raise ValueError(
            f"target {target.name}: {target.dataset} found, {expected} wanted by the class map; change one of them"
        )
    for domain in sources:
        if domain.dataset not in set(pairs["source_dataset"]):
            expected = sorted(set(pairs["source_dataset"]))
            raise ValueError(f"source {domain.name}: {domain.dataset} found, one of {expected} wanted by the class map")
    if len({domain.name for domain in sources}) < len(sources):
        raise ValueError(f"sources {[domain.name for domain in sources]} found, each dataset once wanted")
    if len(set(classes)) < len(classes):
        raise ValueError(f"classes {classes} found, each class once wanted; correct the benchmark's classes")
    if not sources:
        raise ValueError("sources: none found, at least one wanted; name a dataset in the benchmark's sources")
    known = sorted(set(pairs["target_class"]))
    unknown = sorted(set(classes) - set(known))
    if unknown:
        raise ValueError(f"class {', '.join(unknown)} found, some of {known} wanted; correct the benchmark's classes")
    return pairs[pairs["target_class"].isin(classes)] if classes else pairs


def _source(wanted: pd.DataFrame, domain: Domain, split: int, protocol: str) -> pd.DataFrame:
    """Source items of one dataset: id, dataset, class (the target's name) and the source class they come from."""
    rows = wanted[wanted["source_dataset"] == domain.dataset]
    target_class = dict(zip(rows["source_class"], rows["target_class"], strict=True))
    index = _unique(domain)
    items = index[index["label"].isin(target_class)]
    if protocol == "official_splits":
        items = items[items[f"split{split}"] == "train"]
    return pd.DataFrame(
        {
            "id": items["id"],
            "dataset": domain.name,
            "class": items["label"].map(target_class),
            "source_class": items["label"],
            "source_dataset": domain.dataset,
        }
    )


def _check_source(wanted: pd.DataFrame, source: pd.DataFrame, *, strict: bool) -> None:
    """Raises ValueError if a target class, or under `strict` a source class of the map, has no source item."""
    present = set(zip(source["source_dataset"], source["source_class"], strict=True))
    fed = set(source["class"])
    lost = [
        f"{row['target_class']} (from {row['source_dataset']} {row['source_class']})"
        for _, row in wanted.iterrows()
        if (row["source_dataset"], row["source_class"]) not in present and (strict or row["target_class"] not in fed)
    ]
    if lost:
        given = sorted(set(source["dataset"]))
        raise ValueError(
            f"no source item of class {', '.join(lost)}; sources with items: {given}; "
            "complete the dataset, add a source or name fewer classes in the benchmark's classes"
        )


def _unique(domain: Domain) -> pd.DataFrame:
    twice = domain.index.loc[domain.index["id"].duplicated(), "id"]
    if len(twice):
        raise ValueError(f"index of {domain.name}: id {twice.iloc[0]} found twice, once wanted; make the index again")
    return domain.index


def _parts(target: Domain, names: list[str], split: int, protocol: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The target's train and test videos of the classes `names`, with a column `class`."""
    videos = _unique(target)
    videos = videos[videos["label"].isin(names)].rename(columns={"label": "class"})
    everything = protocol == "all_videos"
    parts = {part: videos if everything else videos[videos[f"split{split}"] == part] for part in ("train", "test")}
    for part, rows in parts.items():
        absent = sorted(set(names) - set(rows["class"]))
        if absent:
            raise ValueError(
                f"{target.name}: no {part} video in split {split} of class {', '.join(absent)}; videos of each class "
                "wanted; complete the dataset or name fewer classes in the benchmark's classes"
            )
    return parts["train"], parts["test"]


def _check_groups(name: str, train: pd.DataFrame, test: pd.DataFrame, split: int) -> None:
    shared = sorted((set(train["group"]) & set(test["group"])) - {""})
    if shared:
        raise ValueError(
            f"{name}: group {shared[0]} found in train and test of split {split} ({len(shared)} such groups), "
            "each group in one part wanted; compare the split lists with the official ones"
        )


def _unlabelled(videos: pd.DataFrame, name: str) -> pd.DataFrame:
    return pd.DataFrame({"id": videos["id"], "dataset": name}).sort_values("id")


def _numbered(rows: pd.DataFrame, names: list[str], columns: list[str]) -> pd.DataFrame:
    return rows.assign(label=rows["class"].map({name: number for number, name in enumerate(names)}))[columns]
