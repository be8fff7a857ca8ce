"""Materialises one split of a benchmark; the target's labels go to a file of their own."""

from pathlib import Path

import pandas as pd

from i2v_core import cli, storage
from i2v_core.datasets import benchmarks, catalog, listing, mapping


def run(
    *,
    class_map: list[str],
    classes: list[str],
    source_names: list[str],
    source_layouts: list[str],
    source_indexes: list[Path],
    target_name: str,
    target_layout: str,
    target_index: Path,
    split: int,
    protocol: str,
    transductive: bool,
    sampling: dict | None = None,
    sampling_seed: int = 0,
    out_classes: Path,
    out_source: Path,
    out_target_train: Path,
    out_target_test: Path,
    out_target_labels: Path,
) -> None:
    """Writes the five tables of `benchmarks.tables`. Names are the datasets' keys in params.yaml.

    class_map: one or more, see `mapping.joint`, or `own`, see `mapping.own`.
    sampling: of sources, {<name>: {"per_class": 50}} or {"share": 0.05}.
    Raises ValueError if the source lists differ in length, and for what `benchmarks.tables` refuses.
    """
    if not len(source_names) == len(source_layouts) == len(source_indexes):
        found = (len(source_names), len(source_layouts), len(source_indexes))
        raise ValueError(f"source names, layouts and indexes: {found} found, as many of each wanted; correct the rule")
    sources = [_domain(*source) for source in zip(source_names, source_layouts, source_indexes, strict=True)]
    target = _domain(target_name, target_layout, target_index)
    made = benchmarks.tables(
        _own(sources, target) if class_map == [mapping.OWN] else mapping.joint(class_map),
        sources,
        target,
        classes=classes,
        split=split,
        protocol=protocol,
        transductive=transductive,
        sampling=sampling,
        sampling_seed=sampling_seed,
    )
    paths = (out_classes, out_source, out_target_train, out_target_test, out_target_labels)
    for table, path in zip(made, paths, strict=True):
        storage.write_csv(table, path)


def _own(sources: list[benchmarks.Domain], target: benchmarks.Domain) -> pd.DataFrame:
    """Each class folder of the sources as a class."""
    labels: dict[str, list[str]] = {}
    for domain in sources:
        labels.setdefault(domain.dataset, []).extend(domain.index["label"])
    return mapping.own(labels, target.dataset)


def _domain(name: str, layout: str, index: Path) -> benchmarks.Domain:
    importer = catalog.importer(layout)
    table = storage.read_csv(index, listing.CATALOG_COLUMNS)
    return benchmarks.Domain(name, importer.DATASET, table, getattr(importer, "GROUPS_OFFICIAL", False))


if __name__ == "__main__":
    cli.entry(run)
