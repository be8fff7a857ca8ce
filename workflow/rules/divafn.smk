"""DIVAFN: key frames, vectors of photos, key frames and videos, samples of its protocol, and the rows of its tables."""


rule keyframes:
    """One frame of each video of one shard, by differences of colour histograms."""
    input:
        "data/derived/{dataset}/frames/shard{shard}.h5",
    output:
        "data/derived/{dataset}/keyframes/shard{shard}.csv",
    log:
        "logs/keyframes/{dataset}/shard{shard}.log",
    benchmark:
        "logs/benchmarks/keyframes/{dataset}/shard{shard}.tsv"
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=2000,
        runtime=240,
    params:
        code=code("choose_keyframes"),
        choice=config["divafn"]["keyframes"]["rule"],
        deviations=config["divafn"]["keyframes"]["deviations"],
    shell:
        "python -m i2v_core.stage choose_keyframes --store {input} --rule {params.choice}"
        " --deviations {params.deviations} --out {output} 2> {log}"


rule still_vectors:
    """A vector of each photo of one shard (still), or of each video's key frame (keyframe)."""
    input:
        store="data/derived/{dataset}/frames/shard{shard}.h5",
        keyframes=chosen_keyframes,
        weights=lambda wildcards: vector_weights("still"),
    output:
        "data/derived/{dataset}/{kind}_vectors/shard{shard}.h5",
    log:
        "logs/vectors/{dataset}/{kind}-shard{shard}.log",
    benchmark:
        "logs/benchmarks/vectors/{dataset}/{kind}-shard{shard}.tsv"
    wildcard_constraints:
        kind="still|keyframe",
    conda:
        "../envs/i2v.yaml"
    threads: COMPUTE["threads"]
    resources:
        gpu=GPU,
        mem_mb=COMPUTE["mem_mb"],
        runtime=240,
    params:
        code=code("extract_still_vectors"),
        settings=as_settings(divafn_params.still_settings(config)),
        weights=lambda wildcards, input: as_word(
            input.get("weights") or config["divafn"]["stills"]["weights"]
        ),
        keyframes=lambda wildcards, input: f"--keyframes {input.keyframes}" if input.get("keyframes") else "",
        batch_size=COMPUTE["inference_batch"],
        device=COMPUTE["device"],
        settings_threads=COMPUTE["threads"],
        seed=config["divafn"]["seed"],
    shell:
        "python -m i2v_core.stage extract_still_vectors --store {input.store} {params.keyframes}"
        " --weights {params.weights} --settings {params.settings:q} --batch-size {params.batch_size}"
        " --device {params.device} --threads {params.settings_threads} --seed {params.seed} --out {output} 2> {log}"


rule video_vectors:
    """A vector of each video of one shard by a frozen video network."""
    input:
        store="data/derived/{dataset}/frames/shard{shard}.h5",
        weights=lambda wildcards: vector_weights(wildcards.network),
    output:
        "data/derived/{dataset}/video_vectors/{network}/shard{shard}.h5",
    log:
        "logs/vectors/{dataset}/{network}-shard{shard}.log",
    benchmark:
        "logs/benchmarks/vectors/{dataset}/{network}-shard{shard}.tsv"
    wildcard_constraints:
        network="c3d|i3d",
    conda:
        "../envs/i2v.yaml"
    threads: COMPUTE["threads"]
    resources:
        gpu=GPU,
        mem_mb=COMPUTE["mem_mb"],
        runtime=720,
    params:
        code=code("extract_video_vectors"),
        settings=lambda wildcards: as_settings(divafn_params.video_settings(config, wildcards.network)),
        batch_size=COMPUTE["inference_batch"],
        device=COMPUTE["device"],
        settings_threads=COMPUTE["threads"],
        seed=config["divafn"]["seed"],
    shell:
        "python -m i2v_core.stage extract_video_vectors --store {input.store} --weights '{input.weights}'"
        " --settings {params.settings:q} --batch-size {params.batch_size} --device {params.device}"
        " --threads {params.settings_threads} --seed {params.seed} --out {output} 2> {log}"


