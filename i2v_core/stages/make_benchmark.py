"""Materialises one split of a benchmark; the target's labels go to a file of their own."""

from pathlib import Path

from i2v_core import cli, storage
from i2v_core.datasets import benchmarks, catalog, listing, mapping


def run(
    *,
    class_map: str,
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
    out_classes: Path,
    out_source: Path,
    out_target_train: Path,
    out_target_test: Path,
    out_target_labels: Path,
) -> None:
    """Writes the five tables of `benchmarks.tables`. Names are the datasets' keys in params.yaml.

    Raises ValueError if the source lists differ in length, and for what `benchmarks.tables` refuses.
    """
    if not len(source_names) == len(source_layouts) == len(source_indexes):
        found = (len(source_names), len(source_layouts), len(source_indexes))
        raise ValueError(f"source names, layouts and indexes: {found} found, as many of each wanted; correct the rule")
    made = benchmarks.tables(
        mapping.read(class_map),
        [_domain(*source) for source in zip(source_names, source_layouts, source_indexes, strict=True)],
        _domain(target_name, target_layout, target_index),
        classes=classes,
        split=split,
        protocol=protocol,
        transductive=transductive,
        groups_official=target_layout == "ucf101",
    )
    paths = (out_classes, out_source, out_target_train, out_target_test, out_target_labels)
    for table, path in zip(made, paths, strict=True):
        storage.write_csv(table, path)


def _domain(name: str, layout: str, index: Path) -> benchmarks.Domain:
    table = storage.read_csv(index, listing.CATALOG_COLUMNS)
    return benchmarks.Domain(name, catalog.importer(layout).DATASET, table)


if __name__ == "__main__":
    cli.entry(run)
