"""CFB's tables and figures."""


rule cfb_table:
    """One of CFB's tables, with the published numbers in columns of their own."""
    input:
        scores=lambda wildcards: [run["scores"] for run in cfb_table_runs(wildcards.table)],
        published="i2v_core/evaluation/published/cfb_{table}.csv",
    output:
        table="results/tables/cfb/{table}.csv",
        markdown="results/tables/cfb/{table}.md",
    log:
        "logs/cfb/{table}.log",
    benchmark:
        "logs/benchmarks/cfb/{table}.tsv"
    wildcard_constraints:
        table="table[1-5]",
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("make_table"),
        spec=lambda wildcards: as_json(cfb_table_spec(wildcards.table)),
    shell:
        "python -m i2v_core.stage make_table --scores {input.scores} --spec {params.spec:q}"
        " --out {output.table} --markdown {output.markdown} 2> {log}"


rule cfb_sensitivity:
    """Figure 4: accuracy over the loss weights, the bank's size and the number of paces."""
    input:
        figure4_scores(),
    output:
        figure="results/figures/cfb/figure4.png",
        table="results/figures/cfb/figure4.csv",
    log:
        "logs/cfb/figure4.log",
    benchmark:
        "logs/benchmarks/cfb/figure4.tsv"
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("plot_sensitivity"),
        spec=as_json(figure4_spec()),
    shell:
        "python -m i2v_core.stage plot_sensitivity --spec {params.spec:q} --out {output.figure} --table {output.table} 2> {log}"


rule cfb_features:
    """Pooled features of source and target test videos by the branches of a row, for t-SNE."""
    input:
        models=lambda wildcards: branch_files(wildcards, "model.pt"),
        source=f"{SPLIT}/source.csv",
        target=f"{SPLIT}/target_test.csv",
        frames=lambda wildcards: generated_stores(wildcards) + target_stores(wildcards),
        flows=lambda wildcards: flows(generated_stores(wildcards) + target_stores(wildcards)),
    output:
        f"{RUN}/cfb/{{row}}/features.h5",
    log:
        "logs/cfb/{benchmark}-{split}-{seed}/{row}-features.log",
    benchmark:
        "logs/benchmarks/cfb/{benchmark}-{split}-{seed}/{row}-features.tsv"
    wildcard_constraints:
        row="so-rgb-flow|bank|full",
    conda:
        "../envs/i2v.yaml"
    threads: COMPUTE["threads"]
    resources:
        gpu=GPU,
        mem_mb=COMPUTE["mem_mb"],
        runtime=240,
    params:
        code=code("extract_cfb_features"),
        batch_size=COMPUTE["inference_batch"],
        device=COMPUTE["device"],
        settings_threads=COMPUTE["threads"],
    shell:
        "python -m i2v_core.stage extract_cfb_features --rgb {input.models[0]} --flow {input.models[1]}"
        " --source {input.source} --target {input.target} --frames {input.frames} --flows {input.flows}"
        " --batch-size {params.batch_size} --device {params.device} --threads {params.settings_threads} --out {output} 2> {log}"


rule cfb_tsne:
    """Figure 5: features of both domains without and with the bank; target labels colour points, nothing else."""
    input:
        features=[
            f"{cfb_first(CFB['figure5']['benchmark'])}/cfb/{row}/features.h5"
            for row in ("so-rgb-flow", "bank")
        ],
        target_labels=f"data/derived/benchmarks/{CFB['figure5']['benchmark']}/split{CFB['splits'][0]}/target_labels.csv",
        classes=f"data/derived/benchmarks/{CFB['figure5']['benchmark']}/split{CFB['splits'][0]}/classes.csv",
    output:
        figure="results/figures/cfb/figure5.png",
        table="results/figures/cfb/figure5.csv",
    log:
        "logs/cfb/figure5.log",
    benchmark:
        "logs/benchmarks/cfb/figure5.tsv"
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        code=code("plot_features"),
        perplexity=CFB["figure5"]["perplexity"],
    shell:
        "python -m i2v_core.stage plot_features --features {input.features} --titles 'SO (RGB+flow)' 'SO (RGB+flow) + CFB'"
        " --target-labels {input.target_labels} --classes {input.classes} --perplexity {params.perplexity}"
        " --out {output.figure} --table {output.table} 2> {log}"


