"""From raw datasets to frame stores and benchmark splits."""


rule mini_world:
    """One dataset of the mini world, in the original's own layout."""
    output:
        folder=directory("data/raw/mini/{layout}"),
        listing="data/raw/mini/{layout}.csv",
    log:
        "logs/mini_world/{layout}.log",
    benchmark:
        "logs/benchmarks/mini_world/{layout}.tsv"
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("make_mini_world"),
        seed=config["mini_world"]["seed"],
        settings=as_settings(config["mini_world"]["settings"]),
    shell:
        "python -m i2v_core.stage make_mini_world --dataset {wildcards.layout} --out {output.folder}"
        " --listing {output.listing} --seed {params.seed} --settings {params.settings:q} 2> {log}"


rule mini_video_world:
    """One dataset of the mini world's video domains, in the original's own layout."""
    output:
        folder=directory("data/raw/mini/video/{layout}"),
        listing="data/raw/mini/video/{layout}.csv",
    log:
        "logs/mini_video_world/{layout}.log",
    benchmark:
        "logs/benchmarks/mini_video_world/{layout}.tsv"
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("make_mini_video_world"),
        seed=config["mini_video_world"]["seed"],
        settings=as_settings(config["mini_video_world"]["settings"]),
    shell:
        "python -m i2v_core.stage make_mini_video_world --dataset {wildcards.layout} --out {output.folder}"
        " --listing {output.listing} --seed {params.seed} --settings {params.settings:q} 2> {log}"


rule mini_web_world:
    """Web images or videos by search query, or Kinetics-400, as a crawler leaves them, and what was planted in them."""
    output:
        folder=directory("data/raw/mini/web/{layout}"),
        listing="data/raw/mini/web/{layout}.csv",
        truth="data/raw/mini/web/{layout}_truth.csv",
    log:
        "logs/mini_web_world/{layout}.log",
    benchmark:
        "logs/benchmarks/mini_web_world/{layout}.tsv"
    wildcard_constraints:
        layout="web_(images|videos)(_kinetics)?|kinetics400",
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("make_mini_web_world"),
        seed=config["mini_web_world"]["seed"],
        settings=as_settings(
            {
                **config["mini_web_world"]["settings"],
                "target_seed": config["mini_world"]["seed"],
                "target": config["mini_world"]["settings"],
            }
        ),
    shell:
        "python -m i2v_core.stage make_mini_web_world --dataset {wildcards.layout} --out {output.folder}"
        " --listing {output.listing} --truth {output.truth} --seed {params.seed} --settings {params.settings:q} 2> {log}"


rule catalog:
    """All items of a dataset by its official lists, and what is wrong with the files."""
    input:
        listing=listing_of_raw,
        labels=lambda wildcards: dataset(wildcards)["options"].get("labels", []),
        classes="i2v_core/datasets/ucf101_classes.csv",
    output:
        catalog="data/derived/{dataset}/catalog.csv",
        problems="data/derived/{dataset}/catalog_problems.csv",
    log:
        "logs/catalog/{dataset}.log",
    benchmark:
        "logs/benchmarks/catalog/{dataset}.tsv"
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=lambda wildcards: code("make_catalog", f"datasets.importers.{dataset(wildcards)['layout']}"),
        raw=state_of_raw,
        layout=lambda wildcards: dataset(wildcards)["layout"],
        root=lambda wildcards: dataset(wildcards)["root"],
        options=lambda wildcards: as_settings(dataset(wildcards)["options"]),
    shell:
        "python -m i2v_core.stage make_catalog --layout {params.layout} --root {params.root:q}"
        " --options {params.options:q} --out {output.catalog} --problems {output.problems} 2> {log}"


