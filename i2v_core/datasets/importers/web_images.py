"""Images as a crawler leaves them: `<class>/**/<file>`, a folder for each search query, however deep below it.

The class is the first folder. What crawlers leave beside images (pages, lists, half files) is let be, anything else is
a problem.
"""

from pathlib import Path

from i2v_core.datasets import crawled, listing

DATASET = "web images"
EXPECTED = "<class>/<image>, perhaps in folders below the class"


def index(root: Path, *, counts: dict | None = None):
    """Catalog and problems of a folder of search queries; see `listing.tables` for both tables.

    Raises FileNotFoundError if there is no class folder.
    """
    items, problems = crawled.items(Path(root), "image", listing.IMAGE_SUFFIXES, EXPECTED)
    return listing.tables(items, problems, counts)
