"""Labelled images, one folder a class: `<class>/<file>`. The class is the name of the folder."""

from pathlib import Path

from i2v_core.datasets import listing

DATASET = "folders"
EXPECTED = "<class>/<image>"


def index(root: Path, *, counts: dict | None = None):
    """Catalog and problems of a folder of class folders; see `listing.tables` for both tables.

    Raises FileNotFoundError if there is no class folder.
    """
    root = Path(root)
    listing.require(root, EXPECTED)
    folders, _ = listing.scan(root)
    if not folders:
        raise listing.nothing_found(root, EXPECTED)
    items, problems = listing.class_images(root, "", {name: name for name in folders})
    return listing.tables(items, problems, counts)
