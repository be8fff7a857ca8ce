"""Tables and figures that put runs together."""


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
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("make_table"),
        spec=as_json(
            {
                "title": "Table 2 of CycDA: image-to-video adaptation",
                "published_table": "cycda_table2",
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
        "python -m i2v_core.stage make_table --scores {input.scores} --spec {params.spec:q}"
        " --out {output.table} --markdown {output.markdown} 2> {log}"


rule metrics:
    """Accuracy of each method and precision of each stage's pseudo labels on one benchmark, for `dvc metrics`."""
    input:
        scores=lambda wildcards: list(
            dict.fromkeys(run["scores"] for run in metric_runs(wildcards.benchmark))
        ),
        labels=lambda wildcards: scores_of(LABEL_RUNS, wildcards.benchmark),
    output:
        "results/metrics/{benchmark}.json",
    log:
        "logs/metrics/{benchmark}.log",
    benchmark:
        "logs/benchmarks/metrics/{benchmark}.tsv"
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("collect_metrics"),
        scores=lambda wildcards: [run["scores"] for run in metric_runs(wildcards.benchmark)],
        methods=lambda wildcards: [run["method"] for run in metric_runs(wildcards.benchmark)],
        rows=lambda wildcards: [run.get(specs.ROW, "-") for run in metric_runs(wildcards.benchmark)],
        stages=lambda wildcards: names_of(LABEL_RUNS, "stage", wildcards.benchmark),
    shell:
        "python -m i2v_core.stage collect_metrics --scores {params.scores} --methods {params.methods}"
        " --rows {params.rows} --labels {input.labels} --stages {params.stages:q} --out {output} 2> {log}"


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
    conda:
        "../envs/i2v.yaml"
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
        "python -m i2v_core.stage plot_pseudo_label_quality --spec {params.spec:q} --out {output.figure} --table {output.table} 2> {log}"


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
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("plot_confusion"),
        title=lambda wildcards: f"{wildcards.model}, {wildcards.benchmark} ({data_of(wildcards.benchmark)}), "
        f"split {wildcards.split}, seed {wildcards.seed}",
    shell:
        "python -m i2v_core.stage plot_confusion --scores {input} --title {params.title:q} --out {output} 2> {log}"


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
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("plot_training"),
        title=lambda wildcards: f"{wildcards.model}, {wildcards.benchmark}, split {wildcards.split}, seed {wildcards.seed}",
    shell:
        "python -m i2v_core.stage plot_training --log {input} --title {params.title:q} --out {output} 2> {log}"


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
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("draw_contact_sheet"),
        photos=lambda wildcards, input: [path.removesuffix(".csv") for path in input.photos],
        videos=lambda wildcards, input: [path.removesuffix(".csv") for path in input.videos],
    shell:
        "python -m i2v_core.stage draw_contact_sheet --photos {params.photos} --videos {params.videos} --out {output} 2> {log}"
