"""Tables on video sources."""


rule table1:
    """Table 1 of CycDA: videos, single frames, or web images with some videos as the labelled source."""
    input:
        scores=[run["scores"] for run in table1_runs()],
        published="i2v_core/evaluation/published/cycda_table1.csv",
    output:
        table="results/tables/table1.csv",
        markdown="results/tables/table1.md",
    log:
        "logs/table1.log",
    benchmark:
        "logs/benchmarks/table1.tsv"
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("make_table"),
        spec=as_json(table1_spec()),
    shell:
        "python -m i2v_core.stage make_table --scores {input.scores} --spec {params.spec:q}"
        " --out {output.table} --markdown {output.markdown} 2> {log}"


rule stcda_table:
    """One of STCDA's tables, with the published numbers in columns of their own."""
    input:
        scores=lambda wildcards: [run["scores"] for run in stcda_table_runs(wildcards.table)],
        published="i2v_core/evaluation/published/stcda_{table}.csv",
    output:
        table="results/tables/stcda/{table}.csv",
        markdown="results/tables/stcda/{table}.md",
    log:
        "logs/stcda/{table}.log",
    benchmark:
        "logs/benchmarks/stcda/{table}.tsv"
    wildcard_constraints:
        table="table[1-6]",
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("make_table"),
        spec=lambda wildcards: as_json(stcda_table_spec(wildcards.table)),
    shell:
        "python -m i2v_core.stage make_table --scores {input.scores} --spec {params.spec:q}"
        " --out {output.table} --markdown {output.markdown} 2> {log}"


rule video_features:
    """What the classifier reads of source and target test videos, for t-SNE."""
    input:
        unpack(model_media),
        model=f"{RUN}/{{folder}}/model.pt",
        source=f"{SPLIT}/source.csv",
        target=f"{SPLIT}/target_test.csv",
    output:
        f"{RUN}/{{folder}}/features.h5",
    log:
        "logs/stcda/{benchmark}-{split}-{seed}/{folder}-features.log",
    benchmark:
        "logs/benchmarks/stcda/{benchmark}-{split}-{seed}/{folder}-features.tsv"
    wildcard_constraints:
        folder=r"stcda/stage3/stcda[a-z0-9_=.+]*|clips/target-only",
    conda:
        "../envs/i2v.yaml"
    threads: COMPUTE["threads"]
    resources:
        gpu=GPU,
        mem_mb=COMPUTE["mem_mb"],
        runtime=240,
    params:
        code=code("extract_video_features"),
        media=lambda wildcards, input: media_options(input),
        device=COMPUTE["device"],
        settings_threads=COMPUTE["threads"],
    shell:
        "python -m i2v_core.stage extract_video_features --model {input.model} --source {input.source}"
        " --target {input.target} {params.media} --device {params.device} --threads {params.settings_threads}"
        " --out {output} 2> {log}"


rule stcda_tsne:
    """Figure 4 of STCDA: features without and with its parts; target labels colour points, nothing else."""
    input:
        features=[f"{stcda_first(video_folder(method))}/features.h5" for method in STCDA_PANELS],
        target_labels=stcda_split("target_labels.csv"),
        classes=stcda_split("classes.csv"),
    output:
        figure="results/figures/stcda/tsne.png",
        table="results/figures/stcda/tsne.csv",
    log:
        "logs/stcda/tsne.log",
    benchmark:
        "logs/benchmarks/stcda/tsne.tsv"
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        code=code("plot_features"),
        titles=list(STCDA_PANELS.values()),
        perplexity=STCDA_FIGURES["perplexity"],
    shell:
        "python -m i2v_core.stage plot_features --features {input.features} --titles {params.titles:q}"
        " --target-labels {input.target_labels} --classes {input.classes} --perplexity {params.perplexity}"
        " --out {output.figure} --table {output.table} 2> {log}"


rule stcda_grad_cam:
    """Figure 5 of STCDA: where its RGB network sees a class; target labels choose the videos, nothing else."""
    input:
        models=[
            f"{stcda_first(video_folder(method))}/model.pt" for method in ("stcda+alpha=0+beta=0", "stcda")
        ],
        source=stcda_split("source.csv"),
        target=stcda_split("target_test.csv"),
        target_labels=stcda_split("target_labels.csv"),
        classes=stcda_split("classes.csv"),
        frames=stcda_shown_frames,
        weights=backbone_weights("rgb"),
    output:
        "results/figures/stcda/grad_cam.png",
    log:
        "logs/stcda/grad_cam.log",
    benchmark:
        "logs/benchmarks/stcda/grad_cam.tsv"
    conda:
        "../envs/i2v.yaml"
    threads: COMPUTE["threads"]
    resources:
        gpu=GPU,
        mem_mb=COMPUTE["mem_mb"],
        runtime=60,
    params:
        code=code("draw_grad_cam"),
        settings=as_settings(video_params.feature_settings(config)),
        shown=STCDA_FIGURES["classes"],
        title=f"Grad-CAM of the true class, {STCDA_FIGURES['benchmark']} ({data_of(STCDA_FIGURES['benchmark'])})",
        device=COMPUTE["device"],
        settings_threads=COMPUTE["threads"],
    shell:
        "python -m i2v_core.stage draw_grad_cam --models {input.models} --titles 'source only' STCDA"
        " --source {input.source} --target {input.target} --target-labels {input.target_labels}"
        " --classes {input.classes} --frames {input.frames} --weights {input.weights} --settings {params.settings:q}"
        " --shown {params.shown} --title {params.title:q} --device {params.device}"
        " --threads {params.settings_threads} --out {output} 2> {log}"


rule stcda_gain:
    """What STCDA gains in each class over source only."""
    input:
        before=stcda_scores("stcda+alpha=0+beta=0"),
        after=stcda_scores("stcda"),
    output:
        figure="results/figures/stcda/gain.png",
        table="results/figures/stcda/gain.csv",
    log:
        "logs/stcda/gain.log",
    benchmark:
        "logs/benchmarks/stcda/gain.tsv"
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("plot_class_gain"),
        data=f"{STCDA_FIGURES['benchmark']} ({data_of(STCDA_FIGURES['benchmark'])})",
    shell:
        "python -m i2v_core.stage plot_class_gain --before {input.before} --after {input.after}"
        " --titles 'source only' STCDA --data {params.data:q} --out {output.figure} --table {output.table} 2> {log}"
