"""What DIVAFN's tables and figures put together: rows with their titles and published counterparts, and runs."""

from i2v_core.baselines import shallow
from i2v_core.evaluation import published, specs

DIVAFN = config["tables"]["divafn"]
# Titles of rows, and the method of the published row beside them.
DIVAFN_ROWS = {
    "svm": ("SVM", "SVM"),
    "baseline-rows": ("baseline: images are more samples", "baseline"),
    "baseline-columns": ("baseline: key frame beside video", "baseline"),
    "finetuned": ("finetuned on key frames", "finetuned"),
    "kvc": ("KVC", "KVC"),
    "divf": ("DIVF", "DIVF"),
    "diva": ("DIVA", "DIVA"),
    "divafn": ("DIVAFN", "DIVAFN"),
    **{name: (name.upper(), name.upper()) for name in shallow.METHODS},
}
DIVAFN_TITLES = {
    "table4": "Table IV of DIVAFN: Stanford40 to UCF101, trajectories",
    "table5": "Table V of DIVAFN: ASD to UCF101, trajectories",
    "table6": "Table VI of DIVAFN: EAD to HMDB51, trajectories",
    "table7": "Table VII of DIVAFN: BU101 to UCF101, C3D",
    "table8": "Table VIII of DIVAFN: weights of the pair terms",
    "table9": "Table IX of DIVAFN: parts, with names as semantics",
    "table10": "Table X of DIVAFN: parts, with attributes as semantics",
    "table11": "Table XI of DIVAFN: shallow adaptation",
    "table12": "Table XII of DIVAFN: UCF101",
}
# The paper's names of what our video features stand beside, and ours.
VIDEO_NAMES = {"idt": "IDT", "c3d": "C3D", "i3d": "C3D"}
DIVAFN_NOTE = (
    "All rows train on the labels of the stated share of the target's videos, as in the paper; SVM, finetuned, KVC, DIVF "
    "and the baseline with key frames see no image."
)


def share_words(benchmark, share):
    """The name of a column."""
    return f"{benchmark}, {share} %"


def divafn_job(cell):
    """The folder of the job that runs a cell, below its run."""
    return f"divafn/{cell.video}-{cell.share}/{divafn_runs.family(cell.row)}"


def divafn_places(cells):
    """Score files of some cells, each once."""
    found = [run["scores"] for cell in cells for run in specs.expanded([divafn_series(cell)])]
    return list(dict.fromkeys(found))


def divafn_series(cell):
    """The runs of a cell over splits and seeds, as one entry of a spec, see evaluation/specs.py."""
    return {
        "scores": f"results/{cell.benchmark}/split{{split}}/seed{{seed}}/{divafn_job(cell)}/scores.json",
        "row": [cell.row],
        "split": DIVAFN["splits"][cell.benchmark],
        "seed": DIVAFN["seeds"][cell.benchmark],
    }


def divafn_video(video):
    """What our video features are, for tables."""
    section = config["divafn"]
    if video == "idt":
        return "IDT" if section["trajectories"]["original"] else "idt_lite"
    width = divafn_params.video_settings(config, video)["options"].get("width", 1)
    return video.upper() if width == 1 else f"{video.upper()} of width {width}"


def divafn_trained(row, video):
    """What a row is made of here, for tables."""
    method, section = divafn_runs.method(row), config["divafn"]
    still = divafn_params.still_settings(config)["backbone"]
    if method in ("svm", "finetuned"):
        return {"svm": divafn_video(video), "finetuned": still}[method]
    hidden = f"FC{section['network']['hidden_dim']} + " if method in ("diva", "divafn") else ""
    return f"{still} + {hidden}{divafn_video(video)}"


def divafn_published(row, table, video):
    """Method and backbone of the published row beside a row, or none."""
    found = divafn_runs.options(row)
    method, used = DIVAFN_ROWS[divafn_runs.method(row)][1], config["divafn"]["objective"]
    video = VIDEO_NAMES[video]
    if table == "table8":
        weights = [float(found.get(letter, used[divafn_runs.TERMS[letter]])) for letter in "abc"]
        method = "{}, a {:g}, b {:g}, c {:g}".format(method, *weights)
    elif table in ("table4", "table5", "table6", "table7") and method == "DIVAFN":
        dim = int(found.get("dim", 4096))  # the paper's choice from Table VIII on
        if dim not in (512, 1024, 2048, 4096):
            return None
        method = f"DIVAFN d={dim}"
    if divafn_runs.method(row) in shallow.METHODS:
        return {
            "method": method,
            "backbone": f"CNN-F fc8 (not trained by the similarity loss) + {video}",
        }
    backbone = {
        "svm": video,
        "finetuned": "CNN-F",
        "diva": f"CNN-F + FC8192 + {video}",
        "divafn": f"CNN-F + FC8192 + {video}",
    }.get(divafn_runs.method(row), f"CNN-F + {video}")
    return {"method": method, "backbone": backbone}