rule trajectories:
    """Descriptors of the dense trajectories of all videos of one shard, ours or those that the IDT binary wrote."""
    input:
        store="data/derived/{dataset}/frames/shard{shard}.h5",
        original=config["divafn"]["trajectories"]["original"] or [],
    output:
        "data/derived/{dataset}/trajectories/shard{shard}.h5",
    log:
        "logs/trajectories/{dataset}/shard{shard}.log",
    benchmark:
        "logs/benchmarks/trajectories/{dataset}/shard{shard}.tsv"
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=4000,
        runtime=1440,
    params:
        code=code("extract_trajectories"),
        original=lambda wildcards, input: f"--original {input.original}" if input.get("original") else "",
        settings=as_settings({key: config["divafn"]["trajectories"][key] for key in ("most", "idt_lite")}),
        seed=config["divafn"]["seed"],
    shell:
        "python -m i2v_core.stage extract_trajectories --store {input.store} {params.original}"
        " --settings {params.settings:q} --seed {params.seed} --out {output} 2> {log}"


rule encode_trajectories:
    """A vector of each video of a sample, by words of its training videos' trajectories (LLC)."""
    input:
        sample=f"{SAMPLE}/sample.csv",
        trajectories=trajectories,
    output:
        f"{SAMPLE}/trajectories.h5",
    log:
        "logs/samples/{benchmark}-{split}-{seed}/{share}-trajectories.log",
    benchmark:
        "logs/benchmarks/samples/{benchmark}-{split}-{seed}/{share}-trajectories.tsv"
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=4000,
        runtime=240,
    params:
        code=code("encode_trajectories"),
        settings=as_settings(config["divafn"]["coding"]),
    shell:
        "python -m i2v_core.stage encode_trajectories --sample {input.sample} --trajectories {input.trajectories}"
        " --settings {params.settings:q} --seed {wildcards.seed} --out {output} 2> {log}"


rule ratio_sample:
    """A share of a benchmark's videos and images for training, others for the test, whose labels lie apart."""
    input:
        source=f"{SPLIT}/source.csv",
        target_train=f"{SPLIT}/target_train.csv",
        target_test=f"{SPLIT}/target_test.csv",
        target_labels=f"{SPLIT}/target_labels.csv",
        target_index=lambda wildcards: f"data/derived/{benchmark_section(wildcards)['target']}/index.csv",
    output:
        sample=f"{SAMPLE}/sample.csv",
        test_labels=f"{SAMPLE}/test_labels.csv",
    log:
        "logs/samples/{benchmark}-{split}-{seed}/{share}.log",
    benchmark:
        "logs/benchmarks/samples/{benchmark}-{split}-{seed}/{share}.tsv"
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("draw_ratio_sample"),
        settings=lambda wildcards: as_settings(
            divafn_params.sample_settings(config, wildcards.benchmark, int(wildcards.share))
        ),
    shell:
        "python -m i2v_core.stage draw_ratio_sample --source {input.source} --target-train {input.target_train}"
        " --target-test {input.target_test} --target-labels {input.target_labels} --target-index {input.target_index}"
        " --settings {params.settings:q} --seed {wildcards.seed} --out {output.sample}"
        " --out-test-labels {output.test_labels} 2> {log}"


