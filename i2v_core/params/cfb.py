"""The section `cfb` of params.yaml, turned into the settings that the rules of CFB pass to their stages."""

from i2v_core import params
from i2v_core.methods.cfb import runs

# Of params.yaml's video_model: what the branches share with it, its stand-in weights included.
SHARED = ("width", "dropout", "statistics_momentum")

TABLES = ("table1", "table2", "table3", "table4", "table5")
# Rows of CFB's Table 1 that other systems train.
OTHER_ROWS = ("source-only", "dann", "dan", "jan", "dann-i3d", "cycda-1", "cycda-2", "cycda-3", "supervised-target")


def rgb_settings(config: dict, benchmark: str, branch: str) -> dict:
    """Settings of train_cfb_rgb for a branch by name (see methods/cfb/runs.py): those values alone that it uses."""
    section, found = params.part(config, benchmark, "cfb"), runs.options(branch)
    method = _method(section, found)
    method["lambda_1"] = found.get("lambda_1", section["lambda_1"])
    method["by_epoch"] = runs.labels_target(branch)
    if method["by_epoch"]:
        method["warm_up_epochs"] = _warm_up(section, found)
    training = {**section["training"], **(section["clip"]["training"] if found["clip"] else {})}
    model = {"prompt": section["clip"]["prompt"]} if found["clip"] else _model(config, benchmark, section)
    return _settings(config, section, model, training, method)


def flow_settings(config: dict, benchmark: str, branch: str) -> dict:
    """Settings of train_cfb_flow for a branch by name. L_loc is of the RGB frames alone (equation 2)."""
    section, found = params.part(config, benchmark, "cfb"), runs.options(branch)
    method = {**_method(section, found), "lambda_1": 0.0, "bank": None}
    if "bank" in found:
        size = found.get("size", section["bank"]["size"])
        method["bank"] = {"size": size, "aggregation": found["bank"], "empty": section["bank"]["empty"]}
        method["warm_up_epochs"] = _warm_up(section, found)
    training = dict(section["training"])
    if found["clip"]:
        # Choice: beside CLIP both branches take its epochs and batch size, the flow branch keeps its own optimiser.
        training |= {name: section["clip"]["training"][name] for name in ("epochs", "batch_size")}
    return _settings(config, section, _model(config, benchmark, section), training, method)


def _method(section: dict, found: dict) -> dict:
    method = {"form": section["form"], "local_reduction": section["local_reduction"], "paces": 0, "transfer": None}
    if found["pace"]:
        method["paces"] = found.get("paces", section["paces"])
        method["lambda_2"] = found.get("lambda_2", section["lambda_2"])
    if found["transfer"]:
        method["transfer"] = found["transfer"]
        method["lambda_3"] = found.get("lambda_3", section["lambda_3"])
    return method


def _warm_up(section: dict, found: dict) -> int:
    return (section["clip"] if found["clip"] else section)["warm_up_epochs"]


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
    tables = config["tables"]["cfb"]
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
        if name in config["benchmarks"] and name not in tables["seeds"]
    ]
    for name in sorted({name for _, name in benchmarks(config)} & set(config["benchmarks"])):
        found += _section_problems(config, params.part(config, name, "cfb"))
    return found


def _section_problems(config: dict, section: dict) -> list[str]:
    """What is wrong with the section as one benchmark has it, its override included."""
    found, inputs = [], section["inputs"]
    for place, part in (("cfb", section), ("cfb.clip", section["clip"])):
        epochs, warm_up = part["training"]["epochs"], part["warm_up_epochs"]
        if warm_up >= epochs:
            found.append(f"{place}.warm_up_epochs: {warm_up} found, fewer than {place}.training.epochs {epochs} wanted")
    if inputs["size_px"] > inputs["resize_px"]:
        found.append(f"cfb.inputs.size_px: {inputs['size_px']} found, at most resize_px {inputs['resize_px']} wanted")
    if inputs["frames"] > (made := config["synthesis"]["frames"]):
        found.append(f"cfb.inputs.frames: {inputs['frames']} found, at most synthesis.frames {made} wanted")
    return found