rule frames:
    """The frames of one shard of a dataset's videos (or images) in one HDF5 store."""
    input:
        catalog="data/derived/{dataset}/catalog.csv",
        listing=listing_of_raw,
    output:
        store="data/derived/{dataset}/frames/shard{shard}.h5",
        problems="data/derived/{dataset}/frames/shard{shard}_problems.csv",
    log:
        "logs/frames/{dataset}/shard{shard}.log",
    benchmark:
        "logs/benchmarks/frames/{dataset}/shard{shard}.tsv"
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=2000,
        runtime=240,
    params:
        code=code("extract_frames"),
        raw=state_of_raw,
        root=lambda wildcards: dataset(wildcards)["root"],
        shards=lambda wildcards: dataset(wildcards)["shards"],
        short_side_px=lambda wildcards: short_side_of(wildcards.dataset),
        jpeg_quality=config["frames"]["jpeg_quality"],
    shell:
        "python -m i2v_core.stage extract_frames --dataset {wildcards.dataset} --catalog {input.catalog}"
        " --root {params.root:q} --shard {wildcards.shard} --shards {params.shards}"
        " --short-side-px {params.short_side_px} --jpeg-quality {params.jpeg_quality}"
        " --out {output.store} --problems {output.problems} 2> {log}"


rule index:
    """The usable items. All problems of a dataset stand in data/derived/<dataset>/problems.csv, also when this rule stops."""
    input:
        catalog="data/derived/{dataset}/catalog.csv",
        problems=lambda wildcards: [
            "data/derived/{dataset}/catalog_problems.csv",
            *(path.replace(".h5", "_problems.csv") for path in shards(wildcards.dataset)),
        ],
    output:
        "data/derived/{dataset}/index.csv",
    log:
        "logs/index/{dataset}.log",
    benchmark:
        "logs/benchmarks/index/{dataset}.tsv"
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("make_index"),
        policy=lambda wildcards: dataset(wildcards)["on_problem"],
        report="data/derived/{dataset}/problems.csv",
    shell:
        "python -m i2v_core.stage make_index --name {wildcards.dataset} --catalog {input.catalog} --problems {input.problems}"
        " --policy {params.policy} --out {output} --report {params.report} 2> {log}"


rule split:
    """One split of a benchmark; target labels lie in a file of their own that only scoring rules read."""
    input:
        class_map=lambda wildcards: [
            f"i2v_core/datasets/class_maps/{name}.csv" for name in class_maps(wildcards) if name != "own"
        ],
        source=lambda wildcards: [
            f"data/derived/{name}/index.csv" for name in benchmark_section(wildcards)["source"]
        ],
        target=lambda wildcards: f"data/derived/{benchmark_section(wildcards)['target']}/index.csv",
    output:
        classes=f"{SPLIT}/classes.csv",
        source=f"{SPLIT}/source.csv",
        target_train=f"{SPLIT}/target_train.csv",
        target_test=f"{SPLIT}/target_test.csv",
        target_labels=f"{SPLIT}/target_labels.csv",
    log:
        "logs/split/{benchmark}/split{split}.log",
    benchmark:
        "logs/benchmarks/split/{benchmark}/split{split}.tsv"
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=lambda wildcards: code(
            "make_benchmark",
            *(
                f"datasets.importers.{config['datasets'][name]['layout']}"
                for name in [
                    *benchmark_section(wildcards)["source"],
                    benchmark_section(wildcards)["target"],
                ]
            ),
        ),
        section=lambda wildcards: {
            key: benchmark_section(wildcards)[key]
            for key in ("classes", "source", "target", "protocol", "transductive")
        },
        class_maps=class_maps,
        sampling=lambda wildcards: as_settings(benchmark_section(wildcards).get("sampling", {})),
        sampling_seed=lambda wildcards: benchmark_section(wildcards).get("sampling_seed", 0),
        source_layouts=lambda wildcards: [
            config["datasets"][name]["layout"] for name in benchmark_section(wildcards)["source"]
        ],
        target_layout=lambda wildcards: config["datasets"][benchmark_section(wildcards)["target"]]["layout"],
    shell:
        "python -m i2v_core.stage make_benchmark --class-map {params.class_maps} --classes {params.section[classes]:q}"
        " --source-names {params.section[source]} --source-layouts {params.source_layouts}"
        " --source-indexes {input.source} --target-name {params.section[target]}"
        " --target-layout {params.target_layout} --target-index {input.target} --split {wildcards.split}"
        " --protocol {params.section[protocol]} --transductive {params.section[transductive]}"
        " --sampling {params.sampling:q} --sampling-seed {params.sampling_seed}"
        " --out-classes {output.classes} --out-source {output.source}"
        " --out-target-train {output.target_train} --out-target-test {output.target_test}"
        " --out-target-labels {output.target_labels} 2> {log}"
