"""BU101 (filtered release): `images/<class folder>/<file>` or the class folders directly; images of any format.

Its classes are those of UCF101. The spelling of the folders is not documented (lower case and CamelCase are seen), so
a folder is matched to the official UCF101 name without regard to case, `_`, `-` and blanks. They may lie inside other
folders that archives leave around them, if nothing else does.
"""

from pathlib import Path

import pandas as pd

from i2v_core.datasets import listing

DATASET = "BU101"
EXPECTED = "images/<Class>/<image> or <Class>/<image> for the classes of UCF101"
UCF101_CLASSES = Path(__file__).parent.parent / "ucf101_classes.csv"


def index(root: Path, *, counts: dict | None = None):
    """Catalog and problems of a BU101 folder; see `listing.tables` for both tables.

    Raises FileNotFoundError if there is no class folder.
    """
    root = Path(root)
    listing.require(root, EXPECTED)
    official = {listing.normalised(name): name for name in pd.read_csv(UCF101_CLASSES)["class"]}
    folder = "images" if (root / "images").is_dir() else ""
    inner = listing.unwrapped(root / folder, lambda name: listing.normalised(name) in official)
    folder = "/".join(filter(None, (folder, inner)))
    folders, _ = listing.scan(root / folder)
    if not folders:
        raise listing.nothing_found(root, EXPECTED)
    labels, problems = {}, []
    for name in folders:
        if listing.normalised(name) in official:
            labels[name] = official[listing.normalised(name)]
        else:
            wanted = "a class of UCF101 (spelling is free)"
            problems.append((listing.below(folder, name), "unknown-class", f"class folder {name}", wanted))
    items, found = listing.class_images(root, folder, labels)
    return listing.tables(items, problems + found, counts)
