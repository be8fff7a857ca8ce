"""All training rules. Each writes model.pt, train_log.csv and run.json into its model's own folder."""


rule train_source_only:
    """The lower bound: the image model on labelled images alone."""
    input:
        source=f"{SPLIT}/source.csv",
        classes=f"{SPLIT}/classes.csv",
        stores=source_stores,
        weights=weights("image"),
    output:
        model=f"{RUN}/source-only/model.pt",
        log=f"{RUN}/source-only/train_log.csv",
        record=f"{RUN}/source-only/run.json",
    log:
        "logs/train/{benchmark}-{split}-{seed}/source-only.log",
    benchmark:
        "logs/benchmarks/train/{benchmark}-{split}-{seed}/source-only.tsv"
    priority: 1
    conda:
        "../envs/i2v.yaml"
    threads: COMPUTE["threads"] * PROCESSES
    resources:
        gpu=GPU * PROCESSES,
        processes=PROCESSES,
        mem_mb=COMPUTE["mem_mb"] * PROCESSES,
        workers=COMPUTE["workers"],
        cpus_per_task=CPUS * PROCESSES,
        runtime=720,
    params:
        code=code("train_source_only"),
        weights=weights_argument("image"),
        settings=lambda wildcards: as_settings(
            i2v_params.image_settings(config, wildcards.benchmark, "source_only", source_settings(wildcards))
        ),
    shell:
        "python -m i2v_core.stage --processes {resources.processes} train_source_only"
        " --source {input.source} --classes {input.classes} --stores {input.stores}"
        " --weights {params.weights} --settings {params.settings:q} --seed {wildcards.seed} --workers {resources.workers}"
        " --out {output.model} --log {output.log} --record {output.record} 2> {log}"


rule train_spatial_alignment:
    """CycDA stage 1, and the DANN baseline: images against target frames, no target label or pseudo label."""
    input:
        source=f"{SPLIT}/source.csv",
        target_train=f"{SPLIT}/target_train.csv",
        classes=f"{SPLIT}/classes.csv",
        stores=lambda wildcards: source_stores(wildcards) + target_stores(wildcards),
        weights=weights("image"),
    output:
        model=f"{RUN}/cycda/cycle1/stage1/model.pt",
        log=f"{RUN}/cycda/cycle1/stage1/train_log.csv",
        record=f"{RUN}/cycda/cycle1/stage1/run.json",
    log:
        "logs/train/{benchmark}-{split}-{seed}/cycle1-stage1.log",
    benchmark:
        "logs/benchmarks/train/{benchmark}-{split}-{seed}/cycle1-stage1.tsv"
    priority: 100
    conda:
        "../envs/i2v.yaml"
    threads: COMPUTE["threads"] * PROCESSES
    resources:
        gpu=GPU * PROCESSES,
        processes=PROCESSES,
        mem_mb=COMPUTE["mem_mb"] * PROCESSES,
        workers=COMPUTE["workers"],
        cpus_per_task=CPUS * PROCESSES,
        runtime=2880,
    params:
        code=code("train_spatial_alignment"),
        weights=weights_argument("image"),
        settings=lambda wildcards: as_settings(
            i2v_params.image_settings(
                config,
                wildcards.benchmark,
                "stage1",
                {
                    **source_settings(wildcards),
                    "reversal_high": cycda(wildcards)["reversal_high"],
                    "equal_domain_labels": i2v_params.switches(config, wildcards.benchmark)[
                        "equal_domain_labels"
                    ],
                },
            )
        ),
    shell:
        "python -m i2v_core.stage --processes {resources.processes} train_spatial_alignment"
        " --source {input.source} --target-train {input.target_train}"
        " --classes {input.classes} --stores {input.stores} --weights {params.weights}"
        " --settings {params.settings:q} --seed {wildcards.seed} --workers {resources.workers}"
        " --out {output.model} --log {output.log} --record {output.record} 2> {log}"


