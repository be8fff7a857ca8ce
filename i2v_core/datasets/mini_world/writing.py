"""A data set of either world as a folder, whole or not at all, with its table of contents."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from i2v_core import storage


def write(writer: Callable[..., None], out: Path, listing: Path, *arguments: object) -> None:
    """Calls `writer(folder, *arguments)` on an empty folder that becomes `out`, then writes `listing`.

    listing: CSV `path, bytes, sha256` of all files: later steps depend on it, as a folder has no content to compare.
    """
    with storage.atomic(out) as temporary:
        temporary.mkdir()
        writer(temporary, *arguments)
    files = sorted(path for path in out.rglob("*") if path.is_file())
    rows = [
        (path.relative_to(out).as_posix(), path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest())
        for path in files
    ]
    storage.write_csv(pd.DataFrame(rows, columns=["path", "bytes", "sha256"]), listing)
