"""A benchmark split as tables: classes, labelled source, target lists without labels, and the target labels apart."""

import logging
from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from i2v_core.datasets import source_samples

logger = logging.getLogger(__name__)

PROTOCOLS = ("official_splits", "all_videos", "unlabelled")


class Domain(NamedTuple):
    """One dataset of a benchmark: its name in params.yaml, its name in the class maps, and its index.

    groups_official: a group must not straddle train and test of an official split. Where groups are inferred, how many
    do is logged and nothing is refused.
    """

    name: str
    dataset: str
    index: pd.DataFrame
    groups_official: bool = False


class Tables(NamedTuple):
    """`classes` (index, class), `source` (id, dataset, class, label, kind), the target's lists (id, dataset), labels.

    kind is `image` or `video`.
    """

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
    sampling: Mapping[str, Mapping] | None = None,
    sampling_seed: int = 0,
) -> Tables:
    """The five tables of one split. Class indices follow the order of the class names by code point.

    pairs          which class of a dataset is which class (see `mapping.joint`)
    classes        the classes to keep; empty = all of `pairs`, and then each class of the sources must occur
    protocol       official_splits: train and test of `split`; all_videos: both lists are all videos; unlabelled: as
                   all_videos, but most videos, or all, have the label "", and `target_labels` lists the others alone
    transductive   the train list also holds the test videos (still without labels)
    sampling       by source dataset, how much of each class is used (see `source_samples`); none = all. Completeness is
                   checked before; a dataset of which 0 is used counts as none of the sources
    sampling_seed  of the sample alone
    Choice: of a source of videos, official_splits takes the training videos of the same split number.
    Raises ValueError for a class, dataset, split, protocol or sampling that does not fit, for a class without items, a
    target of images, an item that is source and target, and official groups that straddle, of sources as of the target.
    """
    _check_choices(split, protocol)
    sampling = sampling or {}
    source_samples.check(sampling, [domain.name for domain in sources])
    sources = [domain for domain in sources if not source_samples.leaves_out(sampling, domain.name)]
    wanted = _restricted(pairs, sources, target, classes)
    names = sorted(set(wanted["class"]))
    items = [_source(wanted, domain, split, protocol) for domain in sources]
    _check_source(wanted, pd.concat(items), sources, target, strict=not classes)
    if protocol == "unlabelled":
        train = test = _unlabelled_parts(wanted, target)
    else:
        train, test = _parts(wanted, target, names, split, protocol)
        _check_apart(wanted, sources, target, split, protocol)
    source = pd.concat([_sampled(part, sampling, sampling_seed) for part in items])
    if transductive and protocol == "official_splits":
        train = pd.concat([train, test])
    labelled = pd.concat([train, test]).dropna(subset="class").drop_duplicates("id").sort_values("id")
    return Tables(
        classes=pd.DataFrame({"index": range(len(names)), "class": names}),
        source=_numbered(source.sort_values(["dataset", "id"]), names, ["id", "dataset", "class", "label", "kind"]),
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
    """Rows of the class map for `classes`."""
    expected = sorted(set(pairs["dataset"]))
    for role, domain in [("target", target), *(("source", domain) for domain in sources)]:
        if domain.dataset not in expected:
            raise ValueError(
                f"{role} {domain.name}: {domain.dataset} found, one of {expected} wanted by the class map; change one"
            )
    if len({domain.name for domain in sources}) < len(sources):
        raise ValueError(f"sources {[domain.name for domain in sources]} found, each dataset once wanted")
    if len(set(classes)) < len(classes):
        raise ValueError(f"classes {classes} found, each class once wanted; correct the benchmark's classes")
    if not sources:
        raise ValueError(
            "sources: none found, at least one wanted; name a dataset in the benchmark's source or sample of one"
        )
    known = sorted(set(pairs["class"]))
    unknown = sorted(set(classes) - set(known))
    if unknown:
        raise ValueError(f"class {', '.join(unknown)} found, some of {known} wanted; correct the benchmark's classes")
    return pairs[pairs["class"].isin(classes)] if classes else pairs


def _class_of(wanted: pd.DataFrame, dataset: str) -> dict[str, str]:
    """Class by the dataset's own class."""
    rows = wanted[wanted["dataset"] == dataset]
    return dict(zip(rows["dataset_class"], rows["class"], strict=True))


def _source(wanted: pd.DataFrame, domain: Domain, split: int, protocol: str) -> pd.DataFrame:
    """Source items of one dataset: id, dataset, class, kind and the dataset's own class they come from."""
    class_of = _class_of(wanted, domain.dataset)
    index = _unique(domain)
    items = index[index["label"].isin(class_of)]
    if protocol == "official_splits":
        items = items[items[f"split{split}"] == "train"]
    return pd.DataFrame(
        {
            "id": items["id"],
            "dataset": domain.name,
            "class": items["label"].map(class_of),
            "kind": items["kind"],
            "source_class": items["label"],
            "source_dataset": domain.dataset,
        }
    )


def _sampled(items: pd.DataFrame, sampling: Mapping[str, Mapping], seed: int) -> pd.DataFrame:
    rule = sampling.get(items["dataset"].iloc[0]) if len(items) else None
    return source_samples.sample(items, rule, seed) if rule else items


def _check_source(
    wanted: pd.DataFrame, source: pd.DataFrame, sources: list[Domain], target: Domain, *, strict: bool
) -> None:
    """Raises ValueError if a class, or under `strict` a class of a source dataset, has no source item."""
    given = {domain.dataset for domain in sources}
    present = set(zip(source["source_dataset"], source["source_class"], strict=True))
    fed = set(source["class"])
    lost = [
        f"{row['class']} (from {row['dataset']} {row['dataset_class']})"
        for _, row in wanted.iterrows()
        if (row["dataset"] in given or row["dataset"] != target.dataset)
        and (row["dataset"], row["dataset_class"]) not in present
        and ((strict and row["dataset"] in given) or row["class"] not in fed)
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


def _parts(
    wanted: pd.DataFrame, target: Domain, names: list[str], split: int, protocol: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The target's train and test videos of the classes `names`, with a column `class`."""
    class_of = _class_of(wanted, target.dataset)
    videos = _unique(target)
    videos = videos[videos["label"].isin(class_of)].assign(**{"class": lambda rows: rows["label"].map(class_of)})
    if (videos["kind"] != "video").any():
        raise ValueError(f"target {target.name}: images found, videos wanted; take it as a source")
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


def _unlabelled_parts(wanted: pd.DataFrame, target: Domain) -> pd.DataFrame:
    """All videos of the target, with a column `class`, missing where there is no label.

    Choice: that a source has a video of the same id says nothing here, as ids of own folders are paths below them.
    """
    class_of = _class_of(wanted, target.dataset)
    videos = _unique(target)
    unknown = sorted(set(videos["label"]) - set(class_of) - {""})
    if unknown:
        raise ValueError(
            f"{target.name}: label {', '.join(unknown)} found, one of {sorted(class_of)} wanted, the classes of the "
            "sources; correct the table of labels or add a folder of images"
        )
    return videos.assign(**{"class": videos["label"].map(class_of)})


def _check_apart(wanted: pd.DataFrame, sources: list[Domain], target: Domain, split: int, protocol: str) -> None:
    """Raises ValueError if train and test share an official group, or a source and the target a video.

    Videos of two datasets are the same if their ids are: UCF101 holds UCF50's under their names.
    """
    used = {
        domain.name: domain.index[domain.index["label"].isin(_class_of(wanted, domain.dataset))]
        for domain in (*sources, target)
    }
    for domain in (*sources, target):
        if protocol == "official_splits":
            _check_groups(domain, used[domain.name], split)
    for domain in sources:
        items = used[domain.name]
        shared = sorted(set(items.loc[items["kind"] == "video", "id"]) & set(used[target.name]["id"]))
        if shared:
            raise ValueError(
                f"source {domain.name} and target {target.name} share {len(shared)} videos (first: {shared[0]}), none "
                "wanted, as their labels would be known; name other datasets"
            )


def _check_groups(domain: Domain, items: pd.DataFrame, split: int) -> None:
    train, test = (set(items.loc[items[f"split{split}"] == part, "group"]) - {""} for part in ("train", "test"))
    shared = sorted(train & test)
    if shared and domain.groups_official:
        raise ValueError(
            f"{domain.name}: group {shared[0]} found in train and test of split {split} ({len(shared)} such groups), "
            "each group in one part wanted; compare the split lists with the official ones"
        )
    if shared:
        counts = (len(shared), len(train | test))
        logger.info("%s: %d of %d inferred groups in train and test of split %d", domain.name, *counts, split)


def _unlabelled(videos: pd.DataFrame, name: str) -> pd.DataFrame:
    return pd.DataFrame({"id": videos["id"], "dataset": name}).sort_values("id")


def _numbered(rows: pd.DataFrame, names: list[str], columns: list[str]) -> pd.DataFrame:
    return rows.assign(label=rows["class"].map({name: number for number, name in enumerate(names)}))[columns]
