"""What the tables and figures of web supervision put together: rows with their titles, published counterparts and runs."""

from i2v_core.evaluation import published

WEBSUP = config["tables"]["websup"]
R34, LIFTED = "ResNet-34 2D", "ResNet-34 (2+1)D residual, spatial filters from image model"
PAPER = "Kae and Song (ours)"
# Row: title, and the published method and backbone beside it, by table.
WEBSUP_ROWS = {
    "image-i": ("I", ("I", R34)),
    "image-f": ("F", ("F", R34)),
    "image-if": ("I+F", ("I+F", R34)),
    "image-if+a": ("I+F (A)", ("I+F (A)", R34)),
    "image-if+da": ("I+F (DA)", ("I+F (DA)", R34)),
    "image-if+a+da": ("I+F (A+DA)", ("I+F (A+DA)", R34)),
    "video": ("V", ("V", LIFTED)),
    "video+a": ("V (A)", ("V (A)", LIFTED)),
    "video+da": ("V (DA)", ("V (DA)", LIFTED)),
    "video+a+da": ("V (A+DA)", ("V (A+DA)", LIFTED)),
    "video+init=imagenet": ("V, spatial filters of ImageNet, fixed", None),
    "video+init=imagenet+spatial=trained": ("V, spatial filters of ImageNet, trained", None),
    "video+residual=no": ("V without residual connection, identity at the start", None),
}
# In-text rows stand beside the numbers of section 4.3.
WEBSUP_TEXT = {
    "video+init=imagenet": (
        "V, spatial weights from ImageNet instead of the image model",
        "ResNet-34 (2+1)D residual",
    ),
    "video+init=imagenet+spatial=trained": None,
    "video+residual=no": ("V without the temporal residual connection (Fig. 5a)", "ResNet-34 (2+1)D"),
}
WEBSUP_TITLES = {
    "table1": "Table 1 of web supervision: UCF101",
    "table2": "Table 2 of web supervision: Kinetics-400",
    "table3": "Table 3 of web supervision: UCF101 beside other work",
    "table4": "Table 4 of web supervision: Kinetics-400 beside other work",
    "text": "Section 4.3 of web supervision: other starts of the video model",
}


def websup_published(method, table):
    """The published row of a table beside a row of ours, or none."""
    if table in ("table3", "table4"):
        found = (PAPER, "ResNet-34 (2+1)D residual") if method == "video+a+da" else None
    elif table == "text":
        found = WEBSUP_TEXT.get(method)
    else:
        found = WEBSUP_ROWS[method][1]
        found = found if found in published.methods(f"websup_{table}") else None
    return dict(zip(("method", "backbone"), found)) if found else None


def websup_row(method, table):
    """A row of one of the tables: title, what was trained here, the published row beside it."""
    network = websup_params.embedding_settings(config)
    image, widths = network["backbone"], network["backbone_options"].get("channels", [])
    if widths:
        image += f" of widths {'-'.join(map(str, widths))}"
    trained = image if method.startswith("image") else f"{image}, lifted"
    title = WEBSUP_ROWS[method][0]
    return {
        "method": method,
        "title": title,
        "trained_backbone": trained,
        "published_as": websup_published(method, table),
    }


def websup_table_runs(table):
    """The runs of one of the tables."""
    section = WEBSUP[table]
    return [
        {
            "scores": f"results/{benchmark}/split{split}/seed{seed}/websup/{method}/scores.json",
            **{"split": split, "seed": seed, "method": method, "benchmark": benchmark},
        }
        for method, benchmark in product(section["methods"], section["benchmarks"])
        for split, seed in product(WEBSUP["splits"][benchmark], WEBSUP["seeds"][benchmark])
    ]


def websup_table_spec(table):
    """The spec of one of the tables, see evaluation/tables.py."""
    section = WEBSUP[table]
    return {
        "title": WEBSUP_TITLES[table],
        "published_table": f"websup_{table}",
        "rows": [websup_row(method, table) for method in section["methods"]],
        "benchmarks": {
            name: {"data": data_of(name), "published_as": published_as(name)}
            for name in section["benchmarks"]
        },
        "runs": websup_table_runs(table),
        "include_prior_work": table != "text",
        "model_selection": "last epoch",
        "command": f"snakemake results/tables/websup/{table}.csv",
    }


def websup_metric_runs(benchmark):
    """The runs of all tables of web supervision on one benchmark."""
    entries = [run for table in WEBSUP_TITLES for run in websup_table_runs(table)]
    return [run for run in entries if run["benchmark"] == benchmark]


def websup_data():
    """What training needs of all benchmarks of the tables: chosen sources, shots of all data."""
    names = dict.fromkeys(name for table in WEBSUP_TITLES for name in WEBSUP[table]["benchmarks"])
    found = []
    for name in names:
        section = SimpleNamespace(benchmark=name)
        splits = WEBSUP["splits"][name]
        found += [f"data/derived/benchmarks/{name}/split{split}/web/source.csv" for split in splits]
        found += detected_shots(source_stores(section) + target_stores(section))
    return found


WEBSUP_FIGURES = WEBSUP["figures"]
WEB_DATASETS = dict(
    zip(("image", "video"), config["benchmarks"][WEBSUP_FIGURES["benchmark"]]["source"], strict=True)
)


def websup_first(row, file):
    """A file of a row's first run on the benchmark that the figures show."""
    benchmark = WEBSUP_FIGURES["benchmark"]
    split, seed = WEBSUP["splits"][benchmark][0], WEBSUP["seeds"][benchmark][0]
    return f"results/{benchmark}/split{split}/seed{seed}/websup/{row}/{file}"


def attention_files(row):
    """Attention weights of a row in all seeds of the figures' benchmark."""
    benchmark = WEBSUP_FIGURES["benchmark"]
    return [
        f"results/{benchmark}/split{WEBSUP['splits'][benchmark][0]}/seed{seed}/websup/{row}/attention.csv"
        for seed in WEBSUP["seeds"][benchmark]
    ]


def attention_areas():
    """Areas under the ROC curve of attention weights, where the mini world planted what is to be found."""
    is_mini = config["datasets"][WEB_DATASETS["image"]]["mini_world"]
    return [
        f"results/tables/websup/attention-{kind}.csv"
        for kind in ("image", "video")
        if is_mini and WEBSUP_FIGURES["attention"]
    ]


def websup_figures():
    """t-SNE of the three domains, and a batch of web images by weight."""
    return [f"results/figures/websup/{name}.png" for name in ("domains", "attention")]


def truth_of(name):
    """The file that says what the mini world planted in a web dataset; only scores of attention read it."""
    return f"{config['datasets'][name]['root']}_truth.csv"
