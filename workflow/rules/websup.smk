"""Web supervision: shots, near-duplicates, what trains, the two stages, predictions."""


rule shots:
    """Shots and key frames of all videos of one shard; a photo is one shot."""
    input:
        "data/derived/{dataset}/frames/shard{shard}.h5",
    output:
        "data/derived/{dataset}/shots/shard{shard}.csv",
    log:
        "logs/shots/{dataset}/shard{shard}.log",
    benchmark:
        "logs/benchmarks/shots/{dataset}/shard{shard}.tsv"
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=4000,
        runtime=1440,
    params:
        code=code("detect_shots"),
        settings=as_settings(config["websup"]["shots"]),
        seed=config["websup"]["seed"],
    shell:
        "python -m i2v_core.stage detect_shots --store {input} --settings {params.settings:q} --seed {params.seed}"
        " --out {output} 2> {log}"


rule keyframe_embeddings:
    """Embeddings of all key frames of one shard by the image backbone as it is at the start."""
    input:
        store="data/derived/{dataset}/frames/shard{shard}.h5",
        shots="data/derived/{dataset}/shots/shard{shard}.csv",
        weights=web_weights,
    output:
        "data/derived/{dataset}/keyframe_embeddings/shard{shard}.h5",
    log:
        "logs/keyframe_embeddings/{dataset}/shard{shard}.log",
    benchmark:
        "logs/benchmarks/keyframe_embeddings/{dataset}/shard{shard}.tsv"
    conda:
        "../envs/i2v.yaml"
    threads: COMPUTE["threads"]
    resources:
        gpu=GPU,
        mem_mb=COMPUTE["mem_mb"],
        runtime=720,
    params:
        code=code("embed_keyframes"),
        settings=as_settings(websup_params.embedding_settings(config)),
        weights=web_weights_option,
        batch_size=COMPUTE["inference_batch"],
        device=COMPUTE["device"],
        settings_threads=COMPUTE["threads"],
        seed=config["websup"]["seed"],
    shell:
        "python -m i2v_core.stage embed_keyframes --store {input.store} --shots {input.shots}"
        " {params.weights} --settings {params.settings:q} --batch-size {params.batch_size}"
        " --device {params.device} --threads {params.settings_threads} --seed {params.seed} --out {output} 2> {log}"


rule near_duplicates:
    """Web items that show a key frame of the target's videos (of all splits; pictures, no labels), each with its twin."""
    input:
        index="data/derived/{dataset}/index.csv",
        web=lambda wildcards: embeddings(wildcards.dataset),
        target=lambda wildcards: embeddings(wildcards.target),
    output:
        removed="data/derived/{dataset}/duplicates/{target}/removed.csv",
        kept="data/derived/{dataset}/duplicates/{target}/kept.csv",
        by_class="data/derived/{dataset}/duplicates/{target}/by_class.csv",
        histogram="data/derived/{dataset}/duplicates/{target}/histogram.csv",
    log:
        "logs/duplicates/{dataset}-{target}.log",
    benchmark:
        "logs/benchmarks/duplicates/{dataset}-{target}.tsv"
    wildcard_constraints:
        target="[A-Za-z0-9-]+",
    conda:
        "../envs/i2v.yaml"
    threads: COMPUTE["threads"]
    resources:
        gpu=GPU,
        mem_mb=COMPUTE["mem_mb"],
        runtime=720,
    params:
        code=code("find_duplicates"),
        settings=as_settings(config["websup"]["duplicates"]),
        device=COMPUTE["device"],
        settings_threads=COMPUTE["threads"],
    shell:
        "python -m i2v_core.stage find_duplicates --name {wildcards.dataset} --index {input.index} --web {input.web} --target {input.target}"
        " --settings {params.settings:q} --device {params.device} --threads {params.settings_threads}"
        " --out-removed {output.removed} --out-kept {output.kept} --out-by-class {output.by_class}"
        " --out-histogram {output.histogram} 2> {log}"


rule web_sources:
    """The web items that train: no near-duplicates of the target, a share held out."""
    input:
        source=f"{SPLIT}/source.csv",
        removed=removed_items,
    output:
        WEB_SOURCE,
    log:
        "logs/split/{benchmark}/split{split}-web.log",
    benchmark:
        "logs/benchmarks/split/{benchmark}/split{split}-web.tsv"
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("choose_web_sources"),
        held_out=lambda wildcards: websup_params.section(config, wildcards.benchmark)["held_out"],
        seed=config["websup"]["seed"],
    shell:
        "python -m i2v_core.stage choose_web_sources --source {input.source} --removed {input.removed}"
        " --held-out {params.held_out} --seed {params.seed} --out {output} 2> {log}"


