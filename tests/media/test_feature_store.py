import numpy as np
import pytest

from i2v_core.media import feature_store
from i2v_core.media.feature_store import ClipFeatures, FeatureStore


def features(seed: int, *, windows: int = 2, width: int = 4) -> ClipFeatures:
    random = np.random.default_rng(seed)
    made = [random.normal(size=(windows, 3, width)).astype(np.float32) for _ in range(3)]
    return ClipFeatures(random.normal(size=(3, width)).astype(np.float32), *made)


def write(path, *, dataset="toy", seeds=(0, 1), view="rgb", **options):
    items = ((f"v{seed}", features(seed, **options)) for seed in seeds)
    feature_store.write_features(items, path, dataset=dataset, view=view)
    return path


def test_what_is_written_is_read_by_key_from_any_shard(tmp_path):
    store = FeatureStore([write(tmp_path / "a.h5"), write(tmp_path / "b.h5", dataset="other", seeds=(5,))])
    assert (store.windows, store.segments, store.width) == (2, 3, 4)
    assert list(store) == ["toy/v0", "toy/v1", "other/v5"]
    for key, seed in (("toy/v1", 1), ("other/v5", 5)):
        for found, expected in zip(store.features(key), features(seed), strict=True):
            np.testing.assert_array_equal(found, expected)


def test_a_file_names_its_view(tmp_path):
    assert feature_store.view_of(write(tmp_path / "a.h5", view="flow")) == "flow"


def test_shards_of_another_shape_are_refused(tmp_path):
    paths = [write(tmp_path / "a.h5"), write(tmp_path / "b.h5", dataset="other", width=5)]
    with pytest.raises(ValueError, match=r"shapes \[\(2, 3, 4\), \(2, 3, 5\)\] found, one for all shards wanted"):
        FeatureStore(paths)


def test_an_unknown_item_is_an_error_that_names_the_rule(tmp_path):
    with pytest.raises(ValueError, match=r"'toy/v9' is in none of the clip feature stores .*rule clip_features"):
        FeatureStore([write(tmp_path / "a.h5")]).features("toy/v9")


def test_numbers_that_are_not_finite_are_refused_and_nothing_is_left(tmp_path):
    bad = features(0)
    bad.spatial[1, 2, 3] = np.nan
    with pytest.raises(ValueError, match="item 'v0': numbers that are not finite found"):
        feature_store.write_features([("v0", bad)], tmp_path / "a.h5", dataset="toy", view="rgb")
    assert list(tmp_path.iterdir()) == []


def test_no_items_are_refused(tmp_path):
    with pytest.raises(ValueError, match="clip features of toy: no item found, at least one wanted"):
        feature_store.write_features([], tmp_path / "a.h5", dataset="toy", view="rgb")


def test_another_file_is_refused_in_one_line(tmp_path):
    (tmp_path / "a.h5").write_text("no store")
    with pytest.raises(ValueError, match=r"a\.h5: not a clip feature store .*remove it and run again"):
        feature_store.view_of(tmp_path / "a.h5")
