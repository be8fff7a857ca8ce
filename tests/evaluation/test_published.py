import pytest

from i2v_core.evaluation import published

# Columns of Table 2 as printed, top to bottom.
PRINTED = {
    "e2h": [37.2, 39.6, 44.6, 55.0, 56.6, 53.8, 38.2, 60.5, 60.3, 62.0, 83.2],
    "s2u": [76.8, 80.3, 95.4, 97.7, 98.0, 97.9, 40.0, 99.2, 99.3, 99.1, 99.3],
    "b2u": [54.8, 55.3, 66.4, 68.3, 69.8, 72.1, 72.6, 93.1],
}


def test_table_2_has_thirty_filled_cells_each_once():
    cells = published.table(2)
    assert len(cells) == 30
    assert not cells.duplicated(["method", "backbone", "benchmark"]).any()


@pytest.mark.parametrize("benchmark", PRINTED)
def test_columns_of_table_2_are_those_printed(benchmark):
    cells = published.table(2)
    assert cells[cells["benchmark"] == benchmark]["value"].tolist() == PRINTED[benchmark]


@pytest.mark.parametrize(
    ("method", "backbone", "benchmark", "value"),
    [
        ("source only", "ResNet18", "e2h", 37.2),
        ("UnAtt", "ResNet101", "b2u", 66.4),
        ("HPDA", "ResNet50+I3D", "s2u", 40.0),
        ("CycDA (1 iteration)", "ResNet50+C3D", "e2h", 56.6),
        ("CycDA (1 iteration)", "ResNet18+I3D", "e2h", 60.5),
        ("CycDA (3 iterations)", "ResNet18+I3D", "b2u", 72.6),
        ("supervised target", "ResNet18+I3D", "s2u", 99.3),
        ("UnAtt", "ResNet101", "e2h", None),
        ("HPDA", "ResNet50+I3D", "b2u", None),
    ],
)
def test_values_by_method_backbone_and_benchmark(method, backbone, benchmark, value):
    assert published.value(method, backbone, benchmark) == value


def test_rows_of_table_2_are_in_the_printed_order():
    assert [method for method, _ in published.methods()] == [
        *("source only", "DANN", "UnAtt", "HiGAN", "SymGAN", "CycDA (1 iteration)", "DANN+I3D", "HPDA"),
        *("CycDA (1 iteration)", "CycDA (2 iterations)", "CycDA (3 iterations)", "supervised target"),
    ]


def test_table_1_has_thirty_six_cells_with_the_printed_sums():
    cells = published.table(1)
    sums = cells.groupby("benchmark")["value"].sum().round(1).to_dict()
    # each column: 11 video-to-video rows, 1 frame-to-video, 5 mixed-source, 1 supervised
    u2h = 75.5 + 74.4 + 78.3 + 79.1 + 87.2 + 80.7 + 81.4 + 82.2 + 84.2 + 84.7 + 86.7 + 83.3
    h2u = 77.4 + 79.3 + 81.8 + 85.1 + 89.1 + 88.0 + 90.5 + 91.2 + 91.1 + 92.8 + 93.9 + 80.4
    assert len(cells) == 36
    assert sums["u2h"] == round(u2h + 77.8 + 82.2 + 82.5 + 84.2 + 88.1 + 94.4, 1)
    assert sums["h2u"] == round(h2u + 88.6 + 93.1 + 93.5 + 95.2 + 98.0 + 97.0, 1)


@pytest.mark.parametrize("number", [1, 2])
def test_every_cell_names_its_source_and_is_a_percentage(number):
    cells = published.table(number)
    assert set(cells["table"]) == {f"CycDA short paper, Table {number}"}
    assert cells["value"].between(0, 100).all()
    assert cells["metric"].str.startswith("top-1 accuracy in percent").all()


def test_unknown_row_column_and_table_are_errors():
    with pytest.raises(
        ValueError, match=r"'CycDA', backbone 'I3D' found, a row of Table 2 wanted: source only, ResNet18"
    ):
        published.value("CycDA", "I3D", "e2h")
    with pytest.raises(
        ValueError, match=r"benchmark 'mini-e2h' found, a column of Table 2 wanted: \['e2h', 's2u', 'b2u'\]"
    ):
        published.value("DANN", "ResNet18", "mini-e2h")
    with pytest.raises(ValueError, match=r"published table 3 asked for, 1 or 2 wanted"):
        published.table(3)
