"""STCDA's figures: t-SNE of features, Grad-CAM, and what the method gains in each class."""

# Models of the t-SNE (figure 4 of the paper), and their titles.
STCDA_PANELS = {
    "stcda+alpha=0+beta=0": "source only",
    "stcda+beta=0": "with STCL",
    "stcda+alpha=0": "with VCA",
    "stcda": "STCDA",
    "target-only": "target only",
}
STCDA_FIGURES = STCDA["figures"]


def stcda_first(folder):
    """A folder of the first run of the benchmark that the figures show."""
    benchmark = STCDA_FIGURES["benchmark"]
    return f"results/{benchmark}/split{STCDA['splits'][0]}/seed{STCDA['seeds'][benchmark][0]}/{folder}"


def stcda_split(name):
    """A split file of the figures' benchmark."""
    return f"data/derived/benchmarks/{STCDA_FIGURES['benchmark']}/split{STCDA['splits'][0]}/{name}"


def stcda_scores(method):
    """Scores of a row in all runs of the figures' benchmark."""
    benchmark = STCDA_FIGURES["benchmark"]
    runs = video_runs(video_folder(method), benchmark, STCDA["seeds"][benchmark], STCDA["splits"])
    return [run["scores"] for run in runs]


def model_media(wildcards):
    """What the model of a row sees, by option of the stage that takes its features."""
    row = SimpleNamespace(**dict(wildcards.items()), row=wildcards.folder.rpartition("/")[2])
    return stcda_media(row) if row.row.startswith("stcda") else {"stores": baseline_features(row)}


def stcda_shown_frames(wildcards):
    """Frames of the figures' benchmark, for Grad-CAM."""
    benchmark = SimpleNamespace(benchmark=STCDA_FIGURES["benchmark"])
    return source_stores(benchmark) + target_stores(benchmark)


STCDA_PICTURES = [f"results/figures/stcda/{name}.png" for name in ("gain", "grad_cam", "tsne")]
