"""Still DB: the still images of Ikizler and others (2008), class folders of images at any depth.

Only the six class names are known, from papers; how the archive is laid out could not be sourced.
Choice: folders that are named as the classes, in any spelling or by an alias, images in them or in their train and test
folders. Choice: all images are labelled source images, so every split column says train.
"""

from pathlib import Path

from i2v_core.datasets import class_folders, listing

DATASET = "StillDB"
EXPECTED = "<class>/<image> for the classes of Still DB"
CLASSES = ("catching", "crouching", "kicking", "running", "throwing", "walking")
TREE = class_folders.Tree(EXPECTED, {name: name for name in CLASSES}, parts=("train", "test"))


def index(
    root: Path,
    *,
    counts: dict | None = None,
    aliases: dict[str, str] | None = None,
    classes: list[str] | None = None,
):
    """Catalog and problems of a Still DB folder; see `listing.tables` for both tables, `class_folders` for options.

    Raises FileNotFoundError if there is no class folder, ValueError for a class or an alias that is not known.
    """
    listing.require(root, EXPECTED)
    return class_folders.index(Path(root), TREE, classes=classes, aliases=aliases, counts=counts)
