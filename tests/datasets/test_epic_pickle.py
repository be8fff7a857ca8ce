import os
import pickle
import pickletools

import numpy as np
import pandas as pd
import pytest

from i2v_core.datasets import epic_pickle
from tests.datasets import trees

TABLE = pd.DataFrame({"uid": [7, 9], "video_id": ["P08_01", "P08_09"], "start": [0.5, 1.25], "verb_class": [3, 0]})


def cells(table):
    return [list(table.columns), table.astype(object).to_numpy().tolist()]


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_a_table_of_this_pandas_comes_back(tmp_path, protocol):
    TABLE.astype({"video_id": object}).to_pickle(tmp_path / "a.pkl", protocol=protocol)
    assert cells(epic_pickle.read_table(tmp_path / "a.pkl")) == cells(TABLE)


@pytest.mark.parametrize("protocol", [2, 4, 5])
def test_an_index_with_a_name_is_the_first_column_another_is_left_out(tmp_path, protocol):
    TABLE.set_index("uid").to_pickle(tmp_path / "a.pkl", protocol=protocol)
    TABLE[::-1].to_pickle(tmp_path / "b.pkl", protocol=protocol)
    assert cells(epic_pickle.read_table(tmp_path / "a.pkl")) == cells(TABLE)
    assert cells(epic_pickle.read_table(tmp_path / "b.pkl")) == cells(TABLE[::-1])


@pytest.mark.parametrize("protocol", [2, 4, 5])
@pytest.mark.parametrize(
    "table", [TABLE.iloc[:0], TABLE[["start"]], TABLE[["video_id"]], TABLE.assign(b=[True, False])]
)
def test_edges_of_tables(tmp_path, table, protocol):
    table.to_pickle(tmp_path / "a.pkl", protocol=protocol)
    assert cells(epic_pickle.read_table(tmp_path / "a.pkl")) == cells(table)


def test_an_empty_cell_stays_empty(tmp_path):
    table = pd.DataFrame({"a": pd.Series(["x", None], dtype=object), "b": [1.0, np.nan]})
    table.to_pickle(tmp_path / "a.pkl")
    found = epic_pickle.read_table(tmp_path / "a.pkl")
    assert found["a"][1] is None or np.isnan(found["a"][1])
    assert np.isnan(found["b"][1])


# A pickle put together by hand, of the words of an older pandas that is not installed here.


def name(module, attribute):
    return b"c" + module.encode() + b"\n" + attribute.encode() + b"\n"


def plain(value):
    """Opcodes that leave a plain value on the stack."""
    return pickle.dumps(value, protocol=2)[2:-1]


def group(*parts):
    return b"(" + b"".join(parts) + b"t"


def called(function, *arguments):
    return function + group(*arguments) + b"R"


def mapping_of(**parts):
    return b"}(" + b"".join(plain(key) + part for key, part in parts.items()) + b"u"


def listed(*parts):
    return b"](" + b"".join(parts) + b"e"


def array(values):
    """As numpy before 2 spelled it in protocol 2 (bytes as text)."""
    values = np.asarray(values)
    is_text = values.dtype.kind not in "if"
    code, order = ("O8", "|") if is_text else (values.dtype.str[1:], "<")
    number_type = called(name("numpy", "dtype"), *map(plain, (code, 0, 1)))
    number_type += plain((3, order, None, None, None, -1, -1, 63 if is_text else 0)) + b"b"
    as_text = called(name("_codecs", "encode"), plain(values.tobytes().decode("latin1")), plain("latin1"))
    data = plain(values.ravel().tolist()) if is_text else as_text
    empty = called(name("numpy.core.multiarray", "_reconstruct"), name("numpy", "ndarray"), plain((0,)), plain("b"))
    return empty + group(plain(1), plain(values.shape), number_type, plain(False), data) + b"b"


def labels(kind, **content):
    return called(name("pandas.core.indexes.base", "_new_Index"), name(*kind), mapping_of(**content))


def old_table(*, manager=("pandas.core.internals", "BlockManager"), places=None):
    """Columns uid (numbers), video_id and verb (text) of two rows, as pandas 0.22 wrote them."""
    columns = labels(("pandas.core.indexes.base", "Index"), data=array(["uid", "video_id", "verb"]), name=plain(None))
    rows = labels(("pandas.core.indexes.numeric", "Int64Index"), data=array([5, 6]), name=plain(None))
    numbers, text = array(np.array([[7, 9]])), array(np.array([["P08_01", "P08_09"], ["open", "put"]]))
    slices = called(name("__builtin__", "slice"), *map(plain, (0, 1, 1)))
    blocks = listed(
        mapping_of(values=numbers, mgr_locs=slices), mapping_of(values=text, mgr_locs=places or array([1, 2]))
    )
    axes = listed(columns, rows)
    content = b"}" + plain("0.14.1") + mapping_of(axes=axes, blocks=blocks) + b"s"
    state = group(axes, listed(numbers, text), listed(), content)
    inside = name(*manager) + b")\x81" + state + b"b"
    return b"\x80\x02" + name("pandas.core.frame", "DataFrame") + b")\x81" + mapping_of(_data=inside) + b"b."


