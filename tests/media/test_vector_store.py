import numpy as np
import pytest

from i2v_core.media.vector_store import VectorStore, write_vectors


def written(path, dataset="toy", width=3, first=0):
    items = [(f"v{k}", np.arange(width) + 10.0 * k) for k in range(first, first + 4)]
    write_vectors(items, path, dataset=dataset)
    return path


def test_rows_come_in_the_order_asked_for_from_any_shard(tmp_path):
    store = VectorStore([written(tmp_path / "a.h5"), written(tmp_path / "b.h5", first=4)])
    found = store.matrix(["toy/v5", "toy/v0", "toy/v5"])
    assert found.tolist() == [[50, 51, 52], [0, 1, 2], [50, 51, 52]]
    assert found.dtype == np.float32
    assert (store.width, len(store)) == (3, 8)


def test_equal_items_give_equal_bytes(tmp_path):
    assert written(tmp_path / "a.h5").read_bytes() == written(tmp_path / "b.h5").read_bytes()


def test_unfit_vectors_are_named(tmp_path):
    with pytest.raises(ValueError, match=r"^vector of item 'a': numbers that are not finite found"):
        write_vectors([("a", np.array([np.nan]))], tmp_path / "a.h5", dataset="toy")
    with pytest.raises(ValueError, match=r"^vectors of toy: shapes \[\(2,\), \(3,\)\] found, one shape \(D,\)"):
        write_vectors([("a", np.zeros(2)), ("b", np.zeros(3))], tmp_path / "a.h5", dataset="toy")
    with pytest.raises(ValueError, match=r"^vectors of toy: shapes \[\] found"):
        write_vectors([], tmp_path / "a.h5", dataset="toy")


def test_shards_of_different_widths_are_refused(tmp_path):
    paths = [written(tmp_path / "a.h5"), written(tmp_path / "b.h5", dataset="other", width=4)]
    with pytest.raises(ValueError, match=r"^vectors: widths \[3, 4\] found, one for all shards wanted"):
        VectorStore(paths)


def test_another_file_and_an_unknown_item_are_named(tmp_path):
    (tmp_path / "x.h5").write_text("no store")
    with pytest.raises(ValueError, match=r"x\.h5: not a vector store"):
        VectorStore([tmp_path / "x.h5"])
    with pytest.raises(ValueError, match=r"'toy/v9' is in none of the store of vectorss|'toy/v9' is in none"):
        VectorStore([written(tmp_path / "a.h5")]).matrix(["toy/v9"])