rule train_image_baseline:
    """DAN or JAN: the image model on images against target frames, their features aligned by a kernel discrepancy."""
    input:
        source=f"{SPLIT}/source.csv",
        target_train=f"{SPLIT}/target_train.csv",
        classes=f"{SPLIT}/classes.csv",
        stores=lambda wildcards: source_stores(wildcards) + target_stores(wildcards),
        weights=weights("image"),
    output:
        model=f"{RUN}/{{baseline}}/model.pt",
        log=f"{RUN}/{{baseline}}/train_log.csv",
        record=f"{RUN}/{{baseline}}/run.json",
    log:
        "logs/train/{benchmark}-{split}-{seed}/{baseline}.log",
    benchmark:
        "logs/benchmarks/train/{benchmark}-{split}-{seed}/{baseline}.tsv"
    wildcard_constraints:
        baseline="dan|jan",
    priority: 1
    conda:
        "../envs/i2v.yaml"
    threads: COMPUTE["threads"] * PROCESSES
    resources:
        gpu=GPU * PROCESSES,
        processes=PROCESSES,
        mem_mb=COMPUTE["mem_mb"] * PROCESSES,
        workers=COMPUTE["workers"],
        cpus_per_task=CPUS * PROCESSES,
        runtime=2880,
    params:
        code=lambda wildcards: code("train_image_baseline", f"baselines.{wildcards.baseline}"),
        weights=weights_argument("image"),
        settings=lambda wildcards: as_settings(
            i2v_params.image_settings(
                config,
                wildcards.benchmark,
                "stage1",
                {**source_settings(wildcards), **config["baselines"][wildcards.baseline]},
            )
        ),
    shell:
        "python -m i2v_core.stage --processes {resources.processes} train_image_baseline"
        " --method {wildcards.baseline} --source {input.source} --target-train {input.target_train}"
        " --classes {input.classes} --stores {input.stores} --weights {params.weights}"
        " --settings {params.settings:q} --seed {wildcards.seed} --workers {resources.workers}"
        " --out {output.model} --log {output.log} --record {output.record} 2> {log}"


rule train_class_aware:
    """CycDA stage 3 of a cycle: images and target frames, class by class, under the video model's pseudo labels."""
    input:
        source=f"{SPLIT}/source.csv",
        target_train=f"{SPLIT}/target_train.csv",
        pseudo_labels=lambda wildcards: f"{temporal_before(wildcards)}/pseudo_labels.csv",
        classes=f"{SPLIT}/classes.csv",
        stores=lambda wildcards: source_stores(wildcards) + target_stores(wildcards),
        weights=restart_or_continue("image", spatial_before),
    output:
        model=f"{RUN}/cycda/cycle{{cycle}}/stage3/model.pt",
        log=f"{RUN}/cycda/cycle{{cycle}}/stage3/train_log.csv",
        record=f"{RUN}/cycda/cycle{{cycle}}/stage3/run.json",
    log:
        "logs/train/{benchmark}-{split}-{seed}/cycle{cycle}-stage3.log",
    benchmark:
        "logs/benchmarks/train/{benchmark}-{split}-{seed}/cycle{cycle}-stage3.tsv"
    priority: 50
    conda:
        "../envs/i2v.yaml"
    threads: COMPUTE["threads"] * PROCESSES
    resources:
        gpu=GPU * PROCESSES,
        processes=PROCESSES,
        mem_mb=COMPUTE["mem_mb"] * PROCESSES,
        workers=COMPUTE["workers"],
        cpus_per_task=CPUS * PROCESSES,
        runtime=2880,
    params:
        code=code("train_class_aware"),
        weights=weights_argument("image"),
        settings=lambda wildcards: as_settings(
            i2v_params.image_settings(
                config,
                wildcards.benchmark,
                "stage3",
                {
                    **source_settings(wildcards),
                    "temperature": cycda(wildcards)["temperature"],
                },
            )
        ),
    shell:
        "python -m i2v_core.stage --processes {resources.processes} train_class_aware"
        " --source {input.source} --target-train {input.target_train}"
        " --pseudo-labels {input.pseudo_labels} --classes {input.classes} --stores {input.stores}"
        " --weights {params.weights} --settings {params.settings:q} --seed {wildcards.seed} --workers {resources.workers}"
        " --out {output.model} --log {output.log} --record {output.record} 2> {log}"


