"""HII (human interaction images): ten class folders of images.

The spelling of the folders in the archive is not documented. A folder is matched to a class without regard to case,
`_`, `-` and blanks, or by the dataset's `aliases` in params.yaml (folder name: class name). They may lie inside a
folder that the archive leaves around them, if nothing else does.
"""

from pathlib import Path

from i2v_core.datasets import listing

DATASET = "HII"
EXPECTED = "<class>/<image> for the classes of HII"
CLASSES = ("boxing-punching", "dining", "handshaking", "highfive", "hugging")
CLASSES += ("kicking", "kissing", "partying", "speech", "talking")
HII_IMAGES, HIIV2_IMAGES = 1972, 10502  # dataset page; the second release has the same classes


def index(root: Path, *, counts: dict | None = None, aliases: dict[str, str] | None = None):
    """Catalog and problems of an HII folder; see `listing.tables` for both tables.

    As many images as HIIv2 has are reported as a wrong-count whatever `counts` says. Raises FileNotFoundError if there
    is no class folder, ValueError for an alias to an unknown class or of a folder that is not there.
    """
    root = Path(root)
    listing.require(root, EXPECTED)
    classes = {listing.normalised(name): name for name in CLASSES}
    place = listing.unwrapped(root, lambda name: name in (aliases or {}) or listing.normalised(name) in classes)
    folders, _ = listing.scan(root / place)
    if not folders:
        raise listing.nothing_found(root, EXPECTED)
    for folder, label in (aliases or {}).items():
        if listing.normalised(label) not in classes:
            raise ValueError(
                f"aliases: {folder!r} stands for {label!r}, one of {list(CLASSES)} wanted; correct the alias"
            )
        if folder not in folders:
            raise ValueError(f"aliases: {folder!r} is no folder in {root / place}, {folders} found; correct the alias")
    labels, problems = {}, []
    for folder in folders:
        label = classes.get(listing.normalised((aliases or {}).get(folder, folder)))
        if label:
            labels[folder] = label
        else:
            wanted = f"one of {' '.join(CLASSES)}, or an alias for the folder"
            problems.append((listing.below(place, folder), "unknown-class", f"class folder {folder}", wanted))
    items, found = listing.class_images(root, place, labels)
    if len(items) == HIIV2_IMAGES:
        problems.append((".", "wrong-count", f"{len(items)} images: this is HIIv2", f"{HII_IMAGES} images of HII"))
    return listing.tables(items, problems + found, counts)
