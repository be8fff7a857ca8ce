"""PPMI (people playing musical instruments): `norm_image/play_instrument/<instrument>/{train,test}/<image>`.

Sourced, from code of others that reads the archives norm_ppmi_7class.zip and norm_ppmi_12class.zip: the folders
norm_image, play_instrument and with_instrument, one folder an instrument in either, train and test below, a README.
Only who plays is of the class; with_instrument (who merely holds one) is not looked at. The train and test images
together are labelled source images, so every split column says train; a part stands in the ids.
Choice: the class is named playing_<instrument>, as with_instrument has folders of the same names.
Choice: the archives of the original images were not sourced; original_image is taken where norm_image is absent, and
play_instrument may also lie in the root. The spelling of some of the twelve folders was not seen: any spelling matches.
"""

from pathlib import Path

from i2v_core.datasets import class_folders, listing

DATASET = "PPMI"
EXPECTED = "norm_image/play_instrument/<instrument>/{train,test}/<image>"
PLACES = ("norm_image/play_instrument", "original_image/play_instrument", "play_instrument")
INSTRUMENTS = ("bassoon", "cello", "clarinet", "erhu", "flute", "frenchhorn")
INSTRUMENTS += ("guitar", "harp", "recorder", "saxophone", "trumpet", "violin")
CLASSES = tuple(f"playing_{name}" for name in INSTRUMENTS)
TREE = class_folders.Tree(EXPECTED, dict(zip(INSTRUMENTS, CLASSES, strict=True)), parts=("train", "test"))


def index(
    root: Path,
    *,
    counts: dict | None = None,
    aliases: dict[str, str] | None = None,
    classes: list[str] | None = None,
):
    """Catalog and problems of a PPMI folder; see `listing.tables` for both tables, `class_folders` for options.

    Raises FileNotFoundError if there is no play_instrument or no instrument in it, ValueError for a class or an alias
    that is not known.
    """
    root = Path(root)
    listing.require(root, EXPECTED)
    found = [place for place in PLACES if (root / place).is_dir()]
    if not found:
        raise listing.nothing_found(root, EXPECTED)
    return class_folders.index(root, TREE, folder=found[0], classes=classes, aliases=aliases, counts=counts)
