"""What CFB's tables and figures put together: rows with their titles, published counterparts and runs."""

from i2v_core.evaluation import specs

I3D_RGB, I3D_BOTH, CLIP_RGB = "I3D RGB", "I3D RGB+flow", "CLIP ViT-B/32"
# Row: title; then per table of the paper the method and backbone of the published row beside it.
CFB_ROWS = {
    "so-st-i2v": ("SO (videos of ST-I2V)", {"table2": ("SO (videos of ST-I2V)", I3D_RGB)}),
    "so-rgb": ("SO (RGB)", {"table2": ("SO (RGB)", I3D_RGB), "table5": ("SO (RGB)", I3D_RGB)}),
    "so-rgb-flow": (
        "SO (RGB+flow)",
        {"table2": ("SO (RGB+flow)", I3D_BOTH), "table3": ("SO (RGB+flow)", I3D_BOTH)},
    ),
    "bank": (
        "SO (RGB+flow) + CFB",
        {
            "table2": ("SO (RGB+flow) + CFB", I3D_BOTH),
            "table3": ("Random 1/60", I3D_BOTH),
            "table4": ("SO (RGB+flow) + CFB", I3D_BOTH),
        },
    ),
    "full": (
        "full model (CFB and VPT)",
        {
            "table1": ("CFB (full model)", I3D_BOTH),
            "table2": ("full model", I3D_BOTH),
            "table5": ("full model", I3D_BOTH),
        },
    ),
    "bank-mean": ("Mean N", {"table3": ("Mean 60", I3D_BOTH)}),
    "bank-similarity-sum": ("SimW Sum N", {"table3": ("SimW Sum60", I3D_BOTH)}),
    "bank-similarity-mean-top5": ("SimW Mean top5", {"table3": ("SimW Mean top5", I3D_BOTH)}),
    "bank-similarity-sum-top5": ("SimW Sum top5", {"table3": ("SimW Sum top5", I3D_BOTH)}),
    "bank-similarity-top1": ("SimW top1", {"table3": ("SimW top1", I3D_BOTH)}),
    "bank-similarity-random-top5": ("SimW Random 1/top5", {"table3": ("SimW Random 1/top5", I3D_BOTH)}),
    "bank-dan": ("SO (RGB+flow) + CFB + DAN", {"table4": ("SO (RGB+flow) + CFB + DAN", I3D_BOTH)}),
    "bank-jan": ("SO (RGB+flow) + CFB + JAN", {}),
    "bank-mcc": ("SO (RGB+flow) + CFB + MCC", {"table4": ("SO (RGB+flow) + CFB + MCC", I3D_BOTH)}),
    "bank-bnm": ("SO (RGB+flow) + CFB + BNM", {"table4": ("SO (RGB+flow) + CFB + BNM", I3D_BOTH)}),
    "clip-so-rgb": ("CLIP: SO (RGB)", {"table5": ("SO (RGB)", CLIP_RGB)}),
    "clip-full": ("CLIP: full model", {"table5": ("full model", f"{CLIP_RGB}+I3D flow")}),
}
# Rows of Table 1 that other systems train, as that table of the paper calls them.
OTHER_ROWS = {
    "source-only": ("SO (Img)", "ResNet18"),
    "dann": ("DANN", "ResNet18"),
    "jan": ("JAN", "not stated"),
    "dann-i3d": ("DANN+I3D", "ResNet18+I3D"),
    "cycda-3": ("CycDA", "ResNet18+I3D"),
    "supervised-target": ("supervised target", "ResNet18+I3D"),
}
CFB_TITLES = {
    "table1": "Table 1 of CFB: comparison",
    "table2": "Table 2 of CFB: what each part adds",
    "table3": "Table 3 of CFB: aggregation of retrieved flows",
    "table4": "Table 4 of CFB: with plug-in losses",
    "table5": "Table 5 of CFB: CLIP as RGB branch",
}


def cfb_row(method, table):
    """A row of one of CFB's tables: title, what was trained here, and the published row beside it (or none)."""
    if method not in CFB_ROWS:
        published = OTHER_ROWS.get(method) if table == "table1" else None
        row = row_of(method)
    else:
        title, beside = CFB_ROWS[method]
        published = beside.get(table)
        rgb, flow = cfb_runs.ROWS[method]
        width = config["video_model"]["width"]
        i3d = "I3D" if width == 1 else f"I3D of width {width}"
        stand_in = "stand-in for CLIP" if config["cfb"]["weights"]["clip"] == "pretrained" else "CLIP"
        nets = [
            stand_in if cfb_runs.options(rgb)["clip"] else f"{i3d} (RGB)",
            *([f"{i3d} (flow)"] if flow else []),
        ]
        row = {"method": method, "title": title, "trained_backbone": ", ".join(nets)}
    return {**row, "published_as": dict(zip(("method", "backbone"), published)) if published else None}


def cfb_folder(method):
    """The folder of a row's model below its run."""
    return f"cfb/{method}" if method.split("+")[0] in CFB_ROWS else model_of(method)


