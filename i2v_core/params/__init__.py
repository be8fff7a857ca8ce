"""params.yaml turned into the settings that each rule passes to its stage; see `checking` for what it may hold."""

import copy

# The switches by which the paper and the released code of CycDA differ; `cycda.switches` overrides one by one.
CYCDA_PRESETS = {
    "paper": {
        "vote": "majority",
        "second_softmax": False,
        "init": "pretrained",
        "equal_domain_labels": False,
        "video_normalisation": "kinetics",
    },
    "official": {
        "vote": "mean_softmax",
        "second_softmax": True,
        "init": "pretrained",
        # Choice: the released code gives both domains one label, which disables alignment; not part of the preset.
        "equal_domain_labels": False,
        "video_normalisation": "imagenet",
    },
}

IMAGE_INPUTS = ("size_px", "short_side_px", "crop_scale")
PRETRAINED_PARTS = {
    "image": ("backbone", "backbone_options", "normalisation"),
    "video": ("width", "dropout", "statistics_momentum"),
}
SQUASHED = ("resize_px", "size_px")
VIDEO_INPUTS = ("size_px", "short_side_px", "crop_scales", "frames", "stride", "clips")


def part(config: dict, benchmark: str, name: str) -> dict:
    """A section of the configuration with the benchmark's `override` of it merged in."""
    return merged(config[name], config["benchmarks"][benchmark]["override"].get(name, {}))


def switches(config: dict, benchmark: str) -> dict:
    """CycDA's switches: the preset's, then the single ones."""
    cycda = part(config, benchmark, "cycda")
    return {**CYCDA_PRESETS[cycda["preset"]], **cycda["switches"]}


def source_settings(config: dict, benchmark: str) -> dict:
    """What the image and the video model see of labelled videos in the source, see `sources.streams`."""
    videos = config["benchmarks"][benchmark].get("source_videos", "frames")
    return {"frames_per_video": part(config, benchmark, "cycda")["frames_per_video"], "source_videos": videos}


def image_settings(config: dict, benchmark: str, stage: str, method: dict | None = None) -> dict:
    """Settings of a stage that trains the image model: model, inputs, training, method."""
    model = part(config, benchmark, "image_model")
    inputs = {name: model.pop(name) for name in IMAGE_INPUTS}
    model.pop("weights")
    settings = {"model": model, "inputs": inputs, "training": _training(config, benchmark, "image", stage)}
    return settings if method is None else {**settings, "method": method}


def video_settings(config: dict, benchmark: str, stage: str) -> dict:
    """Settings of a stage that trains the video model: model, inputs (clip sampling included), training."""
    model = part(config, benchmark, "video_model")
    inputs = {name: model.pop(name) for name in VIDEO_INPUTS}
    model.pop("weights")
    model["normalisation"] = switches(config, benchmark)["video_normalisation"]
    return {"model": model, "inputs": inputs, "training": _training(config, benchmark, "video", stage)}


def pretraining_settings(config: dict, kind: str) -> dict:
    """Settings of the stand-in pretraining of the image backbone, the I3D or C3D: `image`, `video`, `flow`, `c3d`."""
    if kind == "c3d":
        section = dict(config["pretraining"]["c3d"])
        own = {"model": config["divafn"]["c3d"]["model"], "statistics_momentum": section.pop("statistics_momentum")}
        return {**own, "training": {**config["training"]["video"], **section, **compute(config)}}
    section = "image" if kind == "image" else "video"
    model = copy.deepcopy(config[f"{section}_model"])
    inputs = {name: model[name] for name in (IMAGE_INPUTS if section == "image" else VIDEO_INPUTS)}
    if kind == "flow":
        sizes = config["cfb"]["inputs"]
        inputs = {**{name: inputs[name] for name in ("frames", "stride")}, **{name: sizes[name] for name in SQUASHED}}
    model = {name: model[name] for name in PRETRAINED_PARTS[section]}
    training = {**config["training"][section], **config["pretraining"][kind], **compute(config)}
    return {"model": model, "inputs": inputs, "training": training}


def compute(config: dict) -> dict:
    """How to compute: device, precision, threads."""
    return {name: config["compute"][name] for name in ("device", "precision", "threads")}


def _training(config: dict, benchmark: str, kind: str, stage: str) -> dict:
    training = part(config, benchmark, "training")
    return {**training[kind], "epochs": training["epochs"][stage], **compute(config)}


def merged(base: dict, change: dict) -> dict:
    """A configuration under an overlay, as Snakemake merges them: sections key by key, all else replaced."""
    result = copy.deepcopy(base)
    for name, value in change.items():
        inner = isinstance(value, dict) and isinstance(result.get(name), dict)
        result[name] = merged(result[name], value) if inner else copy.deepcopy(value)
    return result
