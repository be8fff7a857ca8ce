"""The table of attributes that comes with the project: our own judgement of what a class shows."""

import numpy as np
import pandas as pd
import pytest

from i2v_core.datasets import mapping, semantics
from tests.params.preset import DEFAULT, ROOT

TABLE = ROOT / DEFAULT["divafn"]["semantics"]["attributes"]["path"]


def test_values_are_zero_or_one_and_every_attribute_tells_classes_apart():
    values = pd.read_csv(TABLE).set_index("class")
    assert set(np.unique(values)) == {0, 1}
    assert ((values.sum() > 0) & (values.sum() < len(values))).all()


@pytest.mark.parametrize("name", ["s2u_10", "a2u_10", "e2h_15"])
def test_classes_of_divafns_benchmarks_have_vectors_of_their_own(name):
    classes = sorted(mapping.read(name)["target_class"].unique())
    vectors = semantics.class_vectors(classes, kind="attributes", path=TABLE).vectors
    assert len(np.unique(vectors.round(6), axis=0)) == len(classes)


def test_classes_that_the_mini_world_has_are_there():
    for name in ("mini-s2u10", "mini-e2h15", "mini-b2u101", "mini-a2u10"):
        semantics.class_vectors(DEFAULT["benchmarks"][name]["classes"], kind="attributes", path=TABLE)
