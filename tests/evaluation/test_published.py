import pytest

from i2v_core.evaluation import published

# Columns of Table 2 as printed, top to bottom.
PRINTED = {
    "e2h": [37.2, 39.6, 44.6, 55.0, 56.6, 53.8, 38.2, 60.5, 60.3, 62.0, 83.2],
    "s2u": [76.8, 80.3, 95.4, 97.7, 98.0, 97.9, 40.0, 99.2, 99.3, 99.1, 99.3],
    "b2u": [54.8, 55.3, 66.4, 68.3, 69.8, 72.1, 72.6, 93.1],
}


def test_table_2_has_thirty_filled_cells_each_once():
    cells = published.table("cycda_table2")
    assert len(cells) == 30
    assert not cells.duplicated(["method", "backbone", "benchmark"]).any()


@pytest.mark.parametrize("benchmark", PRINTED)
def test_columns_of_table_2_are_those_printed(benchmark):
    cells = published.table("cycda_table2")
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
    assert published.value("cycda_table2", method, backbone, benchmark) == value


def test_rows_of_table_2_are_in_the_printed_order():
    assert [method for method, _ in published.methods("cycda_table2")] == [
        *("source only", "DANN", "UnAtt", "HiGAN", "SymGAN", "CycDA (1 iteration)", "DANN+I3D", "HPDA"),
        *("CycDA (1 iteration)", "CycDA (2 iterations)", "CycDA (3 iterations)", "supervised target"),
    ]


def test_table_1_has_thirty_six_cells_with_the_printed_sums():
    cells = published.table("cycda_table1")
    sums = cells.groupby("benchmark")["value"].sum().round(1).to_dict()
    # each column: 11 video-to-video rows, 1 frame-to-video, 5 mixed-source, 1 supervised
    u2h = 75.5 + 74.4 + 78.3 + 79.1 + 87.2 + 80.7 + 81.4 + 82.2 + 84.2 + 84.7 + 86.7 + 83.3
    h2u = 77.4 + 79.3 + 81.8 + 85.1 + 89.1 + 88.0 + 90.5 + 91.2 + 91.1 + 92.8 + 93.9 + 80.4
    assert len(cells) == 36
    assert sums["u2h"] == round(u2h + 77.8 + 82.2 + 82.5 + 84.2 + 88.1 + 94.4, 1)
    assert sums["h2u"] == round(h2u + 88.6 + 93.1 + 93.5 + 95.2 + 98.0 + 97.0, 1)


# CFB: columns of each table as printed, top to bottom.
CFB = {
    "cfb_table1": {
        "e2h": [37.2, 39.6, 40.9, 44.6, 45.5, 43.1, 55.0, 53.8, 62.0, 71.3, 77.4, 83.2],
        "b2u": [54.8, 55.3, 68.3, 72.6, 78.9, 81.1, 93.1],
        "s2u": [76.8, 80.3, 91.4, 95.4, 97.6, 94.3, 97.7, 97.9, 99.1, 98.6, 97.3, 99.3],
    },
    "cfb_table2": {
        "e2h": [59.0, 59.8, 60.7, 74.1, 77.4],
        "b2u": [60.2, 76.4, 74.6, 80.2, 81.1],
        "s2u": [96.3, 96.6, 96.3, 97.2, 97.3],
    },
    "cfb_table3": {"e2h": [60.7, 59.0, 59.6, 63.8, 64.0, 72.5, 73.2, 74.1]},
    "cfb_table4": {"e2h": [74.1, 74.7, 75.0, 74.5], "s2u": [97.2, 97.3, 99.2, 99.3]},
    "cfb_table5": {"e2h": [59.8, 77.4, 66.8, 78.0], "s2u": [96.6, 97.3, 97.7, 98.3]},
}
RUN_TIME = "divafn_run_time"  # seconds, all others percent
TITLES = {
    **{f"cycda_table{number}": f"CycDA short paper, Table {number}" for number in (1, 2)},
    **{f"cfb_table{number}": f"CFB paper, Table {number}" for number in range(1, 6)},
    **{f"stcda_table{number}": f"STCDA paper, Table {number}" for number in range(1, 7)},
    **{f"divafn_table{number}": f"DIVAFN paper, Table {number}" for number in range(4, 13)},
    **{f"websup_table{number}": f"web supervision paper, Table {number}" for number in range(1, 5)},
    "websup_text": "web supervision paper, section 4.3",
}

