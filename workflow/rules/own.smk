"""Own folders: predictions by file, an exported model, scores where videos have labels, the report."""


rule own_predictions:
    """Each video's path, class and runner-up."""
    input:
        found=own_final_file("probabilities_test.h5"),
        index=lambda wildcards: f"data/derived/{own_target(wildcards)}/index.csv",
    output:
        f"{OWN_OUT}/predictions.csv",
    log:
        "logs/own/{benchmark}-{method}-predictions.log",
    benchmark:
        "logs/benchmarks/own/{benchmark}-{method}-predictions.tsv"
    wildcard_constraints:
        method=OWN_METHODS,
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("list_predictions"),
    shell:
        "python -m i2v_core.stage list_predictions --found {input.found} --index {input.index} --out {output} 2> {log}"


rule train_divafn:
    """DIVAFN on labelled images and the videos that have a label. The one method here that trains on these labels."""
    input:
        source=f"{SPLIT}/source.csv",
        target_test=f"{SPLIT}/target_test.csv",
        target_labels=f"{SPLIT}/target_labels.csv",
        classes=f"{SPLIT}/classes.csv",
        images=image_vectors,
        keyframes=keyframe_vectors,
        videos=own_c3d_vectors,
        semantics=lambda wildcards: semantic_files([own_divafn_settings(wildcards)]),
    output:
        model=f"{RUN}/divafn/own/model.pt",
        log=f"{RUN}/divafn/own/train_log.csv",
        record=f"{RUN}/divafn/own/run.json",
        probabilities=f"{RUN}/divafn/own/probabilities_test.h5",
        predictions=f"{RUN}/divafn/own/predictions_test.csv",
    log:
        "logs/train/{benchmark}-{split}-{seed}/divafn-own.log",
    benchmark:
        "logs/benchmarks/train/{benchmark}-{split}-{seed}/divafn-own.tsv"
    conda:
        "../envs/i2v.yaml"
    threads: COMPUTE["threads"]
    resources:
        gpu=GPU,
        mem_mb=COMPUTE["mem_mb"],
        runtime=720,
    params:
        code=code("train_divafn"),
        settings=lambda wildcards: as_settings(own_divafn_settings(wildcards)),
        device=COMPUTE["device"],
        settings_threads=COMPUTE["threads"],
    shell:
        "python -m i2v_core.stage train_divafn --source {input.source} --target-test {input.target_test}"
        " --target-labels {input.target_labels} --classes {input.classes} --images {input.images}"
        " --keyframes {input.keyframes} --videos {input.videos} --settings {params.settings:q} --seed {wildcards.seed}"
        " --device {params.device} --threads {params.settings_threads} --out {output.model} --log {output.log}"
        " --record {output.record} --probabilities-out {output.probabilities} --predictions {output.predictions}"
        " 2> {log}"


rule own_divafn_model:
    """DIVAFN's networks, the frozen ones of its vectors among them, as one file for `i2v predict`."""
    input:
        model=lambda wildcards: own_run(wildcards, "divafn/own/model.pt"),
        still=lambda wildcards: vector_weights("still"),
        c3d=lambda wildcards: vector_weights("c3d"),
    output:
        "results/{benchmark}/own/divafn/model.pt",
    log:
        "logs/own/{benchmark}-divafn-model.log",
    benchmark:
        "logs/benchmarks/own/{benchmark}-divafn-model.tsv"
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        code=code("export_divafn"),
        still=lambda wildcards, input: as_word(input.get("still") or config["divafn"]["stills"]["weights"]),
        c3d=lambda wildcards, input: as_word(input.get("c3d") or ""),
        media=lambda wildcards: as_json(own_media("divafn", wildcards.benchmark)),
        seed=config["divafn"]["seed"],
    shell:
        "python -m i2v_core.stage export_divafn --model {input.model} --still-weights {params.still}"
        " --c3d-weights {params.c3d} --media {params.media:q} --seed {params.seed} --out {output} 2> {log}"


rule own_model:
    """The method's networks, and how videos are prepared for them, as one file for `i2v predict`."""
    input:
        lambda wildcards: list(own_parts(wildcards).values()),
    output:
        f"{OWN_OUT}/model.pt",
    log:
        "logs/own/{benchmark}-{method}-model.log",
    benchmark:
        "logs/benchmarks/own/{benchmark}-{method}-model.tsv"
    wildcard_constraints:
        method="(?!divafn)[a-z-]+",
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        code=code("export_model"),
        names=lambda wildcards: list(own_parts(wildcards)),
        media=lambda wildcards: as_json(own_media(wildcards.method, wildcards.benchmark)),
    shell:
        "python -m i2v_core.stage export_model --method {wildcards.method} --names {params.names} --models {input:q}"
        " --media {params.media:q} --out {output} 2> {log}"


