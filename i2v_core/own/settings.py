"""The settings file of a run on own folders: an overlay of params.yaml, with the reason of each choice beside it."""

import copy
import json
import re
from pathlib import Path

import yaml

from i2v_core import storage
from i2v_core.own import choices
from i2v_core.own.choice import Choice
from i2v_core.own.facts import Facts
from i2v_core.own.networks import Networks

NAME = re.compile(r"[A-Za-z0-9-]+")


def make(
    name: str,
    method: str,
    facts: Facts,
    networks: Networks,
    *,
    images: Path | None,
    videos: Path,
    labels: Path | None = None,
    source_videos: Path | None = None,
    seed: int = 0,
    changes: dict[str, object] | None = None,
) -> dict:
    """The overlay for the folders of `facts`. changes: values by key that replace a choice, or any other setting.

    Raises ValueError for a name that is none, and as `choices.choose`.
    """
    if not NAME.fullmatch(name):
        raise ValueError(f"name {name!r} found, letters, digits and hyphens wanted")
    chosen = choices.choose(method, facts, networks)
    given = [Choice(key, value, "given") for key, value in (changes or {}).items()]
    made = {choice.key: choice for choice in [*chosen, *given]}
    sources = {}
    if images and method != "stcda":
        sources[f"{name}-images"] = ("folders", images, sum(facts.images.values()), choices.IMAGES_PER_SHARD)
    if source_videos and method in ("websup", "stcda"):
        count = sum(facts.source_videos.values())
        sources[f"{name}-source-videos"] = ("web_videos", source_videos, count, choices.VIDEOS_PER_SHARD)
    options = {"labels": str(labels)} if labels else {}
    sources[f"{name}-videos"] = ("video_tree", videos, facts.videos, choices.VIDEOS_PER_SHARD)
    size = {} if networks.short_side_px is None else {"short_side_px": networks.short_side_px}
    datasets = {
        dataset: {**_dataset(layout, root, choices.shards(items, per_shard)), **size}
        for dataset, (layout, root, items, per_shard) in sources.items()
    }
    datasets[f"{name}-videos"]["options"] = options
    overlay: dict = {"datasets": datasets, "benchmarks": {name: _benchmark(list(sources)[:-1], f"{name}-videos")}}
    cycles = made.pop("cycles", Choice("cycles", choices.CYCLES, "")).value
    if type(cycles) is not int or cycles < 1:
        raise ValueError(f"--set cycles={cycles}: a whole number of 1 or more wanted")
    for choice in made.values():
        _put(overlay, choice.key, choice.value)
    overlay["folders"] = {
        name: {
            "method": method,
            "seed": seed,
            "cycles": cycles,
            "labelled": facts.labelled,
            "image_weights": networks.image,
            "row": _row(method, facts),
            "choices": [[choice.key, json.dumps(choice.value), choice.why] for choice in made.values()],
            "warnings": networks.warnings(method) + _further_warnings(method, overlay),
        }
    }
    return overlay


def write(overlay: dict, path: Path, *, command: str) -> None:
    """Writes the overlay as YAML; `command` is the one that made it."""
    head = f"# Made by: {command}\n# Over params.yaml; the reasons of all choices stand under folders.\n"
    with storage.atomic(path) as temporary:
        temporary.write_text(head + yaml.safe_dump(overlay, sort_keys=False, allow_unicode=True, width=110))


def parsed(assignments: list[str]) -> dict[str, object]:
    """`key.of.params=value` as a dictionary, values read as YAML. Raises ValueError for another form."""
    found = {}
    for text in assignments:
        key, sign, value = text.partition("=")
        if not sign or not re.fullmatch(r"[A-Za-z0-9_.-]+", key):
            raise ValueError(f"--set {text!r} found, KEY=VALUE wanted, for example cycda.p_stage2=0.9")
        try:
            found[key] = yaml.safe_load(value)
        except yaml.YAMLError:
            raise ValueError(f"--set {text!r}: the value is no YAML; quote it") from None
    return found


def _further_warnings(method: str, overlay: dict) -> list[str]:
    """Of stand-ins that no option of its own replaces: CFB makes videos of photos by depth, DIVAFN describes by C3D."""
    found = []
    if method == "cfb" and overlay.get("depth", {}).get("backend") != "dpt":
        found.append(
            "Depth of photos comes from a small stand-in, trained on drawn figures. For real photos give a network of "
            "transformers: --set depth.backend=dpt --set depth.model=FOLDER_OR_HUB_ID."
        )
    if method == "divafn" and "weights" not in overlay.get("divafn", {}).get("c3d", {}):
        found.append(
            "Videos are described by a small stand-in of C3D, trained on drawn figures. For real videos give a file: "
            "--set divafn.c3d.weights=FILE --set divafn.c3d.model.width=1.0."
        )
    if method == "divafn":
        found.append("The videos with labels train here: what is said of them is no test.")
    return found


def _put(overlay: dict, key: str, value: object) -> None:
    *parents, last = key.split(".")
    for name in parents:
        overlay = overlay.setdefault(name, {})
        if not isinstance(overlay, dict):
            raise ValueError(f"--set {key}: {name} is a value, not a section of params.yaml")
    if isinstance(value, dict) and isinstance(overlay.get(last), dict):
        overlay[last] |= value
    else:
        overlay[last] = copy.deepcopy(value)  # later keys go into it


def _row(method: str, facts: Facts) -> str:
    """The row of web supervision: stage 2 only where there are labelled videos, key frames of which join stage 1."""
    if method != "websup":
        return ""
    return "video+a+da" if facts.source_videos else "image-i+a+da"


def _dataset(layout: str, root: Path, shards: int) -> dict:
    how = {"mini_world": False, "shards": shards, "on_problem": "drop", "options": {}}
    return {"layout": layout, "root": str(root), **how}


def _benchmark(sources: list[str], target: str) -> dict:
    return {
        "source": sources,
        "target": target,
        "class_map": "own",
        "classes": [],
        "protocol": "unlabelled",
        "transductive": False,
        "published_as": "",
        "data": "own folders",
        "override": {},
    }
