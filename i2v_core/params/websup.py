"""The section `websup` of params.yaml turned into settings of its stages."""

from i2v_core import params
from i2v_core.media.shots.settings import settings_from
from i2v_core.methods.websup import runs

TABLES = ("table1", "table2", "table3", "table4", "text")
SHARED = ("backbone", "backbone_options", "normalisation")  # with image_model


def section(config: dict, benchmark: str) -> dict:
    """The section with the benchmark's `override`."""
    return params.part(config, benchmark, "websup")


def image_arguments(config: dict, benchmark: str) -> dict:
    """The image network's arguments: backbone, backbone_options, normalisation."""
    shared = params.part(config, benchmark, "image_model")
    return {**{name: shared[name] for name in SHARED}, **section(config, benchmark)["image"]["model"]}


def embedding_settings(config: dict) -> dict:
    """Settings of embed_keyframes: the image network and its inputs, without any benchmark's override."""
    shared, own = config["image_model"], config["websup"]["image"]
    return {**{name: shared[name] for name in SHARED}, **own["model"], **own["inputs"]}


def training_settings(config: dict, benchmark: str, row: str) -> dict:
    """Settings of train_web_image or train_web_video for a row, what its name changes included."""
    own, plan = section(config, benchmark), runs.parsed(row)
    image = image_arguments(config, benchmark)
    method = {**own["method"], "attend": plan.attend, "adapt": plan.adapt}
    heads = {"attention": own["attention"], "discriminator": {**own["discriminator"], **plan.discriminator}}
    inputs = dict(own["image"]["inputs"])
    if plan.kind == "video":
        lifted = {**own["video"]["lifted"], **plan.lifted}
        model = {"image": image, "lifted": lifted, **heads}
        inputs["chunks"] = own["video"]["chunks"]
    else:
        model = {**image, **heads}
    training = {**own[plan.kind]["training"], **params.compute(config)}
    start = {"classifier_init": own["video"]["classifier_init"]} if plan.kind == "video" else {}
    return {
        "model": model,
        "inputs": inputs,
        "training": training,
        "method": method,
        "sources": list(plan.sources),
        "temperature": own["temperature"],
        **start,
    }


def weighing_settings(config: dict, benchmark: str, row: str) -> dict:
    """Settings of weigh_web_sources for a row."""
    own, plan = section(config, benchmark), runs.parsed(row)
    return {
        "kind": plan.kind,
        "sources": list(plan.sources),
        "batch_size": own[plan.kind]["training"]["batch_size"],
        "top_share": own["method"]["top_share"],
        "passes": own["passes"],
    }


def benchmarks(config: dict) -> list[tuple[str, str]]:
    """Where params.yaml's tables of web supervision name a benchmark, and its name."""
    tables = config["tables"]["websup"]
    named = [(f"tables.websup.{key}.benchmarks", name) for key in TABLES for name in tables[key]["benchmarks"]]
    return [*named, ("tables.websup.figures.benchmark", tables["figures"]["benchmark"])]


def problems(config: dict) -> list[str]:
    """Values of the right type that no run of web supervision could use, one line each."""
    tables, own, found = config["tables"]["websup"], config["websup"], []
    rows = [(f"{key}.methods", row) for key in TABLES for row in tables[key]["methods"]]
    rows += [(f"figures.{key}", tables["figures"][key]) for key in ("domains", "attention")]
    for place, row in rows:
        try:
            plan = runs.parsed(row)
        except ValueError as error:
            found.append(f"tables.websup.{place}: {error}")
            continue
        if place == "figures.domains" and plan.kind != "image":
            found.append(f"tables.websup.{place}: {row!r} found, an image row wanted")
        if place == "figures.attention" and not plan.attend:
            found.append(f"tables.websup.{place}: {row!r} found, a row with attention (+a) wanted")
    for place, name in benchmarks(config):
        if name not in tables["seeds"] or name not in tables["splits"]:
            found.append(f"{place}: {name!r} found, a benchmark in tables.websup.seeds and tables.websup.splits wanted")
        elif name in config["benchmarks"] and len(config["benchmarks"][name]["source"]) != 2:
            section = f"benchmarks.{name}.source"
            found.append(f"{section}: {config['benchmarks'][name]['source']} found, web images and web videos wanted")
    try:
        settings_from(own["shots"])
    except ValueError as error:
        found.append(str(error).removesuffix("; see params.yaml"))
    inputs = own["image"]["inputs"]
    if inputs["size_px"] > inputs["short_side_px"]:
        sizes = f"{inputs['size_px']} found, at most short_side_px {inputs['short_side_px']} wanted"
        found.append(f"websup.image.inputs.size_px: {sizes}")
    return list(dict.fromkeys(found))
