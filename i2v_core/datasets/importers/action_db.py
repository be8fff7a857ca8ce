"""Action DB: the sports images of Gupta, Kembhavi and Davis (PAMI 2009), `<class>/{train,test}/image<nn>.png`.

Sourced, from code of others that reads the archive pami2009_release.zip (its folder is pami09_preRelease): the six
class names as folders, train and test below each, files image01.png to image30.png in train, the outlines in
`<class>/silh`, and `object_annotations` beside the classes. Not sourced: the names in test; any name will do.
The train and test images together are labelled source images, so every split column says train. Names may be those of
the other part again, so the part stands in the ids.
Choice: that this is DIVAFN's "Action DB" is inferred, as it has the four classes that Table II takes from there.
"""

from pathlib import Path

from i2v_core.datasets import class_folders, listing

DATASET = "ActionDB"
EXPECTED = "<class>/{train,test}/<image> for the classes of Action DB"
CLASSES = ("cricket_batting", "cricket_bowling", "croquet", "tennis_forehand", "tennis_serve", "volleyball_smash")
TREE = class_folders.Tree(
    EXPECTED, {name: name for name in CLASSES}, parts=("train", "test"), ignored=("silh", "object_annotations")
)


def index(
    root: Path,
    *,
    counts: dict | None = None,
    aliases: dict[str, str] | None = None,
    classes: list[str] | None = None,
):
    """Catalog and problems of an Action DB folder; see `listing.tables` for both tables, `class_folders` for options.

    Raises FileNotFoundError if there is no class folder, ValueError for a class or an alias that is not known.
    """
    listing.require(root, EXPECTED)
    return class_folders.index(Path(root), TREE, classes=classes, aliases=aliases, counts=counts)
