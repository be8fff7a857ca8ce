"""The sections of params.yaml on video sources, turned into settings: clip features, clip baselines, STCDA."""

from i2v_core import params
from i2v_core.baselines import clips
from i2v_core.methods.stcda import runs

TABLES = ("table1", "table2", "table3", "table4", "table5", "table6")  # of STCDA
BOTH = {"levels": ["clip", "video"], "domains": ["source", "target"]}


def feature_settings(config: dict) -> dict:
    """Settings of extract_clip_features."""
    section = config["clip_features"]
    model = dict(section["model"])
    if section["backbone"] == "i3d":
        shared = config["video_model"]
        model = {"width": shared["width"], "statistics_momentum": shared["statistics_momentum"], **model}
    return {"backbone": section["backbone"], "model": model, **section["inputs"]}


def baseline_row(row: str) -> tuple[str, list[str], str | None]:
    """Method, views it is trained on and the view that alone predicts (None: all), of a row of the clip baselines.

    `ta3n` has both views, `ta3n-rgb` one. A method that needs both is trained on both, and `mm_sada-rgb` is its RGB
    head (the paper's single rows are heads of the joint model). Raises ValueError for an unknown row.
    """
    name, _, view = row.rpartition("-") if row.endswith(("-rgb", "-flow")) else (row, "", "")
    if name not in (*clips.METHODS, "target-only"):
        known = ", ".join((*clips.METHODS, "target-only"))
        raise ValueError(f"row {row!r} found, one of {known} wanted, with -rgb or -flow behind it for one view")
    if name in clips.NEED_BOTH_VIEWS:
        return name, ["rgb", "flow"], view or None
    return name, [view] if view else ["rgb", "flow"], None


def baseline_settings(config: dict, benchmark: str, row: str) -> dict:
    """Settings of train_clip_baseline, or of train_clip_supervised, for a row."""
    section = params.part(config, benchmark, "clip_baselines")
    name, _, view = baseline_row(row)
    own = section["methods"].get(name, {})
    return {
        "model": {**section["model"], **own.get("model", {})},
        "method": own.get("losses", {}),
        "view": view,
        "training": {**section["training"], "epochs": section["epochs"], **params.compute(config)},
    }


def stcda_settings(config: dict, benchmark: str, row: str, stage: int) -> dict:
    """Settings of train_stcda for one stage of a row (see methods/stcda/runs.py): what its name changes included."""
    section, found = params.part(config, benchmark, "stcda"), runs.options(row)
    method = {**section["method"], "stage": stage}
    for key in ("alpha", "beta"):
        method[key] = float(found[key]) if key in found else section["method"][key]
    if not runs.contrasts(row):
        method["alpha"] = 0.0
    for key, whole in BOTH.items():
        method[key] = [found[key]] if key in found else whole
    method["alignment"] = found.get("alignment", "vca")
    method["fuse"] = found.get("fusion") != "no"
    method["pseudo_labels"] = found.get("labels", "updated")
    return {
        "model": {**section["network"], "aggregator": found.get("aggregator", "gru")},
        "method": method,
        **({"backbone": _trained_backbone(config, section)} if section["train_backbone"] else {}),
        **section["samples"],
        "training": {**section["training"], **section["stages"][stage - 1], **params.compute(config)},
    }


def _trained_backbone(config: dict, section: dict) -> dict:
    return {**feature_settings(config), "clips_at_once": section["clips_at_once"]}


def stcda_views(row: str) -> list[str]:
    """The views of a row."""
    view = runs.options(row).get("views", "both")
    return ["rgb", "flow"] if view == "both" else [view]


def benchmarks(config: dict) -> list[tuple[str, str]]:
    """Where params.yaml's tables on video sources name a benchmark, and its name."""
    tables = config["tables"]
    named = [(f"tables.stcda.{key}.benchmarks", name) for key in TABLES for name in tables["stcda"][key]["benchmarks"]]
    named.append(("tables.stcda.figures.benchmark", tables["stcda"]["figures"]["benchmark"]))
    named += [("tables.table1.benchmarks", name) for name in tables["table1"]["benchmarks"]]
    table1 = tables["table1"]
    return named + [
        (f"tables.table1.variants.{column}.{row}", table1["variants"][column][row])
        for column in table1["benchmarks"]
        for row in table1["methods"]
        if row in table1["variants"].get(column, {})
    ]


def problems(config: dict) -> list[str]:
    """Values of the right type that no run on video sources could use, one line each."""
    tables, found = config["tables"], []
    for key in TABLES:
        for row in tables["stcda"][key]["methods"]:
            try:
                (runs.options if row.startswith("stcda") else baseline_row)(row)
            except ValueError as error:
                found.append(f"tables.stcda.{key}.methods: {error}")
    for place in ("stcda", "table1"):
        section = tables[place]
        parts = [section] if place == "table1" else [section[key] for key in TABLES]
        used = {name for part in parts for name in part["benchmarks"]}
        used = sorted(used | ({section["figures"]["benchmark"]} if place == "stcda" else set()))
        found += [
            f"tables.{place}.benchmarks: {name!r} found, a benchmark with seeds in tables.{place}.seeds wanted"
            for name in used
            if name not in section["seeds"]
        ]
    for benchmark, section in config["benchmarks"].items():
        unknown = sorted(set(section.get("sampling", {})) - set(section["source"]))
        if unknown:
            found.append(f"benchmarks.{benchmark}.sampling: {unknown} found, some of {section['source']} wanted")
    features = config["clip_features"]
    is_stack = features["model"].get("mode", "frame_stack") == "frame_stack"
    if (
        features["backbone"] == "bn_inception"
        and not (config["stcda"]["train_backbone"] and is_stack)
        and "temporal" in config["stcda"]["samples"]["corruptions"]
    ):
        found.append(
            'stcda.samples.corruptions: "temporal" found, ["spatial"] alone wanted beside clip_features.backbone '
            "bn_inception: a mean over frames, or a frozen stack of them, does not notice their order"
        )
    inputs = features["inputs"]
    if inputs["size_px"] > inputs["resize_px"]:
        sizes = f"{inputs['size_px']} found, at most resize_px {inputs['resize_px']} wanted"
        found.append(f"clip_features.inputs.size_px: {sizes}")
    return found
