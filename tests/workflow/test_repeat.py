"""The whole tiny graph a second time: the same bytes in another folder, and no method sees target labels."""

import numpy as np
import pytest

from i2v_core import storage
from tests.workflow import project

DECIDED = (
    "results/**/model.pt",
    "results/**/train_log.csv",
    "results/**/predictions_*.csv",
    "results/**/pseudo_label*.csv",
)


@pytest.mark.slow
def test_permuted_target_labels_change_the_upper_bound_alone_and_all_else_repeats_byte_for_byte(finished, tmp_path):
    folder = project.sources(tmp_path / "elsewhere")
    labels = f"{project.SPLIT}/target_labels.csv"
    project.run(folder, project.command(labels))
    right = (folder / labels).read_bytes()
    table = storage.read_csv(folder / labels)
    table[["class", "label"]] = np.roll(table[["class", "label"]].to_numpy(), 1, axis=0)
    storage.write_csv(table, folder / labels)
    assert (folder / labels).read_bytes() != right

    project.run(folder, project.command(project.TABLE))
    expected, found = (project.contents(place, *DECIDED) for place in (finished, folder))
    assert found.keys() == expected.keys()
    assert len(found) > 20
    changed = {path for path in found if found[path] != expected[path]}
    upper_bound = {path for path in found if path.startswith(f"{project.RUN}/supervised-target/")}
    assert f"{project.RUN}/supervised-target/model.pt" in changed
    assert changed <= upper_bound

    (folder / labels).write_bytes(right)
    project.run(folder, project.command(project.TABLE))
    assert project.contents(folder, *DECIDED, "results/tables/*") == project.contents(
        finished, *DECIDED, "results/tables/*"
    )
