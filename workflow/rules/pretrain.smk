"""Stand-ins for public weights in the mini world (ImageNet, Kinetics, MiDaS, CLIP), on classes that no benchmark has."""


rule pretrain_image:
    """The image backbone, a state dict in timm's key layout."""
    input:
        index=f"data/derived/{config['pretraining']['images']}/index.csv",
        stores=shards(config["pretraining"]["images"]),
    output:
        model="data/derived/pretrained/image.pt",
        log="data/derived/pretrained/image_log.csv",
        record="data/derived/pretrained/image_run.json",
    log:
        "logs/pretrain/image.log",
    benchmark:
        "logs/benchmarks/pretrain/image.tsv"
    priority: 200
    conda:
        "../envs/i2v.yaml"
    threads: COMPUTE["threads"]
    resources:
        gpu=GPU,
        mem_mb=COMPUTE["mem_mb"],
        workers=COMPUTE["workers"],
        runtime=60,
    params:
        code=code("pretrain_image"),
        settings=as_json(i2v_params.pretraining_settings(config, "image")),
        dataset=config["pretraining"]["images"],
        seed=config["mini_world"]["seed"],
    shell:
        "python -m i2v_core.stages.pretrain_image --dataset {params.dataset} --index {input.index} --stores {input.stores}"
        " --settings {params.settings:q} --seed {params.seed} --workers {resources.workers}"
        " --out {output.model} --log {output.log} --record {output.record} 2> {log}"


rule pretrain_video:
    """The I3D, a state dict in the public pytorch-i3d key layout."""
    input:
        index=f"data/derived/{config['pretraining']['videos']}/index.csv",
        stores=shards(config["pretraining"]["videos"]),
    output:
        model="data/derived/pretrained/video.pt",
        log="data/derived/pretrained/video_log.csv",
        record="data/derived/pretrained/video_run.json",
    log:
        "logs/pretrain/video.log",
    benchmark:
        "logs/benchmarks/pretrain/video.tsv"
    priority: 200
    conda:
        "../envs/i2v.yaml"
    threads: COMPUTE["threads"]
    resources:
        gpu=GPU,
        mem_mb=COMPUTE["mem_mb"],
        workers=COMPUTE["workers"],
        runtime=60,
    params:
        code=code("pretrain_video"),
        settings=as_json(i2v_params.pretraining_settings(config, "video")),
        dataset=config["pretraining"]["videos"],
        seed=config["mini_world"]["seed"],
    shell:
        "python -m i2v_core.stages.pretrain_video --dataset {params.dataset} --index {input.index} --stores {input.stores}"
        " --settings {params.settings:q} --seed {params.seed} --workers {resources.workers}"
        " --out {output.model} --log {output.log} --record {output.record} 2> {log}"


rule pretrain_flow:
    """The I3D of flow, in the same key layout."""
    input:
        index=f"data/derived/{config['pretraining']['videos']}/index.csv",
        stores=flows(shards(config["pretraining"]["videos"])),
    output:
        model="data/derived/pretrained/flow.pt",
        log="data/derived/pretrained/flow_log.csv",
        record="data/derived/pretrained/flow_run.json",
    log:
        "logs/pretrain/flow.log",
    benchmark:
        "logs/benchmarks/pretrain/flow.tsv"
    priority: 200
    conda:
        "../envs/i2v.yaml"
    threads: COMPUTE["threads"]
    resources:
        gpu=GPU,
        mem_mb=COMPUTE["mem_mb"],
        workers=COMPUTE["workers"],
        runtime=60,
    params:
        code=code("pretrain_flow"),
        settings=as_json(i2v_params.pretraining_settings(config, "flow")),
        dataset=config["pretraining"]["videos"],
        seed=config["mini_world"]["seed"],
    shell:
        "python -m i2v_core.stages.pretrain_flow --dataset {params.dataset} --index {input.index} --stores {input.stores}"
        " --settings {params.settings:q} --seed {params.seed} --workers {resources.workers}"
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
        runtime=60,
    params:
        code=code("pretrain_depth"),
        settings=as_json({**config["pretraining"]["depth"], **i2v_params.compute(config)}),
        seed=config["mini_world"]["seed"],
    shell:
        "python -m i2v_core.stages.pretrain_depth --settings {params.settings:q} --seed {params.seed}"
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
        runtime=60,
    params:
        code=code("pretrain_clip"),
        settings=as_json({**config["pretraining"]["clip"], **i2v_params.compute(config)}),
        dataset=config["pretraining"]["images"],
        seed=config["mini_world"]["seed"],
    shell:
        "python -m i2v_core.stages.pretrain_clip --dataset {params.dataset} --index {input.index} --stores {input.stores}"
        " --settings {params.settings:q} --seed {params.seed} --workers {resources.workers}"
        " --out {output.model} --log {output.log} --record {output.record} 2> {log}"