rule run_divafn:
    """Rows of DIVAFN's tables on one sample: a family of methods, or of changed parameters."""
    input:
        sample=f"{SAMPLE}/sample.csv",
        classes=f"{SPLIT}/classes.csv",
        images=image_vectors,
        keyframes=keyframe_vectors,
        videos=video_vectors,
        semantics=lambda wildcards: semantic_files(divafn_job_settings(wildcards).values()),
    output:
        predictions=f"{DIVAFN_JOB}/predictions_test.csv",
        log=f"{DIVAFN_JOB}/train_log.csv",
        record=f"{DIVAFN_JOB}/run.json",
    log:
        "logs/train/{benchmark}-{split}-{seed}/divafn-{video}-{share}-{family}.log",
    benchmark:
        "logs/benchmarks/train/{benchmark}-{split}-{seed}/divafn-{video}-{share}-{family}.tsv"
    conda:
        "../envs/i2v.yaml"
    threads: COMPUTE["threads"]
    resources:
        gpu=GPU,
        mem_mb=COMPUTE["mem_mb"],
        runtime=1440,
    params:
        code=code("run_divafn", *(f"baselines.shallow.{name}" for name in shallow.METHODS)),
        settings=lambda wildcards: as_settings(divafn_job_settings(wildcards)),
        device=COMPUTE["device"],
        settings_threads=COMPUTE["threads"],
    shell:
        "python -m i2v_core.stage run_divafn --sample {input.sample} --classes {input.classes} --images {input.images}"
        " --keyframes {input.keyframes} --videos {input.videos} --settings {params.settings:q}"
        " --seed {wildcards.seed} --device {params.device} --threads {params.settings_threads}"
        " --out {output.predictions} --log {output.log} --record {output.record} 2> {log}"


rule score_sample:
    """Accuracy of all rows of a job on the test videos of its sample."""
    input:
        predictions=f"{DIVAFN_JOB}/predictions_test.csv",
        test_labels=f"{SAMPLE}/test_labels.csv",
        classes=f"{SPLIT}/classes.csv",
    output:
        f"{DIVAFN_JOB}/scores.json",
    log:
        "logs/score/{benchmark}-{split}-{seed}/divafn-{video}-{share}-{family}.log",
    benchmark:
        "logs/benchmarks/score/{benchmark}-{split}-{seed}/divafn-{video}-{share}-{family}.tsv"
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("score_sample"),
    shell:
        "python -m i2v_core.stage score_sample --predictions {input.predictions} --test-labels {input.test_labels}"
        " --classes {input.classes} --out {output} 2> {log}"


rule time_divafn:
    """Seconds that methods take on the first samples of a benchmark; nothing runs beside it."""
    input:
        samples=run_time_samples,
        classes=f"{SPLIT}/classes.csv",
        images=image_vectors,
        keyframes=keyframe_vectors,
        videos=video_vectors,
        semantics=lambda wildcards: semantic_files(run_time_settings(wildcards).values()),
    output:
        f"{RUN}/divafn/run_time-{{video}}.csv",
    log:
        "logs/train/{benchmark}-{split}-{seed}/divafn-run_time-{video}.log",
    benchmark:
        "logs/benchmarks/train/{benchmark}-{split}-{seed}/divafn-run_time-{video}.tsv"
    wildcard_constraints:
        video="c3d|i3d",
    conda:
        "../envs/i2v.yaml"
    threads: ALL_CORES
    resources:
        gpu=GPU,
        mem_mb=COMPUTE["mem_mb"],
        runtime=720,
    params:
        code=code("time_divafn", *(f"baselines.shallow.{name}" for name in shallow.METHODS)),
        shares=lambda wildcards: divafn_params.shares(config, wildcards.benchmark),
        rows=DIVAFN["run_time"]["methods"],
        settings=lambda wildcards: as_settings(run_time_settings(wildcards)),
        device=COMPUTE["device"],
        settings_threads=COMPUTE["threads"],
    shell:
        "python -m i2v_core.stage time_divafn --samples {input.samples} --shares {params.shares} --rows {params.rows}"
        " --classes {input.classes} --images {input.images} --keyframes {input.keyframes} --videos {input.videos}"
        " --settings {params.settings:q} --seed {wildcards.seed} --device {params.device}"
        " --threads {params.settings_threads} --out {output} 2> {log}"
