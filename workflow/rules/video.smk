"""Video sources: clip features by a frozen backbone, the video-to-video baselines on them, STCDA's three stages."""


rule clip_features:
    """Features of the clips of all videos of one shard, clean and corrupted, of frames or of flow."""
    input:
        store=clip_media,
        weights=clip_weights,
    output:
        "data/derived/{dataset}/clip_features/{backbone}-{view}/shard{shard}.h5",
    log:
        "logs/clip_features/{dataset}/{backbone}-{view}-shard{shard}.log",
    benchmark:
        "logs/benchmarks/clip_features/{dataset}/{backbone}-{view}-shard{shard}.tsv"
    wildcard_constraints:
        backbone="i3d|bn_inception",
        view="rgb|flow",
    conda:
        "../envs/i2v.yaml"
    threads: COMPUTE["threads"]
    resources:
        gpu=GPU,
        mem_mb=COMPUTE["mem_mb"],
        runtime=720,
    params:
        code=code("extract_clip_features"),
        settings=as_settings(video_params.feature_settings(config)),
        batch_size=COMPUTE["inference_batch"],
        device=COMPUTE["device"],
        seed=config["clip_features"]["seed"],
    shell:
        "python -m i2v_core.stage extract_clip_features --store {input.store} --view {wildcards.view}"
        " --weights '{input.weights}' --settings {params.settings:q} --batch-size {params.batch_size}"
        " --device {params.device} --threads {threads} --seed {params.seed} --out {output} 2> {log}"


rule train_clip_baseline:
    """A video-to-video baseline, and its predictions of the target's test videos."""
    input:
        source=f"{SPLIT}/source.csv",
        target_train=f"{SPLIT}/target_train.csv",
        target_test=f"{SPLIT}/target_test.csv",
        classes=f"{SPLIT}/classes.csv",
        stores=baseline_features,
    output:
        model=f"{RUN}/clips/{{row}}/model.pt",
        log=f"{RUN}/clips/{{row}}/train_log.csv",
        record=f"{RUN}/clips/{{row}}/run.json",
        probabilities=f"{RUN}/clips/{{row}}/probabilities_test.h5",
        predictions=f"{RUN}/clips/{{row}}/predictions_test.csv",
    log:
        "logs/train/{benchmark}-{split}-{seed}/clips-{row}.log",
    benchmark:
        "logs/benchmarks/train/{benchmark}-{split}-{seed}/clips-{row}.tsv"
    wildcard_constraints:
        row="(?!target-only)[a-z0-9_]+(-rgb|-flow)?",
    conda:
        "../envs/i2v.yaml"
    threads: COMPUTE["threads"]
    resources:
        gpu=GPU,
        mem_mb=COMPUTE["mem_mb"],
        workers=COMPUTE["workers"],
        cpus_per_task=CPUS,
        runtime=720,
    params:
        code=lambda wildcards: code(
            "train_clip_baseline", f"baselines.clips.{video_params.baseline_row(wildcards.row)[0]}"
        ),
        method=lambda wildcards: video_params.baseline_row(wildcards.row)[0],
        settings=lambda wildcards: as_settings(
            video_params.baseline_settings(config, wildcards.benchmark, wildcards.row)
        ),
    shell:
        "python -m i2v_core.stage train_clip_baseline --method {params.method} --source {input.source}"
        " --target-train {input.target_train} --target-test {input.target_test} --classes {input.classes}"
        " --stores {input.stores} --settings {params.settings:q} --seed {wildcards.seed} --workers {resources.workers}"
        " --out {output.model} --log {output.log} --record {output.record}"
        " --test-probabilities {output.probabilities} --predictions {output.predictions} 2> {log}"


