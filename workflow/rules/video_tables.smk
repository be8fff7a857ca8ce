"""What the tables on video sources put together: STCDA's six, and Table 1 of CycDA."""

BN, R_TRN, B_TRN, C3D, I3D = "BN-Inception", "R-TRN", "B-TRN", "C3D", "I3D"
# Row: title; then per table of the paper the method and backbone of the published row beside it.
STCDA_ROWS = {
    "source_only-rgb": (
        "source only (R)",
        {"table1": ("Source only (R)", BN), "table2": ("Source only (R), STCDA block", I3D)},
    ),
    "source_only": (
        "source only (R+F)",
        {"table1": ("Source only (R+F)", BN), "table2": ("Source only (R+F), STCDA block", I3D)},
    ),
    "daaa-rgb": ("DAAA (R)", {"table1": ("DAAA (R)", C3D)}),
    "ta3n-rgb": ("TA3N (R)", {"table1": ("TA3N (R)", R_TRN), "table2": ("TA3N (R)", R_TRN)}),
    "tcon-rgb": ("TCoN-style (R)", {"table1": ("TCoN (R)", B_TRN), "table2": ("TCoN (R)", R_TRN)}),
    "tcon": ("TCoN-style (R+F)", {"table1": ("TCoN (R+F)", BN)}),
    "sava-rgb": ("SAVA (R)", {"table2": ("SAVA (R)", I3D)}),
    "source_bn": ("source only with batch normalisation", {}),
    "adabn": ("AdaBN", {"table3": ("AdaBN", I3D)}),
    "mmd": ("MMD", {"table3": ("MMD", I3D)}),
    "mcd": ("MCD (one step)", {"table3": ("MCD", I3D)}),
    "mm_sada-rgb": ("MM-SADA (RGB)", {"table3": ("MM-SADA (RGB)", I3D)}),
    "mm_sada-flow": ("MM-SADA (flow)", {"table3": ("MM-SADA (Flow)", I3D)}),
    "mm_sada": ("MM-SADA (RGB + flow)", {"table3": ("MM-SADA (RGB + Flow)", I3D)}),
    "target-only-rgb": (
        "target only (R)",
        {"table1": ("Target only (R)", BN), "table2": ("Target only (R), STCDA block", I3D)},
    ),
    "target-only": (
        "target only (R+F)",
        {"table1": ("Target only (R+F)", BN), "table2": ("Target only (R+F), STCDA block", I3D)},
    ),
    "stcda+views=rgb": (
        "STCDA (R)",
        {
            "table1": ("STCDA (R)", BN),
            "table2": ("STCDA (R)", I3D),
            "table3": ("STCDA (RGB)", I3D),
        },
    ),
    "stcda+views=flow": ("STCDA (F)", {"table3": ("STCDA (Flow)", I3D)}),
    "stcda": (
        "STCDA (R+F)",
        {
            "table1": ("STCDA (R+F)", BN),
            "table2": ("STCDA (R+F)", I3D),
            "table3": ("STCDA (RGB + Flow)", I3D),
            "table4": ("STCL+VCA, alpha 2, beta 0.5", BN),
            "table5": ("Clip+Video+VCA, source and target", BN),
            "table6": ("GRU", BN),
        },
    ),
    "stcda+alpha=0+beta=0": (
        "alpha 0, beta 0: source only",
        {
            "table4": ("Source only, alpha 0, beta 0", BN),
            "table5": ("Source only", BN),
            "table6": ("Source only", BN),
        },
    ),
    "stcda+alpha=1+beta=0": ("alpha 1, beta 0", {"table4": ("STCL, alpha 1, beta 0", BN)}),
    "stcda+beta=0": ("alpha 2, beta 0", {"table4": ("STCL, alpha 2, beta 0", BN)}),
    "stcda+alpha=0": (
        "alpha 0, beta 0.5: VCA alone",
        {
            "table4": ("VCA, alpha 0, beta 0.5", BN),
            "table5": ("VCA", BN),
            "table6": ("w/ updated pseudo-labels", BN),
        },
    ),
    "stcda+alpha=0+beta=1": ("alpha 0, beta 1", {"table4": ("VCA, alpha 0, beta 1", BN)}),
    "stcda+levels=clip": ("contrast of clips alone", {"table5": ("Clip+VCA, source and target", BN)}),
    "stcda+levels=video": ("contrast of videos alone", {"table5": ("Video+VCA, source and target", BN)}),
    "stcda+domains=source": (
        "contrast on the source alone",
        {"table5": ("Clip+Video+VCA, source alone", BN)},
    ),
    "stcda+domains=target": (
        "contrast on the target alone",
        {"table5": ("Clip+Video+VCA, target alone", BN)},
    ),
    "stcda+aggregator=mean": ("aggregation by the mean", {"table6": ("Mean", BN)}),
    "stcda+aggregator=concat": ("aggregation by concat + FC", {"table6": ("Concat + FC", BN)}),
    "stcda+alignment=adversarial": (
        "adversarial alignment",
        {"table6": ("w/ adversarial loss", BN)},
    ),
    "stcda+fusion=no": (
        "pseudo labels of each view",
        {"table6": ("w/o spatio-temporal fusion", BN)},
    ),
    "stcda+alpha=0+labels=fixed": (
        "VCA alone, fixed pseudo labels",
        {"table6": ("w/ fixed pseudo-labels", BN)},
    ),
}
STCDA_TITLES = {
    "table1": "Table 1 of STCDA: UCF-HMDB small and UCF-Olympic",
    "table2": "Table 2 of STCDA: UCF-HMDB full",
    "table3": "Table 3 of STCDA: EPIC-Kitchens",
    "table4": "Table 4 of STCDA: weights of the terms",
    "table5": "Table 5 of STCDA: parts of the contrast",
    "table6": "Table 6 of STCDA: aggregation, alignment, pseudo labels",
}
STCDA = config["tables"]["stcda"]
KITCHENS = {f"epic_d{a}_d{b}" for a, b in product((1, 2, 3), repeat=2) if a != b}