def divafn_title(row):
    """The title of a row: its method, and what it changes."""
    changes = [
        f"{key} = {value}" if key != "semantics" else value for key, value in divafn_runs.options(row).items()
    ]
    return ", ".join([DIVAFN_ROWS[divafn_runs.method(row)][0], *changes])


def divafn_spec(table, rows, columns, runs):
    """The spec of one of DIVAFN's tables, see evaluation/tables.py."""
    return {
        "title": DIVAFN_TITLES[table],
        "published_table": f"divafn_{table}",
        "rows": rows,
        "benchmarks": columns,
        "runs": runs,
        "include_prior_work": True,
        "model_selection": "last iteration",
        "note": DIVAFN_NOTE,
        "command": f"snakemake results/tables/divafn/{table}.csv",
    }


def divafn_column(cell):
    """The paper's column that a benchmark at a share stands beside; none at a share that the paper does not have."""
    name = f"divafn_{published_as(cell.benchmark)}_{cell.share}"
    return name if name in published.BENCHMARKS else None


def divafn_table_spec(table):
    """The spec of Tables IV to XI."""
    section, cells = DIVAFN[table], divafn_params.table_cells(config, table)
    rows = [
        {
            "method": row,
            "title": divafn_title(row),
            "trained_backbone": divafn_trained(row, section["video"]),
            "published_as": divafn_published(row, table, section["video"]),
        }
        for row in section["methods"]
    ]
    columns = {
        share_words(cell.benchmark, cell.share): {
            "data": data_of(cell.benchmark),
            "published_as": divafn_column(cell),
        }
        for cell in cells
    }
    runs = [
        {**divafn_series(cell), "method": "{row}", "benchmark": share_words(cell.benchmark, cell.share)}
        for cell in cells
    ]
    return divafn_spec(table, rows, columns, runs)


def table12_published(cell):
    """The published row of Table XII beside a run of ours; none at a share that the paper does not have."""
    if cell.row == "divafn":
        words, backbone = f"DIVAFN, {cell.share} % of the videos", "CNN-F + FC8192 + C3D"
        known = (words, backbone) in published.methods("divafn_table12")
        return {"method": words, "backbone": backbone} if known else None
    if cell.row != "svm" or cell.share != 100:
        return None
    words = {"IDT": "IDT+LLC encoding+linear SVM (baseline)", "C3D": "C3D+linear SVM (baseline)"}
    name = VIDEO_NAMES[cell.video]
    return {"method": words[name], "backbone": name}


def table12_spec():
    """The spec of Table XII: a row for each kind of video features, share and method."""
    cells = divafn_params.table12_cells(config)
    names = [f"{cell.video}-{cell.share}-{cell.row}" for cell in cells]
    rows = [
        {
            "method": name,
            "title": f"{divafn_title(cell.row)} on {divafn_video(cell.video)}, {cell.share} % of the videos",
            "trained_backbone": divafn_trained(cell.row, cell.video),
            "published_as": table12_published(cell),
        }
        for name, cell in zip(names, cells)
    ]
    benchmark = DIVAFN["table12"]["benchmark"]
    runs = [
        {**divafn_series(cell), "method": name, "benchmark": benchmark} for name, cell in zip(names, cells)
    ]
    columns = {benchmark: {"data": data_of(benchmark), "published_as": "ucf101"}}
    return divafn_spec("table12", rows, columns, runs)


def divafn_metric_runs(benchmark):
    """All runs of DIVAFN's tables and figures on one benchmark."""
    cells = dict.fromkeys(cell for cell in divafn_params.cells(config) if cell.benchmark == benchmark)
    return [
        {**run, "method": f"{cell.video}-{cell.share}/{cell.row}"}
        for cell in cells
        for run in specs.expanded([divafn_series(cell)])
    ]


def metric_runs(benchmark):
    """The runs of all tables on one benchmark, each once."""
    entries = [run for run in TABLE2_RUNS if run["benchmark"] == benchmark]
    entries += cfb_metric_runs(benchmark) + video_metric_runs(benchmark) + divafn_metric_runs(benchmark)
    entries += websup_metric_runs(benchmark)
    return list({specs.file_and_row(run): run for run in entries}.values())


def divafn_data():
    """Samples of all cells of DIVAFN's tables, and vectors of their images and videos."""
    cells = dict.fromkeys((cell.benchmark, cell.video, cell.share) for cell in divafn_params.cells(config))
    found = []
    for benchmark, video, share in cells:
        for split, seed in product(DIVAFN["splits"][benchmark], DIVAFN["seeds"][benchmark]):
            values = {"benchmark": benchmark, "video": video, "share": share, "split": split, "seed": seed}
            place = SimpleNamespace(**values)
            found.append(f"{SAMPLE}/sample.csv".format(**values))
            found += image_vectors(place) + keyframe_vectors(place) + video_vectors(place)
    return list(dict.fromkeys(found))
