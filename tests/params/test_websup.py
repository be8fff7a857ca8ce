"""What the tables of web supervision ask for in params.yaml."""

from pathlib import Path

import pytest
import yaml

from i2v_core import params
from i2v_core.params import checking
from tests.params.preset import DEFAULT, ROOT, SCHEMA

PAPER = yaml.safe_load(Path(ROOT / "workflow/presets/paper.yaml").read_text())


@pytest.mark.parametrize("key", ["seeds", "splits"])
def test_a_benchmark_without_seeds_or_splits_is_named(config, key):
    del config["tables"]["websup"][key]["mini-web-kinetics"]
    wanted = "a benchmark in tables.websup.seeds and tables.websup.splits wanted"
    with pytest.raises(ValueError, match=f"tables.websup.table2.benchmarks: 'mini-web-kinetics' found, {wanted}"):
        checking.check(config, SCHEMA)


def test_the_papers_preset_has_the_three_splits_of_ucf101_and_the_one_of_kinetics():
    splits = params.merged(DEFAULT, PAPER)["tables"]["websup"]["splits"]
    assert (splits["web-ucf101"], splits["web-kinetics"]) == ([1, 2, 3], [1])
