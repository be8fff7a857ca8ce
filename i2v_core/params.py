"""params.yaml: checked before any job, and turned into the settings that each rule passes to its stage."""

import copy
import difflib
import json
from pathlib import Path

import jsonschema
import yaml

from i2v_core.datasets.mini_world.settings import settings_from

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

CLASS_MAPS = Path(__file__).parent / "datasets" / "class_maps"
IMAGE_INPUTS = ("size_px", "short_side_px", "crop_scale")
PRETRAINED_PARTS = {
    "image": ("backbone", "backbone_options", "normalisation"),
    "video": ("width", "dropout", "statistics_momentum"),
}
VIDEO_INPUTS = ("size_px", "short_side_px", "crop_scales", "frames", "stride", "clips")


def check(config: dict, schema: Path) -> None:
    """Raises ValueError with one line per wrong key: its path, what was found, what is wanted."""
    rules = yaml.safe_load(Path(schema).read_text())
    problems = _faults(config, rules) or _contradictions(config, rules)
    if problems:
        raise ValueError("\n".join(f"params.yaml: {problem}" for problem in dict.fromkeys(problems)))


def part(config: dict, benchmark: str, name: str) -> dict:
    """A section of the configuration with the benchmark's `override` of it merged in."""
    return _merged(config[name], config["benchmarks"][benchmark]["override"].get(name, {}))


def switches(config: dict, benchmark: str) -> dict:
    """CycDA's switches: the preset's, then the single ones."""
    cycda = part(config, benchmark, "cycda")
    return {**CYCDA_PRESETS[cycda["preset"]], **cycda["switches"]}


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
    """Settings of the stand-in pretraining: `image` or `video`."""
    model = copy.deepcopy(config[f"{kind}_model"])
    inputs = {name: model[name] for name in (IMAGE_INPUTS if kind == "image" else VIDEO_INPUTS)}
    model = {name: model[name] for name in PRETRAINED_PARTS[kind]}
    training = {**config["training"][kind], **config["pretraining"][kind], **_compute(config)}
    return {"model": model, "inputs": inputs, "training": training}


def _training(config: dict, benchmark: str, kind: str, stage: str) -> dict:
    training = part(config, benchmark, "training")
    return {**training[kind], "epochs": training["epochs"][stage], **_compute(config)}


def _compute(config: dict) -> dict:
    return {name: config["compute"][name] for name in ("device", "precision", "threads")}


def _merged(base: dict, change: dict) -> dict:
    result = copy.deepcopy(base)
    for name, value in change.items():
        inner = isinstance(value, dict) and isinstance(result.get(name), dict)
        result[name] = _merged(result[name], value) if inner else copy.deepcopy(value)
    return result


def _faults(config: dict, rules: dict) -> list[str]:
    """What the schema forbids. 3.0 is no whole number here, as Python counts with 3 alone."""
    whole = jsonschema.Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int)
    validator = jsonschema.validators.extend(jsonschema.Draft202012Validator, type_checker=whole)(rules)
    errors = sorted(validator.iter_errors(config), key=lambda error: [str(part) for part in error.absolute_path])
    return [line for error in errors for line in _explain(error, rules)]


def _explain(error: jsonschema.ValidationError, rules: dict) -> list[str]:
    path = ".".join(str(step) for step in error.absolute_path)
    if error.validator == "additionalProperties":
        known = list(error.schema.get("properties", {}))
        surplus = [name for name in error.instance if name not in known]
        return [f"{_join(path, name)}: unknown key found, {_nearest(name, known)}" for name in surplus]
    if error.validator == "required":
        lacking = [name for name in error.schema["required"] if name not in error.instance]
        wishes = {name: _wanted(_resolved(error.schema["properties"].get(name, {}), rules)) for name in lacking}
        return [f"{_join(path, name)}: nothing found, {wish} wanted" for name, wish in wishes.items()]
    return [f"{path or 'file'}: {json.dumps(error.instance)[:80]} found, {_wanted(error.schema)} wanted"]


