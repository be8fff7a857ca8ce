"""Training of CFB's two branches and their late fusion."""


rule train_cfb_rgb:
    """One RGB branch: I3D or CLIP on generated source videos; its opinions of the target, epoch by epoch, beside it."""
    input:
        source=f"{SPLIT}/source.csv",
        target_train=f"{SPLIT}/target_train.csv",
        target_test=f"{SPLIT}/target_test.csv",
        classes=f"{SPLIT}/classes.csv",
        source_stores=generated_videos,
        target_stores=target_stores,
        weights=rgb_weights,
        weights_log=rgb_weights_log,
    output:
        model=f"{RUN}/cfb/rgb/{{branch}}/model.pt",
        log=f"{RUN}/cfb/rgb/{{branch}}/train_log.csv",
        record=f"{RUN}/cfb/rgb/{{branch}}/run.json",
        by_epoch=f"{RUN}/cfb/rgb/{{branch}}/target_by_epoch.h5",
        probabilities=f"{RUN}/cfb/rgb/{{branch}}/probabilities_test.h5",
    log:
        "logs/train/{benchmark}-{split}-{seed}/cfb-rgb-{branch}.log",
    benchmark:
        "logs/benchmarks/train/{benchmark}-{split}-{seed}/cfb-rgb-{branch}.tsv"
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
        code=code("train_cfb_rgb"),
        weights=rgb_weights_argument,
        settings=lambda wildcards: as_settings(
            cfb_params.rgb_settings(config, wildcards.benchmark, wildcards.branch)
        ),
    shell:
        "python -m i2v_core.stage --processes {resources.processes} train_cfb_rgb"
        " --source {input.source} --target-train {input.target_train}"
        " --target-test {input.target_test} --classes {input.classes} --source-stores {input.source_stores}"
        " --target-stores {input.target_stores} --weights {params.weights} --settings {params.settings:q}"
        " --seed {wildcards.seed} --workers {resources.workers} --out {output.model} --log {output.log}"
        " --record {output.record} --by-epoch {output.by_epoch} --test-probabilities {output.probabilities} 2> {log}"


rule train_cfb_flow:
    """One flow branch: on the generated videos' own flow, or on the bank that it and an RGB branch fill each epoch."""
    input:
        source=f"{SPLIT}/source.csv",
        target_train=f"{SPLIT}/target_train.csv",
        target_test=f"{SPLIT}/target_test.csv",
        classes=f"{SPLIT}/classes.csv",
        source_stores=lambda wildcards: flows(generated_stores(wildcards)),
        target_stores=lambda wildcards: flows(target_stores(wildcards)),
        rgb_by_epoch=rgb_opinions,
        weights=flow_weights,
    output:
        model=f"{RUN}/cfb/flow/{{branch}}/model.pt",
        log=f"{RUN}/cfb/flow/{{branch}}/train_log.csv",
        record=f"{RUN}/cfb/flow/{{branch}}/run.json",
        banks=directory(f"{RUN}/cfb/flow/{{branch}}/bank"),
        probabilities=f"{RUN}/cfb/flow/{{branch}}/probabilities_test.h5",
    log:
        "logs/train/{benchmark}-{split}-{seed}/cfb-flow-{branch}.log",
    benchmark:
        "logs/benchmarks/train/{benchmark}-{split}-{seed}/cfb-flow-{branch}.tsv"
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
        code=code("train_cfb_flow"),
        settings=lambda wildcards: as_settings(
            cfb_params.flow_settings(config, wildcards.benchmark, wildcards.branch)
        ),
    shell:
        "python -m i2v_core.stage --processes {resources.processes} train_cfb_flow"
        " --source {input.source} --target-train {input.target_train}"
        " --target-test {input.target_test} --classes {input.classes} --source-stores {input.source_stores}"
        " --target-stores {input.target_stores} --rgb-by-epoch {input.rgb_by_epoch} --weights '{input.weights}'"
        " --settings {params.settings:q} --seed {wildcards.seed} --workers {resources.workers} --out {output.model}"
        " --log {output.log} --record {output.record} --banks {output.banks}"
        " --test-probabilities {output.probabilities} 2> {log}"


rule fuse_cfb:
    """A row's prediction: the mean of the softmax outputs of its branches on the test videos."""
    input:
        lambda wildcards: branch_files(wildcards, "probabilities_test.h5"),
    output:
        probabilities=f"{RUN}/cfb/{{row}}/probabilities_test.h5",
        predictions=f"{RUN}/cfb/{{row}}/predictions_test.csv",
    log:
        "logs/fuse/{benchmark}-{split}-{seed}/{row}.log",
    benchmark:
        "logs/benchmarks/fuse/{benchmark}-{split}-{seed}/{row}.tsv"
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("fuse_probabilities"),
    shell:
        "python -m i2v_core.stage fuse_probabilities --models {input} --out {output.probabilities}"
        " --predictions {output.predictions} 2> {log}"
