"""Stand-ins for public weights in the mini world (ImageNet, Kinetics, MiDaS, CLIP), on classes that no benchmark has."""


rule pretrain:
    """A backbone on labelled images (image), videos (video: I3D, c3d) or their flow, in the key layout of public weights."""
    input:
        index=lambda wildcards: f"data/derived/{pretraining_data(wildcards)}/index.csv",
        stores=pretraining_stores,
    output:
        model="data/derived/pretrained/{kind}.pt",
        log="data/derived/pretrained/{kind}_log.csv",
        record="data/derived/pretrained/{kind}_run.json",
    log:
        "logs/pretrain/{kind}.log",
    benchmark:
        "logs/benchmarks/pretrain/{kind}.tsv"
    wildcard_constraints:
        kind="image|video|flow|c3d",
    priority: 200
    conda:
        "../envs/i2v.yaml"
    threads: COMPUTE["threads"]
    resources:
        gpu=GPU,
        mem_mb=COMPUTE["mem_mb"],
        workers=COMPUTE["workers"],
        cpus_per_task=CPUS,
        runtime=60,
    params:
        code=lambda wildcards: code(f"pretrain_{wildcards.kind}"),
        settings=lambda wildcards: as_settings(i2v_params.pretraining_settings(config, wildcards.kind)),
        dataset=pretraining_data,
        seed=config["mini_world"]["seed"],
    shell:
        "python -m i2v_core.stage pretrain_{wildcards.kind} --dataset {params.dataset} --index {input.index}"
        " --stores {input.stores} --settings {params.settings:q} --seed {params.seed} --workers {resources.workers}"
        " --out {output.model} --log {output.log} --record {output.record} 2> {log}"


rule pretrain_depth:
    """A small depth network, on the true depth of rendered photos of no benchmark's classes."""
    output:
        model="data/derived/pretrained/depth.pt",
        log="data/derived/pretrained/depth_log.csv",
        record="data/derived/pretrained/depth_run.json",
    log:
        "logs/pretrain/depth.log",
    benchmark:
        "logs/benchmarks/pretrain/depth.tsv"
    priority: 200
    conda:
        "../envs/i2v.yaml"
    threads: COMPUTE["threads"]
    resources:
        gpu=GPU,
        mem_mb=COMPUTE["mem_mb"],
        workers=COMPUTE["workers"],
        cpus_per_task=CPUS,
        runtime=60,
    params:
        code=code("pretrain_depth"),
        settings=as_settings({**config["pretraining"]["depth"], **i2v_params.compute(config)}),
        seed=config["mini_world"]["seed"],
    shell:
        "python -m i2v_core.stage pretrain_depth --settings {params.settings:q} --seed {params.seed}"
        " --out {output.model} --log {output.log} --record {output.record} 2> {log}"


rule pretrain_clip:
    """A small CLIP, a folder as transformers writes it."""
    input:
        index=f"data/derived/{config['pretraining']['images']}/index.csv",
        stores=shards(config["pretraining"]["images"]),
    output:
        model=directory("data/derived/pretrained/clip"),
        log="data/derived/pretrained/clip_log.csv",
        record="data/derived/pretrained/clip_run.json",
    log:
        "logs/pretrain/clip.log",
    benchmark:
        "logs/benchmarks/pretrain/clip.tsv"
    priority: 200
    conda:
        "../envs/i2v.yaml"
    threads: COMPUTE["threads"]
    resources:
        gpu=GPU,
        mem_mb=COMPUTE["mem_mb"],
        workers=COMPUTE["workers"],
        cpus_per_task=CPUS,
        runtime=60,
    params:
        code=code("pretrain_clip"),
        settings=as_settings({**config["pretraining"]["clip"], **i2v_params.compute(config)}),
        dataset=config["pretraining"]["images"],
        seed=config["mini_world"]["seed"],
    shell:
        "python -m i2v_core.stage pretrain_clip --dataset {params.dataset} --index {input.index} --stores {input.stores}"
        " --settings {params.settings:q} --seed {params.seed} --workers {resources.workers}"
        " --out {output.model} --log {output.log} --record {output.record} 2> {log}"