def _resolved(rule: dict, rules: dict) -> dict:
    return rules["$defs"][rule["$ref"].rpartition("/")[2]] if "$ref" in rule else rule


def _wanted(rule: dict) -> str:
    if "description" in rule:
        return rule["description"]
    if "enum" in rule:
        return "one of " + ", ".join(json.dumps(value) for value in rule["enum"])
    kinds = rule.get("type", "value")
    text = " or ".join(kinds) if isinstance(kinds, list) else kinds
    for name, sign in (("minimum", ">="), ("exclusiveMinimum", ">"), ("maximum", "<="), ("exclusiveMaximum", "<")):
        if name in rule:
            text += f" {sign} {rule[name]}"
    least = rule.get("minItems") or rule.get("minProperties") or rule.get("minLength")
    if least:
        text += f" of at least {least}"
    if rule.get("uniqueItems"):
        text += " without repeats"
    return text


def _nearest(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"{close[0]!r} wanted?" if close else "one of " + ", ".join(sorted(known)) + " wanted"


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _world(config: dict) -> list[str]:
    """What the mini world says of its settings."""
    try:
        settings_from(config["mini_world"]["settings"])
    except ValueError as error:
        return [f"mini_world.settings: {error}"]
    return []


def _contradictions(config: dict, rules: dict) -> list[str]:
    """Values that are each possible but not together, and overrides that give what the schema forbids."""
    problems = []
    datasets, benchmarks = config["datasets"], config["benchmarks"]
    for name, benchmark in benchmarks.items():
        for role, used in (("source", benchmark["source"]), ("target", [benchmark["target"]])):
            problems += [
                f"benchmarks.{name}.{role}: {dataset!r} found, {_nearest(dataset, list(datasets))}"
                for dataset in used
                if dataset not in datasets
            ]
        merged = {**config, **{section: part(config, name, section) for section in benchmark["override"]}}
        new = [line for line in _faults(merged, rules) + _sizes(merged) if line not in _sizes(config)]
        problems += [f"benchmarks.{name}.override.{line}" for line in new]
    for kind in ("images", "videos"):
        dataset = config["pretraining"][kind]
        if dataset not in datasets:
            problems.append(f"pretraining.{kind}: {dataset!r} found, {_nearest(dataset, list(datasets))}")
    for name, table in config["tables"].items():
        problems += [
            f"tables.{name}.benchmarks: {benchmark!r} found, {_nearest(benchmark, list(benchmarks))}"
            for benchmark in table["benchmarks"]
            if benchmark not in benchmarks
        ]
    return problems + _sizes(config) + _meanings(config)


def _meanings(config: dict) -> list[str]:
    """Values of the right type that no stage could use."""
    problems = []
    try:
        settings_from(config["mini_world"]["settings"])
    except ValueError as error:
        problems.append(f"mini_world.settings: {error}")
    low, high = config["image_model"]["crop_scale"]
    if low > high:
        problems.append(f"image_model.crop_scale: [{low}, {high}] found, the smaller share first wanted")
    if config["video_model"]["weights"] == "timm":
        problems.append('video_model.weights: "timm" found, "pretrained", a file or nothing wanted: timm has no I3D')
    maps = sorted(path.stem for path in CLASS_MAPS.glob("*.csv"))
    for name, benchmark in config["benchmarks"].items():
        if benchmark["class_map"] not in maps:
            problems.append(f"benchmarks.{name}.class_map: {benchmark['class_map']!r} found, one of {maps} wanted")
        asked = name in config["tables"]["table2"]["benchmarks"]
        if asked and benchmark["transductive"] and "supervised-target" in config["tables"]["table2"]["methods"]:
            problems.append(
                f"benchmarks.{name}.transductive: true found, false wanted beside the method supervised-target, which "
                "would train on the labels of test videos"
            )
    return problems


def _sizes(config: dict) -> list[str]:
    models = {name: config[name] for name in ("image_model", "video_model")}
    return [
        f"{name}.size_px: {model['size_px']} found, at most short_side_px {model['short_side_px']} wanted"
        for name, model in models.items()
        if model["size_px"] > model["short_side_px"]
    ]