# Tables 1 and 2 of web supervision as printed, top to bottom: from I (in Table 2 from I+F) to V (A+DA).
WEBSUP = {
    "websup_table1": [62.9, 57.9, 70.1, 71.4, 72.2, 72.6, 72.6, 74.0, 74.3, 74.9],
    "websup_table2": [39.6, 41.8, 41.9, 42.3, 42.2, 42.5, 42.5, 42.8],
}

# STCDA's own rows of Tables 1 to 3 as printed.
STCDA = {
    ("stcda_table1", "h2u_small", "STCDA (R+F)"): 100.0,
    ("stcda_table1", "o2u", "STCDA (R)"): 93.3,
    ("stcda_table2", "u2h", "STCDA (R+F)"): 80.0,
    ("stcda_table2", "u2h", "Source only (R), STCDA block"): 74.1,
}


@pytest.mark.parametrize("name", WEBSUP)
def test_columns_of_web_supervision_are_those_printed(name):
    assert published.table(name)["value"].tolist() == WEBSUP[name]


def test_the_full_model_of_web_supervision_has_one_number_in_all_tables():
    ours = ("Kae and Song (ours)", "ResNet-34 (2+1)D residual")
    assert published.value("websup_table3", *ours, "ucf101") == WEBSUP["websup_table1"][-1]
    assert published.value("websup_table4", *ours, "kinetics400") == WEBSUP["websup_table2"][-1]


@pytest.mark.parametrize("name", CFB)
def test_columns_of_cfb_are_those_printed(name):
    cells = published.table(name)
    assert {key: cells[cells["benchmark"] == key]["value"].tolist() for key in published.benchmarks(name)} == CFB[name]


@pytest.mark.parametrize(("name", "benchmark", "method"), STCDA)
def test_cells_of_stcda_are_those_printed(name, benchmark, method):
    assert published.value(name, method, "BN-Inception", benchmark) == STCDA[name, benchmark, method]


def test_numbers_that_stcda_repeats_agree():
    """The full model and source only stand in Tables 2, 4, 5 and 6."""
    rows = {
        "stcda_table2": ("STCDA (R+F)", "Source only (R+F), STCDA block"),
        "stcda_table4": ("STCL+VCA, alpha 2, beta 0.5", "Source only, alpha 0, beta 0"),
        "stcda_table5": ("Clip+Video+VCA, source and target", "Source only"),
        "stcda_table6": ("GRU", "Source only"),
    }
    for benchmark, full, plain in (("u2h", 80.0, 76.1), ("h2u", 87.7, 85.8)):
        for name, (best, least) in rows.items():
            assert published.value(name, best, "BN-Inception", benchmark) == full
            assert published.value(name, least, "BN-Inception", benchmark) == plain


def test_means_of_stcda_s_table_3_are_those_of_its_cells():
    """As printed, but for MM-SADA's RGB row, whose printed mean 43.9 is 43.8 of its cells."""
    for method, backbone in published.methods("stcda_table3"):
        directions = [f"epic_d{a}_d{b}" for a in (1, 2, 3) for b in (1, 2, 3) if a != b]
        cells = [published.value("stcda_table3", method, backbone, name) for name in directions]
        mean = published.value("stcda_table3", method, backbone, "epic_mean")
        assert abs(sum(cells) / 6 - mean) < (0.11 if method == "MM-SADA (RGB)" else 0.051)