def video_folder(method):
    """The folder of a row's model below its run."""
    return f"stcda/stage3/{method}" if method.startswith("stcda") else f"clips/{method}"


def clip_backbone(is_trained=False):
    """What clip features were taken with, or what was trained on clips, for the tables."""
    width = config["clip_features"]["model"].get("width", config["video_model"]["width"])
    name = {"i3d": "I3D", "bn_inception": "BN-Inception"}[config["clip_features"]["backbone"]]
    name = name if width == 1 else f"{name} of width {width}"
    return name if is_trained else f"frozen {name}"


def stcda_row(method, table):
    """A row of one of STCDA's tables: title, what was trained here, and the published row beside it (or none)."""
    title, beside_it = STCDA_ROWS[method]
    published = beside_it.get(table)
    return {
        "method": method,
        "title": title,
        "trained_backbone": clip_backbone(
            is_trained=method.startswith("stcda") and config["stcda"]["train_backbone"]
        ),
        "published_as": dict(zip(("method", "backbone"), published)) if published else None,
    }


def video_runs(folder, benchmark, seeds, splits):
    """Score files of one model on one benchmark, by split and seed."""
    return [
        {
            "scores": f"results/{benchmark}/split{split}/seed{seed}/{folder}/scores.json",
            "split": split,
            "seed": seed,
        }
        for split, seed in product(splits, seeds)
    ]


def stcda_table_runs(table):
    """The runs of one of STCDA's tables."""
    section = STCDA[table]
    return [
        {**run, "method": method, "benchmark": benchmark}
        for method, benchmark in product(section["methods"], section["benchmarks"])
        for run in video_runs(video_folder(method), benchmark, STCDA["seeds"][benchmark], STCDA["splits"])
    ]


def mean_column(benchmarks):
    """The column that Table 3 ends with, the mean over all six pairs of kitchens, where all are there."""
    kitchens = [name for name in benchmarks if published_as(name) in KITCHENS]
    if len(kitchens) < len(KITCHENS):
        return {}
    return {"mean": {"data": data_of(kitchens[0]), "published_as": "epic_mean", "mean_of": kitchens}}


def stcda_table_spec(table):
    """The spec of one of STCDA's tables, see evaluation/tables.py."""
    section = STCDA[table]
    return {
        "title": STCDA_TITLES[table],
        "published_table": f"stcda_{table}",
        "rows": [stcda_row(method, table) for method in section["methods"]],
        "benchmarks": {
            name: {"data": data_of(name), "published_as": published_as(name)}
            for name in section["benchmarks"]
        }
        | mean_column(section["benchmarks"]),
        "runs": stcda_table_runs(table),
        "include_prior_work": True,
        "model_selection": "last epoch",
        "command": f"snakemake results/tables/stcda/{table}.csv",
    }


