"""What the rules on own folders are made of: the model that a run reports, its parts, its pseudo labels."""

OWN = config["folders"]
OWN_OUT = "results/{benchmark}/own/{method}"
OWN_METHODS = "source-only|cycda|cfb|websup|stcda|divafn"
IMAGE_METHODS = ("cycda", "cfb", "websup")  # beside which source only is a comparison


def own(wildcards):
    """The section of `folders` of params.yaml of a benchmark."""
    if wildcards.benchmark not in OWN:
        raise WorkflowError(f"folders: {wildcards.benchmark!r} not found, one of {sorted(OWN)} wanted")
    return OWN[wildcards.benchmark]


def own_run(wildcards, folder):
    """A folder of the run of a benchmark on own folders."""
    return f"{RUN}/{folder}".format(benchmark=wildcards.benchmark, split=1, seed=own(wildcards)["seed"])


def own_split(name):
    """Input function: a file of the benchmark's split."""
    return lambda wildcards: f"data/derived/benchmarks/{wildcards.benchmark}/split1/{name}"


def own_target(wildcards):
    """The dataset of the user's unlabelled videos."""
    return config["benchmarks"][wildcards.benchmark]["target"]


def own_final(wildcards):
    """The folder of the predictions that a method ends with."""
    section = own(wildcards)
    folders = {
        "source-only": "source-only",
        "cycda": f"cycda/cycle{section['cycles']}/stage4",
        "cfb": "cfb/full",
        "websup": f"websup/{section['row']}",
        "stcda": "stcda/stage3/stcda",
        "divafn": "divafn/own",
    }
    return own_run(wildcards, folders[wildcards.method])


def own_final_file(name):
    """Input function: a file beside the predictions that a method ends with."""
    return lambda wildcards: f"{own_final(wildcards)}/{name}"


def own_parts(wildcards):
    """The networks that go into the exported model, by name."""
    if wildcards.method == "cfb":
        rgb, flow = cfb_runs.branches("full")
        return {
            "rgb": own_run(wildcards, f"cfb/rgb/{rgb}/model.pt"),
            "flow": own_run(wildcards, f"cfb/flow/{flow}/model.pt"),
        }
    model = own_final_file("model.pt")(wildcards)
    if wildcards.method == "stcda":
        views = [view for view in ("rgb", "flow") if backbone_weights(view)]
        return {"model": model, **{view: backbone_weights(view)[0] for view in views}}
    if wildcards.method == "websup":
        return {websup_runs.parsed(own(wildcards)["row"]).kind: model}
    return {{"source-only": "image", "cycda": "video"}[wildcards.method]: model}


def own_media(method, benchmark):
    """How videos are prepared for a method's networks, see i2v_core/exported/files.py."""
    sees_flow, target = method in ("cfb", "stcda"), config["benchmarks"][benchmark]["target"]
    flow = {
        "settings": config["flow"]["tvl1"],
        "backend": config["flow"]["backend"],
        "bound_px": config["flow"]["bound_px"],
    }
    shots = {"settings": config["websup"]["shots"], "seed": config["websup"]["seed"]}
    return {
        "frames": {**config["frames"], "short_side_px": short_side_of(target)},
        "flow": flow if sees_flow else None,
        "shots": shots if method == "websup" else None,
        "clips": own_clips() if method == "stcda" else None,
        "vectors": own_vectors() if method == "divafn" else None,
    }


def own_clips():
    """How STCDA's clips are cut, and the seed of backbones without weights."""
    return {**video_params.feature_settings(config), "seed": config["clip_features"]["seed"]}


def own_vectors():
    """How DIVAFN's vectors of a video are made."""
    keyframes = config["divafn"]["keyframes"]
    return {
        "keyframes": {name: keyframes[name] for name in ("rule", "deviations")},
        "stills": divafn_params.still_settings(config),
        "c3d": divafn_params.video_settings(config, "c3d"),
    }


def own_c3d_vectors(wildcards):
    """C3D's vectors of the user's videos."""
    return [beside(path, "video_vectors/c3d") for path in target_stores(wildcards)]


def own_stores(kind):
    """Input function: frames, flow or shots of the user's videos, where the method's networks see them."""

    def function(wildcards):
        stores = shards(own_target(wildcards))
        if not own_media(wildcards.method, wildcards.benchmark)[kind]:
            return []
        return {
            "frames": lambda: stores,
            "flow": lambda: flows(stores),
            "shots": lambda: detected_shots(stores),
        }[kind]()

    return function


def own_pseudo_labels(wildcards):
    """Pseudo labels of CycDA's stages by title, in the order they are made; other methods write none of this form."""
    if wildcards.method != "cycda":
        return {}
    cycles = range(1, own(wildcards)["cycles"] + 1)
    stages = [(1, 1), (1, 2), *((cycle, stage) for cycle in cycles for stage in (3, 4))]
    folder = "cycda/cycle{}/stage{}/pseudo_labels.csv"
    return {
        f"cycle {cycle}, stage {stage}": own_run(wildcards, folder.format(cycle, stage))
        for cycle, stage in stages
    }


def own_scores(wildcards):
    """Score files by title: the run's and, beside it, source only; nothing where no video has a label, or labelled ones
    train.
    """
    section = own(wildcards)
    if not section["labelled"] or wildcards.method == "divafn":
        return {}
    methods = dict.fromkeys(
        [wildcards.method, *(["source-only"] if wildcards.method in IMAGE_METHODS else [])]
    )
    return {method: f"results/{wildcards.benchmark}/own/{method}/scores.json" for method in methods}


def own_parameters(wildcards):
    """The sections of params.yaml that a run on own folders reads, without those of other data."""
    data = {
        name: config[name] for name in config if name not in ("tables", "benchmarks", "datasets", "folders")
    }
    section = config["benchmarks"][wildcards.benchmark]
    names = [*section["source"], section["target"]]
    return {
        **data,
        "benchmark": section,
        "datasets": {name: config["datasets"][name] for name in names},
    }