def test_numbers_that_cfb_repeats_or_quotes_agree():
    for benchmark in ("e2h", "b2u", "s2u"):
        full = published.value("cfb_table2", "full model", "I3D RGB+flow", benchmark)
        assert published.value("cfb_table1", "CFB (full model)", "I3D RGB+flow", benchmark) == full
        quoted = published.value("cfb_table1", "CycDA", "ResNet18+I3D", benchmark)
        assert quoted == published.value("cycda_table2", "CycDA (3 iterations)", "ResNet18+I3D", benchmark)
    bank = ("SO (RGB+flow) + CFB", "I3D RGB+flow")
    assert published.value("cfb_table3", "Random 1/60", "I3D RGB+flow", "e2h") == 74.1
    for benchmark, value in (("e2h", 74.1), ("s2u", 97.2)):
        assert published.value("cfb_table2", *bank, benchmark) == value
        assert published.value("cfb_table4", *bank, benchmark) == value
        only_rgb = published.value("cfb_table5", "SO (RGB)", "I3D RGB", benchmark)
        assert only_rgb == published.value("cfb_table2", "SO (RGB)", "I3D RGB", benchmark)


@pytest.mark.parametrize("name", TITLES)
def test_every_cell_names_its_source_is_a_percentage_and_stands_once(name):
    cells = published.table(name)
    assert set(cells["table"]) == {TITLES[name]}
    assert cells["value"].between(0, 100).all()
    assert cells["metric"].str.startswith("top-1 accuracy in percent").all()
    assert not cells.duplicated(["method", "backbone", "benchmark"]).any()
    assert (cells[["setting", "method", "backbone"]] != "").all().all()
    assert set(cells["benchmark"]) <= set(published.BENCHMARKS)


def test_every_file_is_named_here():
    assert sorted(path.stem for path in published.FOLDER.glob("*.csv")) == sorted([*TITLES, RUN_TIME])


def test_run_times_grow_with_the_share_of_videos():
    cells = published.table(RUN_TIME)
    assert len(cells) == 21
    assert set(cells["metric"]) == {"seconds per video"}
    assert set(cells["benchmark"]) < set(published.BENCHMARKS)
    for pair in ("s2u10", "a2u10", "e2h15", "b2u101"):
        of_pair = cells[cells["benchmark"].str.contains(pair)]
        assert of_pair["value"].is_monotonic_increasing
        assert len(of_pair) == (6 if pair == "b2u101" else 5)


def test_tables_of_divafn_agree_where_they_show_the_same():
    """The SVM of Tables IV and IX, of V and X, of VII and XI; a cell of XI that the text of Table VIII contradicts."""
    pairs = [
        (4, 9, "s2u10", "SVM", "IDT", "IDT"),
        (5, 10, "a2u10", "SVM", "IDT", "IDT"),
        (7, 11, "b2u101", "SVM", "C3D", "C3D"),
    ]
    for first, second, pair, method, *backbones in pairs:
        for benchmark in [name for name in published.benchmarks(f"divafn_table{first}") if pair in name]:
            values = [
                published.value(f"divafn_table{number}", method, backbone, benchmark)
                for number, backbone in zip((first, second), backbones, strict=True)
            ]
            assert values[0] == values[1], benchmark
    assert published.value("divafn_table11", "DIVAFN", "CNN-F + FC8192 + C3D", "divafn_a2u10_10") == 86.0


def test_unknown_row_column_and_table_are_errors():
    with pytest.raises(
        ValueError, match=r"'CycDA', backbone 'I3D' found, a row of cycda_table2 wanted: source only, ResNet18"
    ):
        published.value("cycda_table2", "CycDA", "I3D", "e2h")
    with pytest.raises(
        ValueError, match=r"benchmark 'mini-e2h' found, a column of cycda_table2 wanted: \['e2h', 's2u', 'b2u'\]"
    ):
        published.value("cycda_table2", "DANN", "ResNet18", "mini-e2h")
    with pytest.raises(ValueError, match=r"benchmark 's2u' found, a column of cfb_table3 wanted: \['e2h'\]"):
        published.value("cfb_table3", "Mean 60", "I3D RGB+flow", "s2u")
    with pytest.raises(
        ValueError,
        match=r"published table 'table2' asked for, one of cfb_table1, .*, websup_text wanted",
    ):
        published.table("table2")
