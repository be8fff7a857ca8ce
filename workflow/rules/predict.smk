"""Probabilities, predictions and pseudo labels of trained models."""


rule predict:
    """A model's class probabilities for the target's training or test videos: per frame, or per video."""
    input:
        model=f"{RUN}/{{model}}/model.pt",
        videos=f"{SPLIT}/target_{{subset}}.csv",
        stores=target_stores,
    output:
        probabilities=f"{RUN}/{{model}}/probabilities_{{subset}}.h5",
        predictions=f"{RUN}/{{model}}/predictions_{{subset}}.csv",
    log:
        "logs/predict/{benchmark}-{split}-{seed}/{model}-{subset}.log",
    benchmark:
        "logs/benchmarks/predict/{benchmark}-{split}-{seed}/{model}-{subset}.tsv"
    priority: 100
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
        code=lambda wildcards: code(predict_stage(wildcards)),
        stage=lambda wildcards: predict_stage(wildcards),
        batch_size=COMPUTE["inference_batch"],
        device=COMPUTE["device"],
        settings_threads=COMPUTE["threads"],
    shell:
        "python -m i2v_core.stage {params.stage} --model {input.model} --videos {input.videos} --stores {input.stores}"
        " --batch-size {params.batch_size} --device {params.device} --threads {params.settings_threads}"
        " --workers {resources.workers} --out {output.probabilities} --predictions {output.predictions} 2> {log}"


rule label_from_frames:
    """Image model to video model: confident frames vote on the labels of target videos."""
    input:
        f"{RUN}/cycda/cycle{{cycle}}/stage{{stage}}/probabilities_train.h5",
    output:
        videos=f"{RUN}/cycda/cycle{{cycle}}/stage{{stage}}/pseudo_labels.csv",
        frames=f"{RUN}/cycda/cycle{{cycle}}/stage{{stage}}/pseudo_label_frames.csv",
    log:
        "logs/label/{benchmark}-{split}-{seed}/cycle{cycle}-stage{stage}.log",
    benchmark:
        "logs/benchmarks/label/{benchmark}-{split}-{seed}/cycle{cycle}-stage{stage}.tsv"
    wildcard_constraints:
        stage="[13]",
    priority: 100
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        code=code("label_from_frames"),
        p=p_of,
        vote=lambda wildcards: i2v_params.switches(config, wildcards.benchmark)["vote"],
    shell:
        "python -m i2v_core.stage label_from_frames --frame-probabilities {input} --p {params.p} --vote {params.vote}"
        " --out {output.videos} --out-frames {output.frames} 2> {log}"


rule label_from_videos:
    """Video model to image model: each target video gets the video model's label, and its frames inherit it."""
    input:
        f"{RUN}/cycda/cycle{{cycle}}/stage{{stage}}/probabilities_train.h5",
    output:
        f"{RUN}/cycda/cycle{{cycle}}/stage{{stage}}/pseudo_labels.csv",
    log:
        "logs/label/{benchmark}-{split}-{seed}/cycle{cycle}-stage{stage}.log",
    benchmark:
        "logs/benchmarks/label/{benchmark}-{split}-{seed}/cycle{cycle}-stage{stage}.tsv"
    wildcard_constraints:
        stage="[24]",
    priority: 100
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        code=code("label_from_videos"),
        p=lambda wildcards: cycda(wildcards)["p_stage3"],
        second_softmax=lambda wildcards: i2v_params.switches(config, wildcards.benchmark)["second_softmax"],
    shell:
        "python -m i2v_core.stage label_from_videos --video-probabilities {input} --p {params.p}"
        " --second-softmax {params.second_softmax} --out {output} 2> {log}"