rule cfb_generated:
    """Figure 1: strips of a benchmark's generated videos, and an animated preview."""
    input:
        stores=generated_stores,
        source=f"data/derived/benchmarks/{{benchmark}}/split{CFB['splits'][0]}/source.csv",
    output:
        sheet="results/figures/cfb/{benchmark}/generated.png",
        preview="results/figures/cfb/{benchmark}/generated.gif",
    log:
        "logs/cfb/{benchmark}-generated.log",
    benchmark:
        "logs/benchmarks/cfb/{benchmark}-generated.tsv"
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("draw_generated_videos"),
    shell:
        "python -m i2v_core.stage draw_generated_videos --stores {input.stores} --source {input.source}"
        " --out {output.sheet} --preview {output.preview} 2> {log}"


rule cfb_flow_pictures:
    """Figure 2: flow of generated source videos beside flow of target videos; target labels choose them, nothing else."""
    input:
        source=f"data/derived/benchmarks/{{benchmark}}/split{CFB['splits'][0]}/source.csv",
        target_train=f"data/derived/benchmarks/{{benchmark}}/split{CFB['splits'][0]}/target_train.csv",
        target_labels=f"data/derived/benchmarks/{{benchmark}}/split{CFB['splits'][0]}/target_labels.csv",
        frames=lambda wildcards: generated_stores(wildcards) + target_stores(wildcards),
        flow=lambda wildcards: flows(generated_stores(wildcards) + target_stores(wildcards)),
    output:
        "results/figures/cfb/{benchmark}/flow.png",
    log:
        "logs/cfb/{benchmark}-flow.log",
    benchmark:
        "logs/benchmarks/cfb/{benchmark}-flow.tsv"
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("draw_flow_pictures"),
        scale_px=config["flow"]["bound_px"] / 2,
        classes=lambda wildcards: config["benchmarks"][wildcards.benchmark]["classes"][:3],
        title=lambda wildcards: f"TV-L1 flow, {wildcards.benchmark} ({data_of(wildcards.benchmark)})",
    shell:
        "python -m i2v_core.stage draw_flow_pictures --source {input.source} --target-train {input.target_train}"
        " --target-labels {input.target_labels} --frames {input.frames} --flow {input.flow} --classes {params.classes:q}"
        " --moments 4 --scale-px {params.scale_px} --title {params.title:q} --out {output} 2> {log}"


rule cfb_bank_quality:
    """How right the bank's entries were, epoch by epoch; known afterwards only, nothing is chosen by it."""
    input:
        banks=lambda wildcards: ancient(f"{cfb_first(wildcards.benchmark)}/cfb/flow/bank=random/bank"),
        log=lambda wildcards: f"{cfb_first(wildcards.benchmark)}/cfb/flow/bank=random/train_log.csv",  # of the same training
        target_labels=f"data/derived/benchmarks/{{benchmark}}/split{CFB['splits'][0]}/target_labels.csv",
        classes=f"data/derived/benchmarks/{{benchmark}}/split{CFB['splits'][0]}/classes.csv",
    output:
        figure="results/figures/cfb/{benchmark}/bank.png",
        table="results/figures/cfb/{benchmark}/bank.csv",
    log:
        "logs/cfb/{benchmark}-bank.log",
    benchmark:
        "logs/benchmarks/cfb/{benchmark}-bank.tsv"
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("score_bank"),
        size=lambda wildcards: i2v_params.part(config, wildcards.benchmark, "cfb")["bank"]["size"],
        title=lambda wildcards: f"Bank of {wildcards.benchmark} ({data_of(wildcards.benchmark)})",
    shell:
        "python -m i2v_core.stage score_bank --banks {input.banks} --target-labels {input.target_labels}"
        " --classes {input.classes} --size {params.size} --title {params.title:q} --out {output.table}"
        " --figure {output.figure} 2> {log}"
