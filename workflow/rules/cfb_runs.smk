"""What CFB's rules are made of: generated videos, branches of rows, initial weights."""

from i2v_core.methods.cfb import runs as cfb_runs

CFB = config["tables"]["cfb"]
SYNTHESIS = {
    "frames": config["synthesis"]["frames"],
    "fps": 25.0,
    "jpeg_quality": config["synthesis"]["jpeg_quality"],
}


def beside(store, *folders):
    """The shard of the same number in other folders of the same dataset."""
    path = Path(store)
    return (path.parents[1].joinpath(*folders) / path.name).as_posix()


def generated_stores(wildcards):
    """Frame stores of the videos made of a benchmark's photos by view synthesis."""
    preset = config["synthesis"]["preset"]
    return [beside(path, "synthetic", preset, "frames") for path in source_stores(wildcards)]


def generated_videos(wildcards):
    """Frame stores of the source videos that an RGB branch trains on."""
    if cfb_runs.options(wildcards.branch)["source"] == "st_i2v":
        return [
            f"{RUN}/st-i2v/{name}.h5".format(**wildcards) for name in benchmark_section(wildcards)["source"]
        ]
    return generated_stores(wildcards)


def flows(stores):
    """The flow stores of frame stores."""
    return [beside(path, "flow") for path in stores]


def rgb_opinions(wildcards):
    """What the RGB branch that labels a flow branch's bank thinks of the target; nothing without a bank."""
    branch = cfb_runs.labeller(wildcards.branch)
    return [f"{RUN}/cfb/rgb/{branch}/target_by_epoch.h5".format(**wildcards)] if branch else []


def branch_files(wildcards, name):
    """A file of each branch of a row."""
    rgb, flow = cfb_runs.branches(wildcards.row)
    folders = [f"{RUN}/cfb/rgb/{rgb}", *([f"{RUN}/cfb/flow/{flow}"] if flow else [])]
    return [f"{folder}/{name}".format(**wildcards) for folder in folders]


def flow_weights(wildcards):
    """Initial weights of the flow branch: our stand-in, a file, or nothing for random ones."""
    name = i2v_params.part(config, wildcards.benchmark, "cfb")["weights"]["flow"]
    return ["data/derived/pretrained/flow.pt"] if name == "pretrained" else [name] if name else []


def rgb_weights(wildcards):
    """Initial weights of an RGB branch that are files of ours or the user's; a hub id of CLIP is none."""
    if not cfb_runs.options(wildcards.branch)["clip"]:
        return weights("video")(wildcards)
    name = i2v_params.part(config, wildcards.benchmark, "cfb")["weights"]["clip"]
    if name == "pretrained":
        return [ancient("data/derived/pretrained/clip")]  # a folder: its training's log tells of changes
    return [name] if Path(name).is_dir() else []


def rgb_weights_log(wildcards):
    """The log of our stand-in for CLIP: its folder has times but no checksum, and other times in a copy of the project."""
    return (
        ["data/derived/pretrained/clip_log.csv"]
        if "data/derived/pretrained/clip" in rgb_weights(wildcards)
        else []
    )


def rgb_weights_argument(wildcards, input):
    """What the stage's --weights gets: a file, a folder, a hub id, or an empty word."""
    files = input.get("weights", [])
    is_clip = cfb_runs.options(wildcards.branch)["clip"]
    named = i2v_params.part(config, wildcards.benchmark, "cfb")["weights"]["clip"] * is_clip
    return as_word(files or named)
