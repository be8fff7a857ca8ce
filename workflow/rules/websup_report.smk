"""Tables and figures of web supervision."""


rule websup_table:
    """One of the tables, with the published numbers in columns of their own."""
    input:
        scores=lambda wildcards: [run["scores"] for run in websup_table_runs(wildcards.table)],
        published="i2v_core/evaluation/published/websup_{table}.csv",
    output:
        table="results/tables/websup/{table}.csv",
        markdown="results/tables/websup/{table}.md",
    log:
        "logs/websup/{table}.log",
    benchmark:
        "logs/benchmarks/websup/{table}.tsv"
    wildcard_constraints:
        table="table[1-4]|text",
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("make_table"),
        spec=lambda wildcards: as_json(websup_table_spec(wildcards.table)),
    shell:
        "python -m i2v_core.stage make_table --scores {input.scores} --spec {params.spec:q}"
        " --out {output.table} --markdown {output.markdown} 2> {log}"


rule attention_areas:
    """Whether planted web items weigh less than clean ones, over the seeds; known afterwards only."""
    input:
        attention=attention_files(WEBSUP_FIGURES["attention"]),
        catalog=lambda wildcards: f"data/derived/{WEB_DATASETS[wildcards.kind]}/catalog.csv",
        truth=lambda wildcards: truth_of(WEB_DATASETS[wildcards.kind]),
    output:
        table="results/tables/websup/attention-{kind}.csv",
        runs="results/tables/websup/attention-{kind}_seeds.csv",
    log:
        "logs/websup/attention-{kind}.log",
    benchmark:
        "logs/benchmarks/websup/attention-{kind}.tsv"
    wildcard_constraints:
        kind="image|video",
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("score_attention"),
        seeds=WEBSUP["seeds"][WEBSUP_FIGURES["benchmark"]],
    shell:
        "python -m i2v_core.stage score_attention --attention {input.attention} --seeds {params.seeds}"
        " --kind {wildcards.kind} --catalog {input.catalog} --truth {input.truth} --out {output.table}"
        " --runs {output.runs} 2> {log}"


rule attention_sheet:
    """Figure 6: a batch of web images, from the heaviest to the lightest."""
    input:
        attention=websup_first(WEBSUP_FIGURES["attention"], "attention.csv"),
        stores=shards(WEB_DATASETS["image"]),
    output:
        "results/figures/websup/attention.png",
    log:
        "logs/websup/attention_sheet.log",
    benchmark:
        "logs/benchmarks/websup/attention_sheet.tsv"
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("draw_attention_sheet"),
        title=f"Attention weights of a batch, {WEBSUP_FIGURES['attention']}, {WEBSUP_FIGURES['benchmark']}"
        f" ({data_of(WEBSUP_FIGURES['benchmark'])})",
    shell:
        "python -m i2v_core.stage draw_attention_sheet --attention {input.attention} --stores {input.stores}"
        " --title {params.title:q} --out {output} 2> {log}"


rule domain_embeddings:
    """Embeddings of web images, frames of web videos and of target videos, before adaptation or by a trained row."""
    input:
        source=WEB_SOURCE,
        target_train=f"{SPLIT}/target_train.csv",
        target_labels=f"{SPLIT}/target_labels.csv",
        stores=lambda wildcards: source_stores(wildcards) + target_stores(wildcards),
        shots=lambda wildcards: detected_shots(source_stores(wildcards) + target_stores(wildcards)),
        model=lambda wildcards: (
            []
            if wildcards.when == "before"
            else [f"{RUN}/websup/{WEBSUP_FIGURES['domains']}/model.pt".format(**wildcards)]
        ),
        weights=web_weights,
    output:
        f"{RUN}/websup/embeddings_{{when}}.h5",
    log:
        "logs/websup/{benchmark}-{split}-{seed}-embeddings_{when}.log",
    benchmark:
        "logs/benchmarks/websup/{benchmark}-{split}-{seed}-embeddings_{when}.tsv"
    wildcard_constraints:
        when="before|after",
    conda:
        "../envs/i2v.yaml"
    threads: COMPUTE["threads"]
    resources:
        gpu=GPU,
        mem_mb=COMPUTE["mem_mb"],
        workers=COMPUTE["workers"],
        cpus_per_task=CPUS,
        runtime=240,
    params:
        code=code("extract_domain_embeddings"),
        model=lambda wildcards, input: f"--model {input.model}" if input.get("model") else "",
        weights=web_weights_option,
        settings=lambda wildcards: as_settings(
            websup_params.training_settings(config, wildcards.benchmark, WEBSUP_FIGURES["domains"])
        ),
        batch_size=COMPUTE["inference_batch"],
        device=COMPUTE["device"],
        settings_threads=COMPUTE["threads"],
    shell:
        "python -m i2v_core.stage extract_domain_embeddings --source {input.source} --target-train {input.target_train}"
        " --target-labels {input.target_labels} --shots {input.shots} --stores {input.stores} {params.model}"
        " {params.weights} --settings {params.settings:q} --seed {wildcards.seed}"
        " --batch-size {params.batch_size} --device {params.device} --threads {params.settings_threads}"
        " --workers {resources.workers} --out {output} 2> {log}"


rule domain_map:
    """Figure 2: the three domains before and after adaptation, class by class (t-SNE), and how far they are mixed."""
    input:
        before=websup_first("", "embeddings_before.h5").replace("//", "/"),
        after=websup_first("", "embeddings_after.h5").replace("//", "/"),
    output:
        figure="results/figures/websup/domains.png",
        table="results/figures/websup/domains.csv",
        measures="results/figures/websup/domain_mixing.csv",
    log:
        "logs/websup/domains.log",
    benchmark:
        "logs/benchmarks/websup/domains.tsv"
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        code=code("plot_domain_map"),
        classes=WEBSUP_FIGURES["classes"],
        points=WEBSUP_FIGURES["points"],
        perplexity=WEBSUP_FIGURES["perplexity"],
    shell:
        "python -m i2v_core.stage plot_domain_map --embeddings {input.before} {input.after}"
        " --titles 'before adaptation' 'after adaptation' --classes {params.classes:q} --points {params.points}"
        " --perplexity {params.perplexity} --out {output.figure} --table {output.table}"
        " --measures {output.measures} 2> {log}"