# Table 1 of CycDA: row, title, the published row. Rows of CycDA itself run on variants of a column's benchmark.
TABLE1 = config["tables"]["table1"]
MIXED = {"0": "", "5": " and 5 % of the videos", "10": " and 10 % of the videos"}
MIXED |= {share: f" and {share} % of the videos" for share in ("50", "100")}
TABLE1_ROWS = {
    "adabn-rgb": ("AdaBN (R)", ("AdaBN", "ResNet101")),
    "mcd-rgb": ("MCD, one step (R)", ("MCD", "ResNet101")),
    "tcon-rgb": ("TCoN-style (R)", ("TCoN", "ResNet101")),
    "dann-rgb": ("DANN (R)", ("DANN", I3D)),
    "ta3n-rgb": ("TA3N (R)", ("TA3N", I3D)),
    "sava-rgb": ("SAVA (R)", ("SAVA", I3D)),
    "mm_sada": ("MM-SADA (R+F)", ("MM-SADA", I3D)),
    "still": ("CycDA, one frame per video", ("CycDA (one frame per video)", I3D)),
    **{
        f"mixed-{share}": (
            f"CycDA, web images{words}",
            (f"CycDA (web images{words})", I3D),
        )
        for share, words in MIXED.items()
    },
    "supervised-target": ("supervised target", ("supervised target", I3D)),
}


def table1_place(method, benchmark):
    """The benchmark that a row trains on, for the column of `benchmark`, and its folder below a run."""
    if method in TABLE1["variants"][benchmark]:
        return TABLE1["variants"][benchmark][method], f"cycda/cycle{TABLE1['cycles']}/stage4"
    return benchmark, method if method == "supervised-target" else video_folder(method)


def table1_row(method):
    """A row of CycDA's Table 1: title, what was trained here, and the published row beside it."""
    title, (name, backbone) = TABLE1_ROWS[method]
    trained = clip_backbone()
    if method == "supervised-target" or method.startswith(("still", "mixed")):
        trained = row_of("supervised-target" if method == "supervised-target" else "cycda-1")[
            "trained_backbone"
        ]
    return {
        "method": method,
        "title": title,
        "trained_backbone": trained,
        "published_as": {"method": name, "backbone": backbone},
    }


def table1_runs():
    """The runs of CycDA's Table 1."""
    found = []
    for method, benchmark in product(TABLE1["methods"], TABLE1["benchmarks"]):
        place, folder = table1_place(method, benchmark)
        seeds = TABLE1["seeds"][benchmark]
        found += [
            {**run, "method": method, "benchmark": benchmark}
            for run in video_runs(folder, place, seeds, TABLE1["splits"])
        ]
    return found


def table1_spec():
    """The spec of CycDA's Table 1, see evaluation/tables.py."""
    return {
        "title": "Table 1 of CycDA: videos, single frames or web images with videos as the source",
        "published_table": "cycda_table1",
        "rows": [table1_row(method) for method in TABLE1["methods"]],
        "benchmarks": {
            name: {"data": data_of(name), "published_as": published_as(name)} for name in TABLE1["benchmarks"]
        },
        "runs": table1_runs(),
        "include_prior_work": True,
        "model_selection": "last epoch",
        "command": "snakemake results/tables/table1.csv",
    }


def video_metric_runs(benchmark):
    """The runs of all tables on video sources on one benchmark."""
    entries = table1_runs() + [run for table in STCDA_TITLES for run in stcda_table_runs(table)]
    return [run for run in entries if run["scores"].startswith(f"results/{benchmark}/")]


def video_data():
    """Clip features of all benchmarks of the tables on video sources."""
    names = list(
        dict.fromkeys([*TABLE1["benchmarks"], *(n for t in STCDA_TITLES for n in STCDA[t]["benchmarks"])])
    )
    sections = [SimpleNamespace(benchmark=name) for name in names]
    return [path for section in sections for path in clip_features(section, ["rgb", "flow"])]
