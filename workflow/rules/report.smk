"""Tables and figures that put runs together."""

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
        "published_as": ({"method": published, "backbone": backbone} if cycles <= 3 else None),
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


rule table2:
    """Table 2 of CycDA: methods by benchmarks, with the published numbers in columns of their own."""
    input:
        scores=[run["scores"] for run in TABLE2_RUNS],
        published="i2v_core/evaluation/published/cycda_table2.csv",
    output:
        table="results/tables/table2.csv",
        markdown="results/tables/table2.md",
    log:
        "logs/table2.log",
    benchmark:
        "logs/benchmarks/table2.tsv"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("make_table2"),
        spec=as_json(
            {
                "rows": [row_of(method) for method in TABLE2["methods"]],
                "benchmarks": {
                    name: {"data": data_of(name), "published_as": published_as(name)}
                    for name in TABLE2["benchmarks"]
                },
                "runs": TABLE2_RUNS,
                "include_prior_work": True,
                "model_selection": "last epoch",
                "command": "snakemake results/tables/table2.csv",
            }
        ),
    shell:
        STAGE + ".make_table2 --scores {input.scores} --spec {params.spec:q}"
        " --out {output.table} --markdown {output.markdown} 2> {log}"


rule metrics:
    """Accuracy of each method and precision of each stage's pseudo labels on one benchmark, for `dvc metrics`."""
    input:
        scores=lambda wildcards: scores_of(TABLE2_RUNS, wildcards.benchmark),
        labels=lambda wildcards: scores_of(LABEL_RUNS, wildcards.benchmark),
    output:
        "results/metrics/{benchmark}.json",
    log:
        "logs/metrics/{benchmark}.log",
    benchmark:
        "logs/benchmarks/metrics/{benchmark}.tsv"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("collect_metrics"),
        methods=lambda wildcards: names_of(TABLE2_RUNS, "method", wildcards.benchmark),
        stages=lambda wildcards: names_of(LABEL_RUNS, "stage", wildcards.benchmark),
    shell:
        STAGE + ".collect_metrics --scores {input.scores} --methods {params.methods}"
        " --labels {input.labels} --stages {params.stages:q} --out {output} 2> {log}"


rule pseudo_label_quality:
    """How good the pseudo labels were, stage by stage and cycle by cycle (known afterwards only)."""
    input:
        [run["scores"] for run in LABEL_RUNS],
    output:
        figure="results/figures/table2/pseudo_labels.png",
        table="results/figures/table2/pseudo_labels.csv",
    log:
        "logs/pseudo_label_quality.log",
    benchmark:
        "logs/benchmarks/pseudo_label_quality.tsv"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("plot_pseudo_label_quality"),
        spec=as_json(
            {
                "stages": [title for _, title in LABEL_STAGES],
                "benchmarks": {name: data_of(name) for name in TABLE2["benchmarks"]},
                "runs": LABEL_RUNS,
            }
        ),
    shell:
        STAGE
        + ".plot_pseudo_label_quality --spec {params.spec:q} --out {output.figure} --table {output.table} 2> {log}"


rule confusion:
    """The confusion matrix of one model on the target's test videos."""
    input:
        f"{RUN}/{{model}}/scores.json",
    output:
        f"{FIGURES}/confusion.png",
    log:
        "logs/confusion/{benchmark}-{split}-{seed}/{model}.log",
    benchmark:
        "logs/benchmarks/confusion/{benchmark}-{split}-{seed}/{model}.tsv"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("plot_confusion"),
        title=lambda wildcards: f"{wildcards.model}, {wildcards.benchmark} ({data_of(wildcards.benchmark)}), "
        f"split {wildcards.split}, seed {wildcards.seed}",
    shell:
        STAGE + ".plot_confusion --scores {input} --title {params.title:q} --out {output} 2> {log}"


rule training_curves:
    """The loss terms of one model over its training."""
    input:
        f"{RUN}/{{model}}/train_log.csv",
    output:
        f"{FIGURES}/training.png",
    log:
        "logs/training_curves/{benchmark}-{split}-{seed}/{model}.log",
    benchmark:
        "logs/benchmarks/training_curves/{benchmark}-{split}-{seed}/{model}.tsv"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("plot_training"),
        title=lambda wildcards: f"{wildcards.model}, {wildcards.benchmark}, split {wildcards.split}, seed {wildcards.seed}",
    shell:
        STAGE + ".plot_training --log {input} --title {params.title:q} --out {output} 2> {log}"


rule contact_sheet:
    """Both domains of the mini world side by side: photos on the left, video strips on the right."""
    input:
        photos=expand(
            "data/raw/mini/{layout}.csv",
            layout=("stanford40", "hii", "bu101"),
        ),
        videos=expand("data/raw/mini/{layout}.csv", layout=("hmdb51", "ucf101")),
    output:
        "results/figures/mini_world.png",
    log:
        "logs/contact_sheet.log",
    benchmark:
        "logs/benchmarks/contact_sheet.tsv"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("draw_contact_sheet"),
        photos=lambda wildcards, input: [path.removesuffix(".csv") for path in input.photos],
        videos=lambda wildcards, input: [path.removesuffix(".csv") for path in input.videos],
    shell:
        STAGE
        + ".draw_contact_sheet --photos {params.photos} --videos {params.videos} --out {output} 2> {log}"