rule train_web_image:
    """Stage 1: the image model on web images and key frames of web videos, against target frames where a row asks."""
    input:
        source=WEB_SOURCE,
        target_train=web_target,
        classes=f"{SPLIT}/classes.csv",
        stores=web_media,
        shots=lambda wildcards: detected_shots(web_media(wildcards)),
        weights=web_weights,
    output:
        model=f"{WEB_RUN}/model.pt",
        log=f"{WEB_RUN}/train_log.csv",
        record=f"{WEB_RUN}/run.json",
        held_out=f"{WEB_RUN}/held_out.json",
    log:
        "logs/train/{benchmark}-{split}-{seed}/websup-{row}.log",
    benchmark:
        "logs/benchmarks/train/{benchmark}-{split}-{seed}/websup-{row}.tsv"
    wildcard_constraints:
        row=rf"image-{ROWS}",
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
        code=code("train_web_image"),
        target=web_target_option,
        weights=web_weights_option,
        settings=lambda wildcards: as_settings(
            websup_params.training_settings(config, wildcards.benchmark, wildcards.row)
        ),
    shell:
        "python -m i2v_core.stage --processes {resources.processes} train_web_image"
        " --source {input.source} {params.target} --classes {input.classes}"
        " --shots {input.shots} --stores {input.stores} {params.weights} --settings {params.settings:q}"
        " --seed {wildcards.seed} --workers {resources.workers} --out {output.model} --log {output.log}"
        " --record {output.record} --held-out {output.held_out} 2> {log}"


rule train_web_video:
    """Stage 2: temporal filters on chunks of web videos, above the filters of the image model, which stay as they are."""
    input:
        source=WEB_SOURCE,
        target_train=web_target,
        classes=f"{SPLIT}/classes.csv",
        stores=web_media,
        shots=lambda wildcards: detected_shots(web_media(wildcards)),
        before=web_before,
        weights=lambda wildcards: [] if web_before(wildcards) else web_weights(wildcards),
    output:
        model=f"{WEB_RUN}/model.pt",
        log=f"{WEB_RUN}/train_log.csv",
        record=f"{WEB_RUN}/run.json",
        held_out=f"{WEB_RUN}/held_out.json",
    log:
        "logs/train/{benchmark}-{split}-{seed}/websup-{row}.log",
    benchmark:
        "logs/benchmarks/train/{benchmark}-{split}-{seed}/websup-{row}.tsv"
    wildcard_constraints:
        row=r"video(\+[a-z0-9_=.]+)*",
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
        code=code("train_web_video"),
        target=web_target_option,
        weights=web_weights_option,
        settings=lambda wildcards: as_settings(
            websup_params.training_settings(config, wildcards.benchmark, wildcards.row)
        ),
    shell:
        "python -m i2v_core.stage --processes {resources.processes} train_web_video"
        " --source {input.source} {params.target} --classes {input.classes}"
        " --shots {input.shots} --stores {input.stores} {params.weights}"
        " --settings {params.settings:q} --seed {wildcards.seed} --workers {resources.workers} --out {output.model}"
        " --log {output.log} --record {output.record} --held-out {output.held_out} 2> {log}"


rule predict_web:
    """Classes of the target's test videos by a row's model: mean over key frames, or over a chunk of each shot."""
    input:
        model=f"{WEB_RUN}/model.pt",
        videos=f"{SPLIT}/target_test.csv",
        stores=target_stores,
        shots=lambda wildcards: detected_shots(target_stores(wildcards)),
    output:
        probabilities=f"{WEB_RUN}/probabilities_test.h5",
        predictions=f"{WEB_RUN}/predictions_test.csv",
    log:
        "logs/predict/{benchmark}-{split}-{seed}/websup-{row}.log",
    benchmark:
        "logs/benchmarks/predict/{benchmark}-{split}-{seed}/websup-{row}.tsv"
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
        code=code("predict_web"),
        kind=lambda wildcards: websup_runs.parsed(wildcards.row).kind,
        batch_size=COMPUTE["inference_batch"],
        device=COMPUTE["device"],
        settings_threads=COMPUTE["threads"],
    shell:
        "python -m i2v_core.stage predict_web --model {input.model} --kind {params.kind} --videos {input.videos}"
        " --shots {input.shots} --stores {input.stores} --batch-size {params.batch_size} --device {params.device}"
        " --threads {params.settings_threads} --workers {resources.workers} --out {output.probabilities}"
        " --predictions {output.predictions} 2> {log}"


rule weigh_web_sources:
    """Attention weights of all web items by a trained row, in batches against target frames."""
    input:
        model=f"{WEB_RUN}/model.pt",
        source=WEB_SOURCE,
        target_train=f"{SPLIT}/target_train.csv",
        stores=lambda wildcards: source_stores(wildcards) + target_stores(wildcards),
        shots=lambda wildcards: detected_shots(source_stores(wildcards) + target_stores(wildcards)),
    output:
        table=f"{WEB_RUN}/attention.csv",
        report=f"{WEB_RUN}/attention_report.json",
    log:
        "logs/attention/{benchmark}-{split}-{seed}/{row}.log",
    benchmark:
        "logs/benchmarks/attention/{benchmark}-{split}-{seed}/{row}.tsv"
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
        code=code("weigh_web_sources"),
        settings=lambda wildcards: as_settings(
            websup_params.weighing_settings(config, wildcards.benchmark, wildcards.row)
        ),
        batch_size=COMPUTE["inference_batch"],
        device=COMPUTE["device"],
        settings_threads=COMPUTE["threads"],
    shell:
        "python -m i2v_core.stage weigh_web_sources --model {input.model} --source {input.source}"
        " --target-train {input.target_train} --shots {input.shots} --stores {input.stores}"
        " --settings {params.settings:q} --seed {wildcards.seed} --batch-size {params.batch_size}"
        " --device {params.device} --threads {params.settings_threads} --workers {resources.workers}"
        " --out {output.table} --report {output.report} 2> {log}"
