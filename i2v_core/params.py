"""params.yaml: checked before any job, and turned into the settings that each rule passes to its stage."""

import copy
import difflib
import json
from pathlib import Path

import jsonschema
import yaml

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


def check(config: dict, schema: Path) -> None:
    """Raises ValueError with one line per wrong key: its path, what was found, what is wanted."""
    rules = yaml.safe_load(Path(schema).read_text())
    validator = jsonschema.Draft202012Validator(rules)
    errors = sorted(validator.iter_errors(config), key=lambda error: [str(part) for part in error.absolute_path])
    problems = [line for error in errors for line in _explain(error)]
    problems = problems or _contradictions(config)
    if problems:
        raise ValueError("\n".join(f"params.yaml: {problem}" for problem in problems))


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
    inputs = {name: model.pop(name) for name in ("size_px", "short_side_px")}
    model.pop("weights")
    settings = {"model": model, "inputs": inputs, "training": _training(config, benchmark, "image", stage)}
    return settings if method is None else {**settings, "method": method}


def video_settings(config: dict, benchmark: str, stage: str) -> dict:
    """Settings of a stage that trains the video model: model, inputs (clip sampling included), training."""
    model = part(config, benchmark, "video_model")
    inputs = {name: model.pop(name) for name in ("size_px", "short_side_px", "frames", "stride", "clips")}
    model.pop("weights")
    model["normalisation"] = switches(config, benchmark)["video_normalisation"]
    return {"model": model, "inputs": inputs, "training": _training(config, benchmark, "video", stage)}


def pretraining_settings(config: dict, kind: str) -> dict:
    """Settings of the stand-in pretraining: `image` or `video`."""
    model = copy.deepcopy(config[f"{kind}_model"])
    names = {"image": ("size_px", "short_side_px"), "video": ("size_px", "short_side_px", "frames", "stride", "clips")}
    inputs = {name: model.pop(name) for name in names[kind]}
    keep = {
        "image": ("backbone", "backbone_options", "feature_dim", "hidden_dim", "normalisation"),
        "video": ("width",),
    }
    model = {name: model[name] for name in keep[kind]}
    training = {**config["training"][kind], **config["pretraining"][kind], **_compute(config)}
    return {"model": model, "inputs": inputs, "training": training}


def _training(config: dict, benchmark: str, kind: str, stage: str) -> dict:
    training = part(config, benchmark, "training")
    return {**training[kind], "epochs": training["epochs"][stage], **_compute(config)}


def _compute(config: dict) -> dict:
    return {name: config["compute"][name] for name in ("device", "precision", "threads", "workers")}


def _merged(base: dict, change: dict) -> dict:
    result = copy.deepcopy(base)
    for name, value in change.items():
        inner = isinstance(value, dict) and isinstance(result.get(name), dict)
        result[name] = _merged(result[name], value) if inner else copy.deepcopy(value)
    return result


def _explain(error: jsonschema.ValidationError) -> list[str]:
    path = ".".join(str(step) for step in error.absolute_path)
    if error.validator == "additionalProperties":
        known = list(error.schema.get("properties", {}))
        surplus = [name for name in error.instance if name not in known]
        return [f"{_join(path, name)}: unknown key found, {_nearest(name, known)}" for name in surplus]
    if error.validator == "required":
        lacking = [name for name in error.schema["required"] if name not in error.instance]
        return [f"{_join(path, name)}: nothing found, a value wanted ({_wish(error.schema, name)})" for name in lacking]
    return [f"{path or 'file'}: {json.dumps(error.instance)[:80]} found, {_wanted(error.schema)} wanted"]


def _wish(schema: dict, name: str) -> str:
    return _wanted(schema.get("properties", {}).get(name, {}))


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
    if rule.get("minItems"):
        text += f" of at least {rule['minItems']}"
    return text


def _nearest(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"{close[0]!r} wanted?" if close else "one of " + ", ".join(sorted(known)) + " wanted"


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _contradictions(config: dict) -> list[str]:
    """Values that are each possible but not together."""
    problems = []
    datasets, benchmarks = config["datasets"], config["benchmarks"]
    for name, benchmark in benchmarks.items():
        for role, used in (("source", benchmark["source"]), ("target", [benchmark["target"]])):
            problems += [
                f"benchmarks.{name}.{role}: {dataset!r} found, {_nearest(dataset, list(datasets))}"
                for dataset in used
                if dataset not in datasets
            ]
        for section, change in benchmark["override"].items():
            unknown = [key for key in change if key not in config[section]]
            problems += [
                f"benchmarks.{name}.override.{section}.{key}: unknown key found, {_nearest(key, list(config[section]))}"
                for key in unknown
            ]
    for name, table in config["tables"].items():
        problems += [
            f"tables.{name}.benchmarks: {benchmark!r} found, {_nearest(benchmark, list(benchmarks))}"
            for benchmark in table["benchmarks"]
            if benchmark not in benchmarks
        ]
    for kind in ("image", "video"):
        model = config[f"{kind}_model"]
        if model["size_px"] > model["short_side_px"]:
            problems.append(
                f"{kind}_model.size_px: {model['size_px']} found, at most short_side_px {model['short_side_px']} wanted"
            )
    return problems