rule train_clip_supervised:
    """The upper bound on clip features: the target's training videos with their true labels."""
    input:
        source=f"{SPLIT}/source.csv",
        target_train=f"{SPLIT}/target_train.csv",
        target_test=f"{SPLIT}/target_test.csv",
        target_labels=f"{SPLIT}/target_labels.csv",
        classes=f"{SPLIT}/classes.csv",
        stores=baseline_features,
    output:
        model=f"{RUN}/clips/{{row}}/model.pt",
        log=f"{RUN}/clips/{{row}}/train_log.csv",
        record=f"{RUN}/clips/{{row}}/run.json",
        probabilities=f"{RUN}/clips/{{row}}/probabilities_test.h5",
        predictions=f"{RUN}/clips/{{row}}/predictions_test.csv",
    log:
        "logs/train/{benchmark}-{split}-{seed}/clips-{row}.log",
    benchmark:
        "logs/benchmarks/train/{benchmark}-{split}-{seed}/clips-{row}.tsv"
    wildcard_constraints:
        row="target-only(-rgb|-flow)?",
    conda:
        "../envs/i2v.yaml"
    threads: COMPUTE["threads"]
    resources:
        gpu=GPU,
        mem_mb=COMPUTE["mem_mb"],
        workers=COMPUTE["workers"],
        cpus_per_task=CPUS,
        runtime=720,
    params:
        code=code("train_clip_supervised", "baselines.clips.source_only"),
        settings=lambda wildcards: as_settings(
            video_params.baseline_settings(config, wildcards.benchmark, wildcards.row)
        ),
    shell:
        "python -m i2v_core.stage train_clip_supervised --source {input.source}"
        " --target-train {input.target_train} --target-test {input.target_test}"
        " --target-labels {input.target_labels} --classes {input.classes}"
        " --stores {input.stores} --settings {params.settings:q} --seed {wildcards.seed} --workers {resources.workers}"
        " --out {output.model} --log {output.log} --record {output.record}"
        " --test-probabilities {output.probabilities} --predictions {output.predictions} 2> {log}"


rule train_stcda:
    """One stage of STCDA: contrast alone, with classification, with alignment of classes."""
    input:
        unpack(stcda_inputs),
        source=f"{SPLIT}/source.csv",
        target_train=f"{SPLIT}/target_train.csv",
        target_test=f"{SPLIT}/target_test.csv",
        classes=f"{SPLIT}/classes.csv",
    output:
        model=f"{RUN}/stcda/stage{{stage}}/{{row}}/model.pt",
        log=f"{RUN}/stcda/stage{{stage}}/{{row}}/train_log.csv",
        record=f"{RUN}/stcda/stage{{stage}}/{{row}}/run.json",
        pseudo_labels=f"{RUN}/stcda/stage{{stage}}/{{row}}/pseudo_labels.csv",
        probabilities=f"{RUN}/stcda/stage{{stage}}/{{row}}/probabilities_test.h5",
        predictions=f"{RUN}/stcda/stage{{stage}}/{{row}}/predictions_test.csv",
    log:
        "logs/train/{benchmark}-{split}-{seed}/stcda-stage{stage}-{row}.log",
    benchmark:
        "logs/benchmarks/train/{benchmark}-{split}-{seed}/stcda-stage{stage}-{row}.tsv"
    wildcard_constraints:
        stage="[123]",
        row=r"stcda[a-z0-9_=.+]*",
    conda:
        "../envs/i2v.yaml"
    threads: COMPUTE["threads"] * STCDA_PROCESSES
    resources:
        gpu=GPU * STCDA_PROCESSES,
        processes=STCDA_PROCESSES,
        mem_mb=COMPUTE["mem_mb"] * STCDA_PROCESSES,
        workers=COMPUTE["workers"],
        cpus_per_task=CPUS * STCDA_PROCESSES,
        runtime=1440,
    params:
        code=code("train_stcda"),
        media=lambda wildcards, input: media_options(input),
        settings=lambda wildcards: as_settings(
            video_params.stcda_settings(config, wildcards.benchmark, wildcards.row, int(wildcards.stage))
        ),
    shell:
        "python -m i2v_core.stage --processes {resources.processes} train_stcda"
        " --source {input.source} --target-train {input.target_train}"
        " --target-test {input.target_test} --classes {input.classes} {params.media}"
        " --settings {params.settings:q} --seed {wildcards.seed} --workers {resources.workers}"
        " --out {output.model} --log {output.log} --record {output.record} --pseudo-labels {output.pseudo_labels}"
        " --test-probabilities {output.probabilities} --predictions {output.predictions} 2> {log}"
