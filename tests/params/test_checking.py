from pathlib import Path

import pytest
import yaml

from i2v_core import params
from i2v_core.params import checking
from tests.params.preset import DEFAULT, ROOT, SCHEMA

PRESETS = sorted((ROOT / "workflow/presets").glob("*.yaml"))
DELETE = object()


def put(config: dict, path: str, value: object) -> None:
    *steps, last = path.split(".")
    for step in steps:
        config = config[step]
    if value is DELETE:
        del config[last]
    else:
        config[last] = value


def lines(config: dict) -> list[str]:
    with pytest.raises(ValueError, match=r"^params\.yaml: ") as error:
        checking.check(config, SCHEMA)
    return str(error.value).splitlines()


def preset(path: Path) -> dict:
    """params.yaml with a preset over it, as Snakemake merges configuration files."""
    return params.merged(DEFAULT, yaml.safe_load(path.read_text()))


def test_the_default_is_valid(config):
    checking.check(config, SCHEMA)


def test_there_are_presets():
    assert "paper" in [path.stem for path in PRESETS]


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_each_preset_over_the_default_is_valid(path):
    checking.check(preset(path), SCHEMA)


BENCHMARK = "benchmarks.mini-e2h"
HII = DEFAULT["datasets"]["mini-hii"]
SIDES = [DEFAULT[f"{kind}_model"]["short_side_px"] for kind in ("image", "video")]
BAD = [
    ("mini_world.settings", {"gpa": 1}, "mini_world.settings: mini world settings: ['gpa'] found, names from "),
    ("image_model.crop_scale", [1.0, 0.3], "image_model.crop_scale: [1.0, 0.3] found, the smaller share first wanted"),
    (
        "divafn.protocol",
        {"transductive": True, "target_labels": True},
        "divafn.protocol: transductive and target_labels found for ['mini-a2u10', 'mini-b2u101', 'mini-e2h15', "
        "'mini-s2u10'], one at most wanted",
    ),
    ("divafn.protocol.transductive", 1, "divafn.protocol.transductive: 1 found, boolean wanted"),
    ("video_model.weights", "timm", 'video_model.weights: "timm" found, "pretrained", a file or nothing wanted'),
    (f"{BENCHMARK}.class_map", "nope", f"{BENCHMARK}.class_map: 'nope' found, one of ['a2u_10', "),
    (f"{BENCHMARK}.transductive", True, f"{BENCHMARK}.transductive: true found, false wanted beside the method "),
    (
        f"{BENCHMARK}.published_as",
        "e2x",
        f'{BENCHMARK}.published_as: "e2x" found, one of "e2h", "s2u", "b2u", "u2h", "h2u"',
    ),
    (
        "compute",
        {**DEFAULT["compute"], "device": "cpu", "precision": "bf16"},
        'compute.precision: "bf16" found beside device cpu, "fp32" wanted',
    ),
    ("traning", {}, "traning: unknown key found, 'training' wanted?"),
    ("training.image.lrr", 0.1, "training.image.lrr: unknown key found, 'lr' wanted?"),
    (
        "compute.zzz",
        1,
        "compute.zzz: unknown key found, one of device, inference_batch, mem_mb, precision, processes, ",
    ),
    ("cycda.switches.wote", "majority", "cycda.switches.wote: unknown key found, 'vote' wanted?"),
    ("training.image.lr", "0.1", 'training.image.lr: "0.1" found, number > 0 wanted'),
    ("training.image.lr", 0, "training.image.lr: 0 found, number > 0 wanted"),
    ("training.image.momentum", 1.0, "training.image.momentum: 1.0 found, number >= 0 < 1 wanted"),
    ("training.image.batch_size", 1, "training.image.batch_size: 1 found, integer >= 2 wanted"),
    ("training.image.clip_norm", 0, "training.image.clip_norm: 0 found, number or null > 0 wanted"),
    (
        "training.image.schedule",
        "step",
        'training.image.schedule: "step" found, one of "constant", "cosine", "multistep", "thirds", "quarters" wanted',
    ),
    ("training.epochs.stage1", 3.0, "training.epochs.stage1: 3.0 found, integer >= 1 wanted"),
    ("training.epochs.stage1", True, "training.epochs.stage1: true found, integer >= 1 wanted"),
    ("compute.device", "gpu", 'compute.device: "gpu" found, one of "auto", "cpu", "cuda" wanted'),
    ("compute.device", DELETE, 'compute.device: nothing found, one of "auto", "cpu", "cuda" wanted'),
    ("compute.threads", DELETE, "compute.threads: nothing found, integer >= 1 wanted"),
    ("training", DELETE, "training: nothing found, object wanted"),
    ("training", None, "training: null found, object wanted"),
    ("frames.jpeg_quality", 101, "frames.jpeg_quality: 101 found, integer >= 1 <= 100 wanted"),
    ("cycda.p_stage2", 0, "cycda.p_stage2: 0 found, number > 0 <= 1 wanted"),
    ("cycda.p_stage2", 1.5, "cycda.p_stage2: 1.5 found, number > 0 <= 1 wanted"),
    ("cycda.preset", "papers", 'cycda.preset: "papers" found, one of "paper", "official" wanted'),
    ("tables.table2.splits", [4], "tables.table2.splits.0: 4 found, one of 1, 2, 3 wanted"),
    ("tables.table2.seeds", [0, 0], "tables.table2.seeds: [0, 0] found, array of at least 1 without repeats wanted"),
    ("tables.table2.seeds", [], "tables.table2.seeds: [] found, array of at least 1 without repeats wanted"),
    (
        "tables.table2.methods",
        ["cycda-0"],
        'tables.table2.methods.0: "cycda-0" found, one of source-only, dann, dan, jan, dann-i3d, cycda-N (N cycles), '
        "supervised-target wanted",
    ),
    ("datasets", {}, "datasets: {} found, object of at least 1 wanted"),
    (
        "datasets.a b",
        DEFAULT["datasets"]["mini-hii"],
        'datasets: "a b" found, a name of letters, digits and hyphens wanted',
    ),
    ("tables.table2.benchmarks", ["mini-e2g"], "tables.table2.benchmarks: 'mini-e2g' found, 'mini-e2h' wanted?"),
    (f"{BENCHMARK}.target", "mini-hmdb5", f"{BENCHMARK}.target: 'mini-hmdb5' found, 'mini-hmdb51' wanted?"),
    (f"{BENCHMARK}.source", ["mini-hi"], f"{BENCHMARK}.source: 'mini-hi' found, 'mini-hii' wanted?"),
    ("pretraining.videos", "mini-hmdb", "pretraining.videos: 'mini-hmdb' found, 'mini-hmdb51' wanted?"),
    ("image_model.size_px", 500, f"image_model.size_px: 500 found, at most short_side_px {SIDES[0]} wanted"),
    ("video_model.size_px", 500, f"video_model.size_px: 500 found, at most short_side_px {SIDES[1]} wanted"),
    (
        f"{BENCHMARK}.override",
        {"cycda": {"p_stage": 0.5}},
        f"{BENCHMARK}.override.cycda.p_stage: unknown key found, 'p_stage4' wanted?",
    ),
    (
        f"{BENCHMARK}.override",
        {"training": {"image": {"lrr": 0.5}}},
        f"{BENCHMARK}.override.training.image.lrr: unknown key found, 'lr' wanted?",
    ),
    (
        f"{BENCHMARK}.override",
        {"video_model": {"clips": "three"}},
        f'{BENCHMARK}.override.video_model.clips: "three" found, integer >= 1 wanted',
    ),
    (
        f"{BENCHMARK}.override",
        {"image_model": {"size_px": 500}},
        f"{BENCHMARK}.override.image_model.size_px: 500 found, at most short_side_px {SIDES[0]} wanted",
    ),
    (
        f"{BENCHMARK}.override",
        {"frames": {}},
        f"{BENCHMARK}.override.frames: unknown key found, one of cfb, clip_baselines, cycda, divafn, "
        "image_model, stcda, training, video_model wanted",
    ),
]


