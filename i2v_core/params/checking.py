"""What params.yaml may hold: a schema, and what no schema can say. Checked before any job."""

import difflib
import json
from pathlib import Path

import jsonschema
import yaml

from i2v_core.datasets import mapping
from i2v_core.datasets.mini_world.settings import settings_from
from i2v_core.datasets.mini_world.video_settings import video_settings_from
from i2v_core.datasets.mini_world.web_settings import web_settings_from
from i2v_core.params import cfb, divafn, part, video, websup

CLASS_MAPS = Path(__file__).parents[1] / "datasets" / "class_maps"


def check(config: dict, schema: Path) -> None:
    """Raises ValueError with one line per wrong key: its path, what was found, what is wanted."""
    rules = yaml.safe_load(Path(schema).read_text())
    problems = _faults(config, rules) or _contradictions(config, rules)
    if problems:
        raise ValueError("\n".join(f"params.yaml: {problem}" for problem in dict.fromkeys(problems)))


def _faults(config: dict, rules: dict) -> list[str]:
    """What the schema forbids. 3.0 is no whole number here, as Python counts with 3 alone."""
    whole = jsonschema.Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int)
    validator = jsonschema.validators.extend(jsonschema.Draft202012Validator, type_checker=whole)(rules)
    errors = sorted(validator.iter_errors(config), key=lambda error: [str(part) for part in error.absolute_path])
    return [line for error in errors for line in _explain(error, rules)]


def _rules_of(sections: dict, rules: dict) -> dict:
    """The schema of some sections alone: that of all takes seconds where many benchmarks change a few."""
    return {**rules, "properties": {name: rules["properties"][name] for name in sections}, "required": [*sections]}


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
        changed = {section: part(config, name, section) for section in benchmark["override"]}
        sizes = _sizes({**config, **changed})
        new = [line for line in _faults(changed, _rules_of(changed, rules)) + sizes if line not in _sizes(config)]
        problems += [f"benchmarks.{name}.override.{line}" for line in new]
    for kind in ("images", "videos"):
        dataset = config["pretraining"][kind]
        if dataset not in datasets:
            problems.append(f"pretraining.{kind}: {dataset!r} found, {_nearest(dataset, list(datasets))}")
    table2 = [("tables.table2.benchmarks", name) for name in config["tables"]["table2"]["benchmarks"]]
    named = [*table2, *cfb.benchmarks(config), *video.benchmarks(config), *divafn.benchmarks(config)]
    named += websup.benchmarks(config)
    used, listed = {name for _, name in named if name in benchmarks}, set(config["tables"]["benchmarks"])
    if used != listed:
        problems.append(
            f"tables.benchmarks: {sorted(used - listed)} missing and {sorted(listed - used)} unused, all benchmarks of "
            "the tables and no other wanted"
        )
    problems += [
        f"{place}: {benchmark!r} found, {_nearest(benchmark, list(benchmarks))}"
        for place, benchmark in named
        if benchmark not in benchmarks
    ]
    problems += _sizes(config) + _meanings(config)
    sections = (cfb, video, divafn, websup)
    return problems + [line for section in sections for line in section.problems(config)]


def _meanings(config: dict) -> list[str]:
    """Values of the right type that no stage could use."""
    problems = []
    readers = {
        "mini_world": settings_from,
        "mini_video_world": video_settings_from,
        "mini_web_world": web_settings_from,
    }
    for section, reader in readers.items():
        try:
            reader(config[section]["settings"])
        except ValueError as error:
            problems.append(f"{section}.settings: {error}")
    low, high = config["image_model"]["crop_scale"]
    if low > high:
        problems.append(f"image_model.crop_scale: [{low}, {high}] found, the smaller share first wanted")
    if (config["compute"]["device"], config["compute"]["precision"]) == ("cpu", "bf16"):
        problems.append('compute.precision: "bf16" found beside device cpu, "fp32" wanted: it is for GPUs')
    if config["video_model"]["weights"] == "timm":
        problems.append('video_model.weights: "timm" found, "pretrained", a file or nothing wanted: timm has no I3D')
    maps = sorted([mapping.OWN, *(path.stem for path in CLASS_MAPS.glob("*.csv"))])
    for name, benchmark in config["benchmarks"].items():
        named = benchmark["class_map"]
        for unknown in sorted(set([named] if isinstance(named, str) else named) - set(maps)):
            problems.append(f"benchmarks.{name}.class_map: {unknown!r} found, one of {maps} wanted")
        tables = [config["tables"]["table2"], *(config["tables"]["cfb"][key] for key in cfb.TABLES)]
        asked = any(name in part["benchmarks"] and "supervised-target" in part["methods"] for part in tables)
        if asked and benchmark["transductive"]:
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
