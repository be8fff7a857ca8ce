"""Tables out of pickles of pandas, read without running anything of them.

A pickle is a program, and loading one runs what its author wrote. Here each name that a pickle asks for must stand in
a list of pandas' and numpy's own, and even these are not called: they become inert notes of what they were given, and
the table is put together from the notes. The list holds what `DataFrame.to_pickle` has written from pandas 0.20 (as of
the files of EPIC-Kitchens-55) to 3: tables of numbers and plain text, one level of labels. Text that pandas keeps in
pyarrow's buffers is not read; tables with it have to be written as CSV, or with a column type of `object`.
"""

import pickle
import re
from pathlib import Path

import numpy as np
import pandas as pd

NAMES = {
    "frame": ("pandas.core.frame DataFrame", "pandas DataFrame"),
    "manager": ("pandas.core.internals.managers BlockManager", "pandas.core.internals BlockManager"),
    "block": ("pandas._libs.internals _unpickle_block",),
    "index": ("pandas.core.indexes.base _new_Index",),
    "index class": ("pandas.core.indexes.base Index", "pandas Index", "pandas.core.indexes.numeric Int64Index"),
    "range class": ("pandas.core.indexes.range RangeIndex", "pandas RangeIndex"),
    "array": ("numpy.core.multiarray _reconstruct", "numpy._core.multiarray _reconstruct"),
    "array class": ("numpy ndarray",),
    "buffer": ("numpy.core.numeric _frombuffer", "numpy._core.numeric _frombuffer"),
    "number type": ("numpy dtype",),
    "text": ("pandas._libs.arrays __pyx_unpickle_NDArrayBacked",),
    "text class": ("pandas.arrays StringArray", "pandas.core.arrays.string_ StringArray"),
    "text type": ("pandas StringDtype", "pandas.core.arrays.string_ StringDtype"),
    "bytes": ("_codecs encode", "__builtin__ bytes"),
    "slice": ("builtins slice", "__builtin__ slice"),
}
ROLES = {name: role for role, names in NAMES.items() for name in names}
NUMBERS = re.compile(r"[iuf][1248]|b1")


class _Note:
    """What stands for a name of pandas or numpy: it keeps what it is called with and does nothing."""

    __slots__ = ("args", "state")
    role = ""

    def __new__(cls, *args: object) -> "_Note":
        note = object.__new__(cls)
        note.args, note.state = args, None
        return note

    def __setstate__(self, state: object) -> None:
        self.state = state


INERT = {role: type(f"Note of {role}", (_Note,), {"__slots__": (), "role": role}) for role in NAMES}


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> type[_Note]:
        asked = f"{module} {name}"
        if asked not in ROLES:
            raise ValueError(f"it asks for {asked}, which is no part of a plain table")
        return INERT[ROLES[asked]]


def read_table(path: Path) -> pd.DataFrame:
    """The table that `DataFrame.to_pickle` wrote to `path`; an index with a name becomes its first column.

    Raises FileNotFoundError if there is no such file; ValueError for a pickle that asks for any other name, which the
    message has, and for one that is damaged or no table. Nothing of the pickle is run in any case.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file; put the pickle there or correct the dataset's root")
    try:
        with path.open("rb") as file:
            return _table(_Reader(file).load())
    except Exception as error:  # damaged bytes end in any kind of error, all with the same meaning here
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ValueError(
            f"{path}: not read as a pickled table ({reason}); get the file anew, or write the table again with pandas"
        ) from None


def _table(frame: object) -> pd.DataFrame:
    state = _expect(frame, "frame").state
    manager = _expect(state.get("_mgr", state.get("_data")), "manager")
    if manager.state is None:  # since pandas 1.3
        blocks, axes = manager.args
        blocks = [_expect(block, "block").args[:2] for block in blocks]
    else:
        content = manager.state[3]["0.14.1"]  # the layout's first version, as all later ones name it
        axes, blocks = content["axes"], [(block["values"], block["mgr_locs"]) for block in content["blocks"]]
    (labels, _), (rows, name) = (_labels(axis) for axis in axes)
    columns: list = [None] * len(labels)
    for values, places in blocks:
        for place, column in zip(_places(places), np.atleast_2d(_array(values)), strict=True):
            columns[place] = column
    if any(column is None or len(column) != len(rows) for column in columns):
        raise ValueError(f"columns {list(labels)} of {len(rows)} rows promised, others found")
    table = pd.DataFrame(dict(zip(labels, columns, strict=True)))
    if name is not None:
        table.insert(0, name, np.asarray(rows))
    return table


def _expect(found: object, role: str) -> _Note:
    if getattr(found, "role", "") != role:
        raise ValueError(f"{getattr(found, 'role', type(found).__name__)} found, {role} wanted")
    return found


def _labels(axis: object) -> tuple[np.ndarray | range, object]:
    """Labels of an axis and its name."""
    kind, content = _expect(axis, "index").args
    if kind.role == "range class":
        return range(*(content[part] for part in ("start", "stop", "step"))), content["name"]
    return _array(content["data"]), content["name"]


def _places(places: _Note) -> range | list[int]:
    """The columns that a block's rows are."""
    return range(*places.args) if places.role == "slice" else _array(places).tolist()


def _array(note: _Note) -> np.ndarray:
    if note.role == "text":
        return _array(next(part for part in note.state if getattr(part, "role", "") in ("array", "buffer")))
    if note.role == "buffer":
        data, dtype, shape, order = note.args
    else:
        _, shape, dtype, by_column, data = _expect(note, "array").state
        order = "F" if by_column else "C"
    code = _expect(dtype, "number type").args[0]
    if code in ("O", "O8", "O4"):
        if not all(cell is None or type(cell) in (str, int, float, bool) for cell in data):
            raise ValueError("a cell that is neither text nor a number")
        flat = np.empty(len(data), object)
        flat[:] = data
    elif NUMBERS.fullmatch(code):
        flat = np.frombuffer(_bytes(data), np.dtype(code).newbyteorder(dtype.state[1]))
    else:
        raise ValueError(f"numbers of the type {code!r}")
    return flat.reshape(shape, order=order)


def _bytes(data: object) -> bytes:
    if isinstance(data, _Note):  # protocols before 3 have no bytes and spell them as text
        text, coding = _expect(data, "bytes").args or ("", "latin1")
        if coding != "latin1":
            raise ValueError(f"bytes coded as {coding!r}")
        return text.encode("latin1")
    return data
