"""What the rules of web supervision are made of: shots and duplicates of a benchmark's data, models that rows start from."""

import shlex

from i2v_core.methods.websup import runs as websup_runs
from i2v_core.params import websup as websup_params

WEB_SOURCE = f"{SPLIT}/web/source.csv"
WEB_RUN = f"{RUN}/websup/{{row}}"


def web_weights(wildcards):
    """The file of the image backbone's initial weights, if it is a file."""
    name = config["websup"]["image"]["weights"]
    if name == "pretrained":
        return ["data/derived/pretrained/image.pt"]
    return weights_file(name, "websup.image.weights") if name not in ("", "timm") else []


def web_weights_option(wildcards, input):
    """How a stage gets the image backbone's weights: a file, `timm`, or no option for random ones."""
    if input.get("before"):
        return f"--before {input.before}"
    name = str(input.get("weights", "")) or config["websup"]["image"]["weights"]
    return f"--weights {shlex.quote(name)}" if name else ""


def detected_shots(stores):
    """The shots of frame stores."""
    return [beside(path, "shots").replace(".h5", ".csv") for path in stores]


def embeddings(name):
    """Embeddings of all key frames of a dataset."""
    return [beside(path, "keyframe_embeddings") for path in shards(name)]


def removed_items(wildcards):
    """The lists of near-duplicates of a benchmark's target, one per dataset of its source."""
    section = benchmark_section(wildcards)
    return [f"data/derived/{name}/duplicates/{section['target']}/removed.csv" for name in section["source"]]


def web_media(wildcards):
    """Frames and shots that a row trains on: of the target as well where the row adapts or attends."""
    stores = source_stores(wildcards)
    if websup_runs.parsed(wildcards.row).sees_target:
        stores = stores + target_stores(wildcards)
    return stores


def web_target(wildcards):
    """The list of unlabelled target videos, for rows that see them."""
    sees = websup_runs.parsed(wildcards.row).sees_target
    return [f"{SPLIT}/target_train.csv".format(**wildcards)] if sees else []


def web_before(wildcards):
    """The image model that a video row starts from; nothing where it starts from the image backbone's weights."""
    before = websup_runs.before(wildcards.row)
    return [f"{RUN}/websup/{before}/model.pt".format(**wildcards)] if before else []


def web_target_option(wildcards, input):
    """The option by which a training stage gets the target's videos, for rows that see them."""
    return f"--target-train {input.target_train}" if input.get("target_train") else ""