def cfb_table_runs(table):
    """The runs of one of CFB's tables: every row on its benchmarks, all splits, the benchmark's own seeds."""
    section = CFB[table]
    return [
        {**run, "method": method, "benchmark": benchmark}
        for method, benchmark in product(section["methods"], section["benchmarks"])
        for run in cfb_runs_of(method, benchmark, CFB["seeds"][benchmark])
    ]


def cfb_runs_of(method, benchmark, seeds):
    """Score files of one row on one benchmark, by split and seed."""
    return [
        {
            "scores": f"results/{benchmark}/split{split}/seed{seed}/{cfb_folder(method)}/scores.json",
            "split": split,
            "seed": seed,
        }
        for split, seed in product(CFB["splits"], seeds)
    ]


def cfb_table_spec(table):
    """The spec of one of CFB's tables, see evaluation/tables.py."""
    section = CFB[table]
    return {
        "title": CFB_TITLES[table],
        "published_table": f"cfb_{table}",
        "rows": [cfb_row(method, table) for method in section["methods"]],
        "benchmarks": {
            name: {"data": data_of(name), "published_as": published_as(name)}
            for name in section["benchmarks"]
        },
        "runs": cfb_table_runs(table),
        "include_prior_work": True,
        "model_selection": "last epoch",
        "command": f"snakemake results/tables/cfb/{table}.csv",
    }


def figure4_panel(parameter, title, label):
    """One panel of Figure 4: a run per value; the used value is the row that the tables have."""
    section, benchmark = CFB["figure4"], CFB["figure4"]["benchmark"]
    cfb = i2v_params.part(config, benchmark, "cfb")
    used = cfb["bank"]["size"] if parameter == "size" else cfb[parameter]
    points = [
        {
            "value": value,
            "runs": cfb_runs_of(
                cfb_runs.sweep(parameter, None if value == used else value), benchmark, section["seeds"]
            ),
        }
        for value in section[parameter]
    ]
    reference = {
        "title": "SO (RGB+flow)",
        "runs": cfb_runs_of("so-rgb-flow", benchmark, section["seeds"]),
    }
    return {
        "title": title,
        "xlabel": label,
        "parameter": parameter,
        "reference": reference if parameter != "lambda_1" else None,
        "lines": [{"title": "", "used": used, "points": points}],
    }


def figure4_spec():
    """The spec of Figure 4, see evaluation/sensitivity.py."""
    return {
        "data": f"{CFB['figure4']['benchmark']}, {data_of(CFB['figure4']['benchmark'])}",
        "panels": [
            figure4_panel("lambda_1", "(a) SO (RGB)", "weight of the frame-level loss"),
            figure4_panel("size", "(b) SO (RGB+flow) + CFB", "flows per class in the bank, N"),
            figure4_panel("lambda_2", "(c) SO (RGB+flow) + VPT", "weight of the pace loss"),
            figure4_panel("paces", "(d) SO (RGB+flow) + VPT", "size of the pace label space"),
        ],
    }


def figure4_scores():
    """All score files of Figure 4, each once."""
    return sorted({run["scores"] for run in specs.figure_runs(figure4_spec())})


def cfb_metric_runs(benchmark):
    """The runs of all of CFB's tables on one benchmark, each score file once."""
    entries = [run for table in CFB_TITLES for run in cfb_table_runs(table) if run["benchmark"] == benchmark]
    return list({run["scores"]: run for run in entries}.values())


def cfb_data():
    """What CFB's jobs share: generated videos, flow of both domains, initial weights."""
    benchmarks = [SimpleNamespace(benchmark=name) for name in cfb_benchmarks()]
    sources = [path for section in benchmarks for path in generated_stores(section)]
    targets = [path for section in benchmarks for path in target_stores(section)]
    branches = [
        SimpleNamespace(branch=name, **vars(section)) for section in benchmarks for name in ("depth", "clip")
    ]
    files = [path for section in branches for path in [*rgb_weights(section), *flow_weights(section)]]
    return list(dict.fromkeys([*sources, *flows(sources + targets), *files]))


def cfb_first(benchmark):
    """The folder of a benchmark's first split and seed, which pictures show."""
    return f"results/{benchmark}/split{CFB['splits'][0]}/seed{CFB['seeds'][benchmark][0]}"


def cfb_benchmarks():
    """All benchmarks of CFB's tables, in their order."""
    return list(dict.fromkeys(name for table in CFB_TITLES for name in CFB[table]["benchmarks"]))


def cfb_figures():
    """All figures of CFB: sensitivity, t-SNE, and per benchmark generated videos, flow and the bank's quality."""
    folders = [f"results/figures/cfb/{name}" for name in cfb_benchmarks()]
    names = ("generated.png", "generated.gif", "flow.png", "bank.png")
    return ["results/figures/cfb/figure4.png", "results/figures/cfb/figure5.png"] + [
        f"{folder}/{name}" for folder in folders for name in names
    ]