rule own_scores:
    """Scores on the videos that the user gave labels of."""
    input:
        predictions=own_final_file("predictions_test.csv"),
        target_labels=own_split("target_labels.csv"),
        target_test=own_split("target_test.csv"),
        classes=own_split("classes.csv"),
    output:
        f"{OWN_OUT}/scores.json",
    log:
        "logs/own/{benchmark}-{method}-scores.log",
    benchmark:
        "logs/benchmarks/own/{benchmark}-{method}-scores.tsv"
    wildcard_constraints:
        method=OWN_METHODS,
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("score_predictions"),
    shell:
        "python -m i2v_core.stage score_predictions --predictions {input.predictions} --target-labels {input.target_labels}"
        " --target-test {input.target_test} --classes {input.classes} --labelled-only true --out {output} 2> {log}"


rule own_features:
    """What the classifier reads of the videos, of two thousand at most."""
    input:
        model=f"{OWN_OUT}/model.pt",
        videos=own_split("target_test.csv"),
        frames=own_stores("frames"),
        flow=own_stores("flow"),
        shots=own_stores("shots"),
    output:
        f"{OWN_OUT}/features.h5",
    log:
        "logs/own/{benchmark}-{method}-features.log",
    benchmark:
        "logs/benchmarks/own/{benchmark}-{method}-features.tsv"
    wildcard_constraints:
        method=OWN_METHODS,
    conda:
        "../envs/i2v.yaml"
    threads: COMPUTE["threads"]
    resources:
        gpu=GPU,
        mem_mb=COMPUTE["mem_mb"],
        runtime=240,
    params:
        code=code("describe_videos"),
        most=2000,
        batch_size=COMPUTE["inference_batch"],
        device=COMPUTE["device"],
        settings_threads=COMPUTE["threads"],
    shell:
        "python -m i2v_core.stage describe_videos --model {input.model} --videos {input.videos} --frames {input.frames}"
        " --flow {input.flow} --shots {input.shots} --most {params.most} --batch-size {params.batch_size}"
        " --device {params.device} --threads {params.settings_threads} --out {output} 2> {log}"


rule own_report:
    """One HTML file to look at."""
    input:
        predictions=f"{OWN_OUT}/predictions.csv",
        features=f"{OWN_OUT}/features.h5",
        index=lambda wildcards: f"data/derived/{own_target(wildcards)}/index.csv",
        source=own_split("source.csv"),
        target_labels=own_split("target_labels.csv"),
        stores=lambda wildcards: shards(own_target(wildcards)),
        scores=lambda wildcards: list(own_scores(wildcards).values()),
        pseudo_labels=lambda wildcards: list(own_pseudo_labels(wildcards).values()),
    output:
        f"{OWN_OUT}/report.html",
    log:
        "logs/own/{benchmark}-{method}-report.log",
    benchmark:
        "logs/benchmarks/own/{benchmark}-{method}-report.tsv"
    wildcard_constraints:
        method=OWN_METHODS,
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        code=code("make_report"),
        problems=lambda wildcards: [
            f"data/derived/{name}/problems.csv"
            for name in [
                *config["benchmarks"][wildcards.benchmark]["source"],
                own_target(wildcards),
            ]
        ],
        score_names=lambda wildcards: list(own_scores(wildcards)),
        stage_names=lambda wildcards: list(own_pseudo_labels(wildcards)),
        choices=lambda wildcards: as_json({name: own(wildcards)[name] for name in ("choices", "warnings")}),
        parameters=lambda wildcards: as_json(own_parameters(wildcards)),
    shell:
        "python -m i2v_core.stage make_report --name {wildcards.benchmark} --method {wildcards.method}"
        " --predictions {input.predictions} --index {input.index} --problems {params.problems} --source {input.source}"
        " --target-labels {input.target_labels} --stores {input.stores} --features {input.features}"
        " --scores {input.scores} --score-names {params.score_names} --pseudo-labels {input.pseudo_labels}"
        " --stage-names {params.stage_names:q} --times logs/benchmarks --choices {params.choices:q}"
        " --parameters {params.parameters:q} --out {output} 2> {log}"


rule own:
    """All that is made of the folders that `folders` of params.yaml names."""
    input:
        [
            f"results/{name}/own/{section['method']}/{file}"
            for name, section in OWN.items()
            for file in ("predictions.csv", "model.pt", "report.html")
        ],
