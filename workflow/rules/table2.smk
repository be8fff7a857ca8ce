"""What Table 2 and its figures are made of: rows, runs, labels of axes."""

from itertools import product

TABLE2 = config["tables"]["table2"]
CYCLES = max(
    (int(name.split("-")[1]) for name in TABLE2["methods"] if name.startswith("cycda-")),
    default=0,
)
# Pseudo labels in the order they are made: folder of the model, label of the figure's axis.
LABEL_STAGES = [("cycda/cycle1/stage1", "1"), ("cycda/cycle1/stage2", "2")][: 2 * bool(CYCLES)] + [
    (f"cycda/cycle{cycle}/stage{stage}", f"{cycle}: {stage}")
    for cycle in range(1, CYCLES + 1)
    for stage in (3, 4)
]


def model_of(method):
    """The folder of the model that a row of Table 2 reports. DANN is CycDA's stage 1, DANN + I3D its stage 2."""
    folders = {"dann": "cycda/cycle1/stage1", "dann-i3d": "cycda/cycle1/stage2"}
    if method.startswith("cycda-"):
        return f"cycda/cycle{method.split('-')[1]}/stage4"
    return folders.get(method, method)


def row_of(method):
    """A row of Table 2: title, what was trained here, and the published row it stands beside (or none)."""
    image, video = config["image_model"]["backbone"], "I3D"
    if config["image_model"]["weights"] == "pretrained":
        widths = config["image_model"]["backbone_options"].get("channels", [])
        image += f" of widths {'-'.join(map(str, widths))}" if widths else ""
    if config["video_model"]["width"] != 1:
        video += f" of width {config['video_model']['width']}"
    cycles = int(method.split("-")[1]) if method.startswith("cycda-") else 0
    plural = "iteration" if cycles == 1 else "iterations"
    title, trained, published, backbone = {
        "source-only": ("source only", image, "source only", "ResNet18"),
        "dann": ("DANN", image, "DANN", "ResNet18"),
        "dan": ("DAN", image, None, None),
        "jan": ("JAN", image, None, None),
        "dann-i3d": ("DANN + I3D", f"{image}, {video}", "DANN+I3D", "ResNet18+I3D"),
        "supervised-target": (
            "supervised target",
            video,
            "supervised target",
            "ResNet18+I3D",
        ),
    }.get(
        method,
        (
            f"CycDA ({cycles} {plural})",
            f"{image}, {video}",
            f"CycDA ({cycles} {plural})",
            "ResNet18+I3D",
        ),
    )
    return {
        "method": method,
        "title": title,
        "trained_backbone": trained,
        "published_as": ({"method": published, "backbone": backbone} if published and cycles <= 3 else None),
    }


def runs(files, over):
    """One entry per file name, benchmark, split and seed: `files` maps the name to its path below the run."""
    return [
        {
            over: name,
            "benchmark": benchmark,
            "split": split,
            "seed": seed,
            "scores": f"results/{benchmark}/split{split}/seed{seed}/{path}",
        }
        for (name, path), benchmark, split, seed in product(
            files.items(), TABLE2["benchmarks"], TABLE2["splits"], TABLE2["seeds"]
        )
    ]


TABLE2_RUNS = runs(
    {method: f"{model_of(method)}/scores.json" for method in TABLE2["methods"]},
    "method",
)
LABEL_RUNS = runs(
    {title: f"{folder}/pseudo_label_scores.json" for folder, title in LABEL_STAGES},
    "stage",
)


def scores_of(entries, benchmark):
    """The score files of a benchmark's entries."""
    return [entry["scores"] for entry in entries if entry["benchmark"] == benchmark]


def names_of(entries, over, benchmark):
    """What the score files of a benchmark are of, in the same order."""
    return [entry[over] for entry in entries if entry["benchmark"] == benchmark]


FIGURES = "results/figures/table2/{benchmark}/split{split}/seed{seed}/{model}"


def table2_figures():
    """Confusion matrix and training curves of every run of Table 2."""
    folders = {FIGURES.format(**{**run, "model": model_of(run["method"])}) for run in TABLE2_RUNS}
    return [f"{folder}/{name}" for folder in sorted(folders) for name in ("confusion.png", "training.png")]


def contact_sheets():
    """The picture of both domains, where the mini world is in use."""
    used = [config["benchmarks"][name]["target"] for name in TABLE2["benchmarks"]]
    is_mini = any(config["datasets"][name]["mini_world"] for name in used)
    return ["results/figures/mini_world.png"] if is_mini else []


def published_as(name):
    """The paper's benchmark that a benchmark of ours stands beside, or none."""
    return config["benchmarks"][name]["published_as"] or None


def data_of(name):
    """What data a benchmark runs on, for tables and figures."""
    return config["benchmarks"][name]["data"]