rule train_spatio_temporal:
    """CycDA stages 2 and 4: the video model on target videos with the pseudo labels that the image model's vote kept."""
    input:
        source=f"{SPLIT}/source.csv",
        target_train=f"{SPLIT}/target_train.csv",
        pseudo_labels=lambda wildcards: f"{RUN}/cycda/cycle{{cycle}}/stage{int(wildcards.stage) - 1}/pseudo_labels.csv",
        classes=f"{SPLIT}/classes.csv",
        stores=lambda wildcards: source_stores(wildcards) + target_stores(wildcards),
        weights=lambda wildcards: (
            weights("video") if wildcards.stage == "2" else restart_or_continue("video", temporal_before)
        )(wildcards),
    output:
        model=f"{RUN}/cycda/cycle{{cycle}}/stage{{stage}}/model.pt",
        log=f"{RUN}/cycda/cycle{{cycle}}/stage{{stage}}/train_log.csv",
        record=f"{RUN}/cycda/cycle{{cycle}}/stage{{stage}}/run.json",
    log:
        "logs/train/{benchmark}-{split}-{seed}/cycle{cycle}-stage{stage}.log",
    benchmark:
        "logs/benchmarks/train/{benchmark}-{split}-{seed}/cycle{cycle}-stage{stage}.tsv"
    wildcard_constraints:
        stage="[24]",
    priority: 50
    conda:
        "../envs/i2v.yaml"
    threads: COMPUTE["threads"] * PROCESSES
    resources:
        gpu=GPU * PROCESSES,
        processes=PROCESSES,
        mem_mb=COMPUTE["mem_mb"] * PROCESSES,
        workers=COMPUTE["workers"],
        cpus_per_task=CPUS * PROCESSES,
        runtime=2880,
    params:
        code=code("train_spatio_temporal"),
        weights=weights_argument("video"),
        settings=lambda wildcards: as_settings(
            {
                **i2v_params.video_settings(config, wildcards.benchmark, f"stage{wildcards.stage}"),
                "method": source_settings(wildcards),
            }
        ),
    shell:
        "python -m i2v_core.stage --processes {resources.processes} train_spatio_temporal"
        " --source {input.source}"
        " --target-train {input.target_train}"
        " --pseudo-labels {input.pseudo_labels} --classes {input.classes} --stores {input.stores}"
        " --weights {params.weights} --settings {params.settings:q} --seed {wildcards.seed} --workers {resources.workers}"
        " --out {output.model} --log {output.log} --record {output.record} 2> {log}"


rule train_supervised_target:
    """The upper bound: the video model with the target's true labels. The only training rule that reads them."""
    input:
        target_train=f"{SPLIT}/target_train.csv",
        target_labels=f"{SPLIT}/target_labels.csv",
        classes=f"{SPLIT}/classes.csv",
        stores=target_stores,
        weights=weights("video"),
    output:
        model=f"{RUN}/supervised-target/model.pt",
        log=f"{RUN}/supervised-target/train_log.csv",
        record=f"{RUN}/supervised-target/run.json",
    log:
        "logs/train/{benchmark}-{split}-{seed}/supervised-target.log",
    benchmark:
        "logs/benchmarks/train/{benchmark}-{split}-{seed}/supervised-target.tsv"
    priority: 1
    conda:
        "../envs/i2v.yaml"
    threads: COMPUTE["threads"] * PROCESSES
    resources:
        gpu=GPU * PROCESSES,
        processes=PROCESSES,
        mem_mb=COMPUTE["mem_mb"] * PROCESSES,
        workers=COMPUTE["workers"],
        cpus_per_task=CPUS * PROCESSES,
        runtime=2880,
    params:
        code=code("train_supervised_target"),
        weights=weights_argument("video"),
        settings=lambda wildcards: as_settings(
            i2v_params.video_settings(config, wildcards.benchmark, "supervised_target")
        ),
    shell:
        "python -m i2v_core.stage --processes {resources.processes} train_supervised_target"
        " --target-train {input.target_train}"
        " --target-labels {input.target_labels} --classes {input.classes} --stores {input.stores}"
        " --weights {params.weights} --settings {params.settings:q} --seed {wildcards.seed} --workers {resources.workers}"
        " --out {output.model} --log {output.log} --record {output.record} 2> {log}"
