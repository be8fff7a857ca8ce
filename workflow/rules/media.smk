"""Optical flow, depth, and source videos made of photos by view synthesis."""

FLOW_GPU = GPU if config["flow"]["backend"] in ("auto", "torch") else 0


rule flow:
    """TV-L1 flow of all videos of one shard of frames, real ones or generated ones."""
    input:
        "data/derived/{store}/frames/shard{shard}.h5",
    output:
        "data/derived/{store}/flow/shard{shard}.h5",
    log:
        "logs/flow/{store}/shard{shard}.log",
    benchmark:
        "logs/benchmarks/flow/{store}/shard{shard}.tsv"
    conda:
        "../envs/i2v.yaml"
    resources:
        gpu=FLOW_GPU,
        mem_mb=COMPUTE["mem_mb"] if FLOW_GPU else 2000,
        runtime=1440,
    params:
        code=code("extract_flow"),
        backend=config["flow"]["backend"],
        bound_px=config["flow"]["bound_px"],
        settings=as_settings(config["flow"]["tvl1"]),
    shell:
        "python -m i2v_core.stage extract_flow --store {input} --settings {params.settings:q} --backend {params.backend}"
        " --bound-px {params.bound_px} --out {output} 2> {log}"


rule depth:
    """Relative inverse depth of all photos of one shard."""
    input:
        store="data/derived/{dataset}/frames/shard{shard}.h5",
        model=depth_model,
    output:
        "data/derived/{dataset}/depth/shard{shard}.h5",
    log:
        "logs/depth/{dataset}/shard{shard}.log",
    benchmark:
        "logs/benchmarks/depth/{dataset}/shard{shard}.tsv"
    conda:
        "../envs/i2v.yaml"
    threads: COMPUTE["threads"]
    resources:
        gpu=GPU,
        mem_mb=COMPUTE["mem_mb"],
        runtime=720,
    params:
        code=code("estimate_depth"),
        backend=config["depth"]["backend"],
        model=lambda wildcards, input: input.get("model") or config["depth"]["model"],
        batch_size=config["depth"]["batch_size"],
        device=COMPUTE["device"],
        settings_threads=COMPUTE["threads"],
    shell:
        "python -m i2v_core.stage estimate_depth --store {input.store} --backend {params.backend} --model {params.model:q}"
        " --batch-size {params.batch_size} --device {params.device} --threads {params.settings_threads} --out {output} 2> {log}"


rule synthetic_videos:
    """Videos of all photos of one shard, by a virtual camera that moves through their depth."""
    input:
        store="data/derived/{dataset}/frames/shard{shard}.h5",
        depths="data/derived/{dataset}/depth/shard{shard}.h5",
    output:
        store="data/derived/{dataset}/synthetic/{preset}/frames/shard{shard}.h5",
        shares="data/derived/{dataset}/synthetic/{preset}/frames/shard{shard}_items.csv",
    log:
        "logs/synthetic/{dataset}/{preset}-shard{shard}.log",
    benchmark:
        "logs/benchmarks/synthetic/{dataset}/{preset}-shard{shard}.tsv"
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=2000,
        runtime=720,
    params:
        code=code("synthesise_videos"),
        seed=config["mini_world"]["seed"],
        settings=lambda wildcards: as_settings(
            {"preset": wildcards.preset, **SYNTHESIS, **config["synthesis"]["settings"]}
        ),
    shell:
        "python -m i2v_core.stage synthesise_videos --store {input.store} --depths {input.depths}"
        " --settings {params.settings:q} --seed {params.seed} --out {output.store} --items {output.shares} 2> {log}"


rule crop_motion_videos:
    """ST-I2V's videos of one dataset's photos in a benchmark: windows that move around what a source-only model sees."""
    input:
        model=f"{RUN}/source-only/model.pt",
        source=f"{SPLIT}/source.csv",
        stores=lambda wildcards: shards(wildcards.dataset),
    output:
        f"{RUN}/st-i2v/{{dataset}}.h5",
    log:
        "logs/crop_motion/{benchmark}-{split}-{seed}/{dataset}.log",
    benchmark:
        "logs/benchmarks/crop_motion/{benchmark}-{split}-{seed}/{dataset}.tsv"
    conda:
        "../envs/i2v.yaml"
    threads: COMPUTE["threads"]
    resources:
        gpu=GPU,
        mem_mb=COMPUTE["mem_mb"],
        runtime=720,
    params:
        code=code("synthesise_crop_motion"),
        device=COMPUTE["device"],
        settings=as_settings(SYNTHESIS),
        settings_threads=COMPUTE["threads"],
    shell:
        "python -m i2v_core.stage synthesise_crop_motion --model {input.model} --dataset {wildcards.dataset}"
        " --source {input.source} --stores {input.stores}"
        " --settings {params.settings:q} --seed {wildcards.seed} --device {params.device}"
        " --threads {params.settings_threads} --out {output} 2> {log}"
