"""The section `cfb` of params.yaml, turned into the settings that the rules of CFB pass to their stages."""

from i2v_core import params
from i2v_core.methods.cfb import runs

# Of params.yaml's video_model: what the branches share with it, its stand-in weights included.
SHARED = ("width", "dropout", "statistics_momentum")

TABLES = ("table1", "table2", "table3", "table4", "table5")
# Rows of CFB's Table 1 that other systems train.
OTHER_ROWS = ("source-only", "dann", "dan", "jan", "dann-i3d", "cycda-1", "cycda-2", "cycda-3", "supervised-target")


def rgb_settings(config: dict, benchmark: str, branch: str) -> dict:
    """Settings of train_cfb_rgb for a branch by name (see methods/cfb/runs.py)."""
    section, found = params.part(config, benchmark, "cfb"), runs.options(branch)
    method = _method(section, found, found["clip"])
    method["lambda_1"] = found.get("lambda_1", section["lambda_1"])
    method["by_epoch"] = runs.labels_target(branch)
    training = {**section["training"], **(section["clip"]["training"] if found["clip"] else {})}
    model = {"prompt": section["clip"]["prompt"]} if found["clip"] else _model(config, benchmark, section)
    return _settings(config, section, model, training, method)


def flow_settings(config: dict, benchmark: str, branch: str) -> dict:
    """Settings of train_cfb_flow for a branch by name. L_loc is of the RGB frames alone (equation 2)."""
    section, found = params.part(config, benchmark, "cfb"), runs.options(branch)
    method = {**_method(section, found, found["clip"]), "lambda_1": 0.0, "bank": None}
    if "bank" in found:
        size = found.get("size", section["bank"]["size"])
        method["bank"] = {"size": size, "aggregation": found["bank"], "empty": section["bank"]["empty"]}
    training = dict(section["training"])
    if found["clip"]:
        # Choice: beside CLIP both branches take its epochs and batch size, the flow branch keeps its own optimiser.
        training |= {name: section["clip"]["training"][name] for name in ("epochs", "batch_size")}
    return _settings(config, section, _model(config, benchmark, section), training, method)


def _method(section: dict, found: dict, is_clip: bool) -> dict:
    return {
        "form": section["form"],
        "local_reduction": section["local_reduction"],
        "warm_up_epochs": (section["clip"] if is_clip else section)["warm_up_epochs"],
        "paces": found.get("paces", section["paces"]) if found["pace"] else 0,
        "transfer": found["transfer"],
        "lambda_2": found.get("lambda_2", section["lambda_2"]),
        "lambda_3": found.get("lambda_3", section["lambda_3"]),
    }


def _model(config: dict, benchmark: str, section: dict) -> dict:
    shared = params.part(config, benchmark, "video_model")
    return {**{name: shared[name] for name in SHARED}, **section["model"]}


def _settings(config: dict, section: dict, model: dict, training: dict, method: dict) -> dict:
    return {
        "model": model,
        "inputs": section["inputs"],
        "training": {**training, **params.compute(config)},
        "inference_batch": config["compute"]["inference_batch"],
        "method": method,
    }


def benchmarks(config: dict) -> list[tuple[str, str]]:
    """Where params.yaml's tables of CFB name a benchmark, and its name."""
    tables = config["tables"]["cfb"]
    named = [(f"tables.cfb.{key}.benchmarks", name) for key in TABLES for name in tables[key]["benchmarks"]]
    return [*named, *((f"tables.cfb.{key}.benchmark", tables[key]["benchmark"]) for key in ("figure4", "figure5"))]


def problems(config: dict) -> list[str]:
    """Values of the right type that no run of CFB could use, one line each."""
    tables, section = config["tables"]["cfb"], config["cfb"]
    known = [*runs.ROWS, *OTHER_ROWS]
    found = [
        f"tables.cfb.{key}.methods: {row!r} found, one of {', '.join(known)} wanted"
        for key in TABLES
        for row in tables[key]["methods"]
        if row not in known
    ]
    found += [
        f"{place}: {name!r} found, a benchmark with seeds in tables.cfb.seeds wanted"
        for place, name in benchmarks(config)
        if place.endswith("benchmarks") and name not in tables["seeds"]
    ]
    for place, part in (("cfb", section), ("cfb.clip", section["clip"])):
        epochs, warm_up = part["training"]["epochs"], part["warm_up_epochs"]
        if warm_up >= epochs:
            found.append(f"{place}.warm_up_epochs: {warm_up} found, fewer than {place}.training.epochs {epochs} wanted")
    if section["inputs"]["size_px"] > section["inputs"]["resize_px"]:
        found.append(
            f"cfb.inputs.size_px: {section['inputs']['size_px']} found, at most resize_px "
            f"{section['inputs']['resize_px']} wanted"
        )
    if config["synthesis"]["frames"] < section["inputs"]["frames"]:
        found.append(
            f"cfb.inputs.frames: {section['inputs']['frames']} found, at most synthesis.frames "
            f"{config['synthesis']['frames']} wanted"
        )
    return found