@pytest.mark.parametrize("module", ["pandas.core.internals", "pandas.core.internals.managers"])
def test_a_table_of_an_older_pandas_comes_back(tmp_path, module):
    (tmp_path / "a.pkl").write_bytes(old_table(manager=(module, "BlockManager")))
    assert cells(epic_pickle.read_table(tmp_path / "a.pkl")) == [
        ["uid", "video_id", "verb"], [[7, "P08_01", "open"], [9, "P08_09", "put"]],
    ]  # fmt: skip


class Calls:
    """What a harmful pickle holds: a call of any function when it is loaded."""

    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
def test_a_call_in_a_pickle_is_refused_by_its_name_and_not_run(tmp_path, protocol):
    mark = tmp_path / "was_run"
    for content in (Calls(os.mkdir, str(mark)), {"a": [Calls(os.mkdir, str(mark))]}):
        (tmp_path / "a.pkl").write_bytes(pickle.dumps(content, protocol=protocol))
        with pytest.raises(
            ValueError, match=r"a\.pkl: not read as a pickled table \(it asks for (posix|nt) mkdir, which"
        ):
            epic_pickle.read_table(tmp_path / "a.pkl")
    assert not mark.exists()
    pickle.loads(pickle.dumps(Calls(os.mkdir, str(mark)), protocol=protocol))
    assert mark.exists()  # so the pickle would have


def test_a_call_hidden_in_a_true_table_is_refused_and_not_run(tmp_path):
    mark = tmp_path / "was_run"
    harm = name("os", "mkdir") + group(plain(str(mark))) + b"R"
    content = old_table()
    (tmp_path / "a.pkl").write_bytes(content[:-1] + b"0" + harm + b".")
    with pytest.raises(ValueError, match="it asks for os mkdir, which is no part of a plain table"):
        epic_pickle.read_table(tmp_path / "a.pkl")
    assert not mark.exists()


@pytest.mark.parametrize(
    "asked",
    [
        ("builtins", "eval"),
        ("builtins", "getattr"),
        ("pandas.core.frame", "DataFrame.eval"),
        ("pandas", "read_pickle"),
        ("pandas.io.pickle", "read_pickle"),
        ("numpy", "load"),
        ("numpy.core.multiarray", "scalar"),
        ("copyreg", "_reconstructor"),
        ("pandas.core.frame", "eval"),
    ],
)
def test_names_next_to_the_known_are_refused(tmp_path, asked):
    (tmp_path / "a.pkl").write_bytes(b"\x80\x04" + plain(asked[0]) + plain(asked[1]) + b"\x93.")
    with pytest.raises(ValueError, match=f"it asks for {asked[0]} {asked[1]}, which"):
        epic_pickle.read_table(tmp_path / "a.pkl")


def test_known_names_are_never_called(tmp_path):
    """_codecs.encode is known; here it would raise for its coding, but only the table's reader looks at it."""
    content = b"\x80\x02" + called(name("_codecs", "encode"), plain("x"), plain("no coding")) + b"."
    (tmp_path / "a.pkl").write_bytes(content)
    with pytest.raises(ValueError, match=r"not read as a pickled table \(bytes found, frame wanted\)"):
        epic_pickle.read_table(tmp_path / "a.pkl")


def test_a_cut_pickle_is_an_error(tmp_path):
    content = old_table()
    for end in range(0, len(content), 7):
        (tmp_path / "a.pkl").write_bytes(content[:end])
        with pytest.raises(ValueError, match=r"a\.pkl: not read as a pickled table \(.+\); get the file anew"):
            epic_pickle.read_table(tmp_path / "a.pkl")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (pickle.dumps([1, 2]), "list found, frame wanted"),
        (b"uid,verb\n1,2\n", "a.pkl: not read as a pickled table"),
        (old_table(places=array([1, 5])), "out of"),
        (old_table(places=array([0, 1])), r"columns \['uid', 'video_id', 'verb'\] of 2 rows promised, others found"),
        (old_table(places=array([1])), r"zip\(\)"),
    ],
)
def test_what_is_no_table_is_an_error(tmp_path, content, message):
    (tmp_path / "a.pkl").write_bytes(content)
    with pytest.raises(ValueError, match=message) as error:
        epic_pickle.read_table(tmp_path / "a.pkl")
    assert "\n" not in str(error.value)


def test_cells_that_are_neither_text_nor_numbers_are_refused(tmp_path):
    table = pd.DataFrame({"a": pd.Series([["x"], ["y"]], dtype=object)})
    table.to_pickle(tmp_path / "a.pkl")
    with pytest.raises(ValueError, match="a cell that is neither text nor a number"):
        epic_pickle.read_table(tmp_path / "a.pkl")


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"a\.pkl: no such file"):
        epic_pickle.read_table(tmp_path / "a.pkl")


def test_the_trees_of_these_tests_hold_plain_text(tmp_path):
    """They must be readable where pandas keeps text in pyarrow's buffers, too."""
    content = trees.pickled(TABLE, tmp_path / "a.pkl").read_bytes()
    asked = [argument for _, argument, _ in pickletools.genops(content) if isinstance(argument, str)]
    assert not [word for word in asked if "arrow" in word.lower() or word == "StringArray"]
    assert cells(epic_pickle.read_table(tmp_path / "a.pkl")) == cells(TABLE)
