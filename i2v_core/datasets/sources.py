"""Where data sets come from, their published counts and terms: the table sources.csv, a row a layout."""

from pathlib import Path

from i2v_core import storage

TABLE = Path(__file__).parent / "sources.csv"
COLUMNS = ("key", "name", "counts", "homepage", "licence", "download", "read_in")


def of(layout: str) -> dict[str, str]:
    """The row of a layout, its columns by name; nothing for a layout of own data."""
    table = storage.read_csv(TABLE, COLUMNS).set_index("key")
    return table.loc[layout].to_dict() if layout in table.index else {}
