"""Areas under the ROC curve of attention weights."""

import numpy as np
import pandas as pd
import pytest

from i2v_core.evaluation import attention_quality


def test_the_area_is_the_share_of_pairs_in_the_right_order_with_ties_as_halves():
    high, low = np.array([3.0, 1.0]), np.array([1.0, 0.0, 2.0])
    # 3 beats all of 1, 0, 2; 1 ties with 1, beats 0, loses to 2: (3 + 1.5) / 6
    assert attention_quality.area(high, low) == pytest.approx(4.5 / 6)
    assert attention_quality.area(low, high) == pytest.approx(1.5 / 6)


def test_the_area_equals_the_double_loop_over_pairs():
    random = np.random.default_rng(0)
    high, low = random.integers(0, 9, 23).astype(float), random.integers(0, 7, 31).astype(float)
    pairs = [1.0 if a > b else 0.5 if a == b else 0.0 for a in high for b in low]
    assert attention_quality.area(high, low) == pytest.approx(np.mean(pairs), abs=1e-12)


def test_no_number_on_a_side_is_refused():
    with pytest.raises(ValueError, match="of 0 against 1 numbers"):
        attention_quality.area(np.empty(0), np.ones(1))


@pytest.fixture
def weights():
    return pd.DataFrame(
        {"id": ["a", "a", "b", "c", "d"], "weight": [0.0, 4.0, 1.0, 3.0, 0.5]}  # a has the mean 2
    )


def test_each_fate_and_all_together_are_compared_with_the_clean_items(weights):
    fates = {"a": "clean", "b": "text", "c": "cartoon", "d": "text"}
    table = attention_quality.areas(weights, fates, seed=7)
    # clean: 2; cartoon 3 -> 0; text 1 and 0.5 -> 1; any: 2 of 3
    assert table.values.tolist() == [
        [7, "cartoon", "clean", 1, 1, 0.0],
        [7, "text", "clean", 2, 1, 1.0],
        [7, "any", "clean", 3, 1, pytest.approx(2 / 3)],
    ]


def test_an_item_without_a_fate_and_no_clean_item_are_refused(weights):
    with pytest.raises(ValueError, match=r"no fate of 1 items \(d\)"):
        attention_quality.areas(weights, {"a": "clean", "b": "text", "c": "text"}, seed=0)
    with pytest.raises(ValueError, match=r"fates \['text'\] found, some that are clean"):
        attention_quality.areas(weights, dict.fromkeys("abcd", "text"), seed=0)


def test_the_summary_has_mean_and_sample_deviation_over_the_seeds():
    rows = [(0, "text", "clean", 4, 9, 0.6), (1, "text", "clean", 4, 9, 0.8), (0, "any", "clean", 4, 9, 0.5)]
    found = attention_quality.summary(pd.DataFrame(rows, columns=attention_quality.COLUMNS))
    assert found["against"].tolist() == ["text", "any"]
    assert found["auc_mean"].tolist() == pytest.approx([0.7, 0.5])
    assert found["auc_std"].iloc[0] == pytest.approx(np.sqrt(0.02))
    assert found["seeds"].tolist() == [2, 1]
