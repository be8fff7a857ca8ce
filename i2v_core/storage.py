"""Writing and reading of artifacts: every file appears whole under its final name, or not at all."""

import glob
import hashlib
import io
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd

_keeps_files = True


def discard_writes() -> None:
    """From now on this process keeps no file that it writes: another one of the same training writes the same."""
    global _keeps_files
    _keeps_files = False


def keeps_files() -> bool:
    """Whether this process keeps what it writes; where it does not, large files need not be made."""
    return _keeps_files


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Yields a temporary path beside `path`; renames it to `path` on success, removes it on any error.

    The temporary name keeps the suffix (writers choose a format by it) and holds the process id, so that two
    processes never share one. Works for a file or a folder that the caller creates.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path)
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.partial{path.suffix}")
    try:
        yield temporary
        if not _keeps_files:
            remove(temporary)
            return
        if path.is_dir():
            shutil.rmtree(path)
        os.replace(temporary, path)
    except BaseException:
        remove(temporary)
        raise


def remove(path: Path) -> None:
    """Removes a file, or a folder with all in it; nothing happens where there is none."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _sweep(path: Path) -> None:
    """Removes what killed processes left of `path`; a living process keeps its own."""
    for left in path.parent.glob(f".{glob.escape(path.stem)}.*.partial{glob.escape(path.suffix)}"):
        owner = left.name.removesuffix(f".partial{path.suffix}").rpartition(".")[2]
        if not Path(f"/proc/{owner}").exists() and Path("/proc").is_dir():
            shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Writes a table without its index; floats with six decimals, so that equal numbers give equal bytes."""
    if not _keeps_files:
        return
    with atomic(path) as temporary:
        table.to_csv(temporary, index=False, float_format="%.6f", lineterminator="\n")


def read_csv(path: Path, columns: tuple[str, ...] = ()) -> pd.DataFrame:
    """Reads a table and checks that it has `columns`. Text stays text: no value is read as missing.

    Raises FileNotFoundError if there is no such file, ValueError if it is no table or a column is absent.
    """
    text = dict.fromkeys(("id", "dataset", "class", "label", "group"), str)
    try:
        table = pd.read_csv(path, keep_default_na=False, dtype=text)
    except ValueError as error:  # empty, not UTF-8, or rows of unequal length; pandas does not name the file
        raise ValueError(f"{path}: not a CSV table ({error}); make the file again") from None
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise ValueError(f"{path}: columns {list(table.columns)} found, {missing} wanted besides; make the file again")
    return table


def keys(table: pd.DataFrame) -> list[str]:
    """Keys in the stores of a split table's rows: `<dataset>/<id>`."""
    return (table["dataset"] + "/" + table["id"]).tolist()


def write_json(content: object, path: Path) -> None:
    """Writes JSON with sorted keys and a final newline."""
    if not _keeps_files:
        return
    with atomic(path) as temporary:
        temporary.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n")


def read_json(path: Path) -> object:
    """Reads JSON. Raises ValueError with the file's name if it does not parse."""
    try:
        return json.loads(Path(path).read_text())
    except json.JSONDecodeError as error:
        raise ValueError(f"{path}: not valid JSON ({error}); make the file again") from None


def save_weights(content: dict, path: Path) -> None:
    """Saves tensors and plain values with torch; equal content gives equal bytes, whatever the file is called."""
    if not _keeps_files:
        return
    import torch

    buffer = io.BytesIO()
    torch.save(content, buffer)
    with atomic(path) as temporary:
        temporary.write_bytes(buffer.getvalue())


def load_weights(path: Path) -> dict:
    """Loads what `save_weights` or a public checkpoint holds, without executing pickled code, onto the CPU.

    A torch file of any age, or one named .safetensors, as timm and transformers store weights. Raises FileNotFoundError
    if there is no such file, ValueError if it is not a safe file of these.
    """
    import torch

    if not Path(path).is_file():
        raise FileNotFoundError(f"{path}: no such checkpoint; check the path in params.yaml")
    try:
        if Path(path).suffix == ".safetensors":
            from safetensors.torch import load_file

            return load_file(path)
        return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ValueError(
            f"{path}: not a checkpoint that loads safely ({reason}); a torch file of tensors wanted"
        ) from None


def digest(array: np.ndarray) -> str:
    """Short content hash of an array, for logs and tests."""
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:16]