@pytest.mark.parametrize(("path", "value", "line"), BAD, ids=[f"{path}={value!r:.20}" for path, value, _ in BAD])
def test_a_bad_value_gives_one_line_with_its_path_what_was_found_and_what_is_wanted(config, path, value, line):
    put(config, path, value)
    found = lines(config)
    assert len(found) == 1
    assert found[0].startswith(f"params.yaml: {line}")


def test_several_bad_values_give_a_line_each(config):
    put(config, "compute.device", DELETE)
    put(config, "compute.threads", DELETE)
    put(config, "cycda.temperature", -1)
    assert [line.split(": ")[1] for line in lines(config)] == ["compute.device", "compute.threads", "cycda.temperature"]


def test_a_size_that_is_wrong_everywhere_is_said_once(config):
    put(config, "image_model.size_px", 500)
    put(config, f"{BENCHMARK}.override", {"image_model": {"hidden_dim": 8}})
    assert len(lines(config)) == 1


def test_the_paper_preset_names_every_value_of_models_training_and_method():
    paper = yaml.safe_load(Path("workflow/presets/paper.yaml").read_text())
    for section in ("image_model", "video_model", "training", "cycda"):
        assert paper[section].keys() == DEFAULT[section].keys(), section
    assert paper["training"]["image"].keys() == DEFAULT["training"]["image"].keys()
    assert paper["training"]["video"].keys() == DEFAULT["training"]["video"].keys()
    assert paper["video_model"]["dropout"] == 0.5
