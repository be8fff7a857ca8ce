import subprocess
import sys
from pathlib import Path

import numpy as np

from i2v_core import seeding

ROOT = Path(seeding.__file__).parents[1]


def test_a_seed_depends_on_every_name_and_on_the_number():
    seeds = [
        seeding.derive(0),
        seeding.derive(1),
        seeding.derive(0, "a"),
        seeding.derive(0, "b"),
        seeding.derive(0, "a", 1),
        seeding.derive(0, "a", 2),
        seeding.derive(0, "a", "1"),
        seeding.derive(0, "a1"),
    ]
    assert len(set(seeds)) == len(seeds)
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_numpy_numbers_count_as_numbers_where_it_matters():
    assert seeding.derive(np.int64(3), "a") == seeding.derive(3, "a")


def test_no_process_changes_a_seed():
    code = "from i2v_core.seeding import derive; print(derive(7, 'loader', 3))"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert int(other.stdout) == seeding.derive(7, "loader", 3)


def test_a_stream_repeats_and_neighbours_differ():
    first = seeding.generator(0, "x", 1).integers(1 << 30, size=8)
    assert np.array_equal(first, seeding.generator(0, "x", 1).integers(1 << 30, size=8))
    assert not np.array_equal(first, seeding.generator(0, "x", 2).integers(1 << 30, size=8))
