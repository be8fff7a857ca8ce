"""Videos as a downloader leaves them: `<class>/**/<file>`, a folder for each search query, however deep below it.

The class is the first folder. What downloaders leave beside videos (descriptions, subtitles, pictures, half files) is
let be, anything else is a problem.
"""

from pathlib import Path

from i2v_core.datasets import crawled, listing

DATASET = "web videos"
EXPECTED = "<class>/<video>, perhaps in folders below the class"


def index(root: Path, *, counts: dict | None = None):
    """Catalog and problems of a folder of search queries; see `listing.tables` for both tables.

    Raises FileNotFoundError if there is no class folder.
    """
    items, problems = crawled.items(Path(root), "video", listing.ANY_VIDEO_SUFFIXES, EXPECTED)
    return listing.tables(items, problems, counts)
