"""Disk and training time of the papers' tables: counts of the paper's preset times costs measured here and now.

Run: python -m benchmarks.estimate [--repeats 3 --clips 1]. Bytes are those of frames and flows of drawn clips of
320 x 240 px, by the project's stores; seconds those of training steps and predictions of the preset's networks with
random weights on random pixels: wall time if torch sees a GPU, else CPU time, so that hours are of one core. A batch of
clips is timed with --clips of them, and the time multiplied. Real pictures have more detail, so real stores are larger.

Not counted: data sets whose number of items or frames we do not know (Olympic Sports, web images and videos, the small
sets of photos), reading and augmenting samples, scoring, depth, CLIP; and of the tables all but CycDA's second and the
branches of CFB, whose numbers of samples are known.
"""

import argparse
import math
import os
import platform
import time
from pathlib import Path

import torch
import yaml

from benchmarks import unit_costs
from i2v_core import params, training
from i2v_core.methods.cfb import runs
from i2v_core.params import cfb as cfb_params

PROJECT = Path(__file__).parents[1]
FILES = ("params.yaml", "workflow/presets/paper.yaml")
# Frames of a video, and pixels of one as stored: of UCF101 1,776,542 frames in the 9,537 training videos of split 1, of
# HMDB51 95,442 in 910 of CycDA's 13 classes (its logs), of EPIC-Kitchens the seconds of the segments times 59.94; a
# photo is one frame, as large as short side 256 and sides of 4 to 3 make it. Kinetics' clips take about 10 s: at 25
# frames a second, an assumption.
FRAMES = {
    "stanford40": (1, 340 * 256), "hii": (1, 340 * 256), "bu101": (1, 340 * 256),
    "ucf101": (1776542 / 9537, 320 * 240), "hmdb51": (95442 / 910, 320 * 240), "kinetics400": (250, 340 * 256),
    "epic-d1": (59.94 * 6877.81 / 1978, 455 * 256), "epic-d2": (59.94 * 11111.78 / 3245, 455 * 256),
    "epic-d3": (59.94 * 10740.12 / 4871, 455 * 256),
}  # fmt: skip
ITEMS = {"bu101": 23804, "kinetics400": 240258 + 19881}  # as sources.csv has them; of others the preset's counts
PHOTOS = {"stanford40", "hii", "bu101"}
# Images and training videos of a split: e2h as ST-I2V's lists and CycDA's code have them, s2u 12 classes of the mean
# size in Stanford40 and by UCF101's lists, b2u all; one split stands for three. Test videos.
SIZES = {"e2h": (3014, 910, 390), "s2u": (12 * 9532 // 40, 1167, 469), "b2u": (23804, 9537, 3783)}


def main() -> None:
    """Prints the machine, the costs, and two tables in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3, help="timed, after one that is not")
    parser.add_argument("--clips", type=int, default=1, help="in a timed batch")
    chosen = parser.parse_args()
    config = params.merged(*(yaml.safe_load((PROJECT / name).read_text()) for name in FILES))
    device = training.open_device(device="auto", threads=1)
    name = torch.cuda.get_device_name() if device.type == "cuda" else f"{platform.machine()}, {_processor()}"
    print(f"{time.strftime('%Y-%m-%d')}, {name}, {os.cpu_count()} processors\n")
    stored = unit_costs.stored(config["frames"]["jpeg_quality"], config["flow"]["bound_px"])
    print(", ".join(f"{value:.3g} {what}" for what, value in stored.items()), "\n")
    _print(_stores(config, stored))
    costs = unit_costs.of_samples(config, device, chosen.repeats, chosen.clips)
    print("Seconds: " + ", ".join(f"{what} {value:.3g}" for what, value in costs.items()), "\n")
    _print(_trainings(config, costs))


def _print(rows: list[dict]) -> None:
    """A table in Markdown; large numbers without decimals."""
    print("| " + " | ".join(rows[0]) + " |")
    print("| " + " | ".join("---" if isinstance(value, str) else "---:" for value in rows[0].values()) + " |")
    for row in rows:
        print("| " + " | ".join(v if isinstance(v, str) else _number(v) for v in row.values()) + " |")
    print()


def _number(value: float) -> str:
    return f"{value:,.1f}" if 0 < value < 100 and value % 1 else f"{value:,.0f}"


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").is_file() else []
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.processor())


def _stores(config: dict, stored: dict[str, float]) -> list[dict]:
    """Frames and flows of each data set whose size is known."""
    rows = []
    for name, (each, pixels) in FRAMES.items():
        items = ITEMS.get(name) or config["datasets"][name]["options"]["counts"]["items"]
        frames = items * each
        of_frames, of_flows, seconds = stored.values()
        row = {"data set": name, "items": items, "frames, thousands": frames / 1e3}
        row["frames, GB"] = frames * pixels * of_frames / 1e9
        row["flows, GB"] = 0.0 if name in PHOTOS else frames * pixels * of_flows / 1e9
        larger = pixels / (unit_costs.WIDTH_PX * unit_costs.HEIGHT_PX)
        row["flows, h"] = 0.0 if name in PHOTOS else frames * seconds * larger / 3600
        rows.append(row)
    return rows


def _trainings(config: dict, costs: dict[str, float]) -> list[dict]:
    """Steps and hours of CycDA's Table 2 and of all branches of CFB's tables, for each benchmark."""
    rows = []
    for name, sizes in SIZES.items():
        section = config["tables"]["table2"]
        times = len(section["splits"]) * len(section["seeds"])
        amounts = _cycda(config, name, sizes, section["methods"])
        rows.append({"tables": "CycDA 2", "benchmark": name, "runs": times, **_hours(amounts, costs, times)})
    section = config["tables"]["cfb"]
    for name, sizes in SIZES.items():
        branches = {
            part
            for table in cfb_params.TABLES
            for row in section[table]["methods"]
            if name in section[table]["benchmarks"] and row not in cfb_params.OTHER_ROWS
            for part in runs.branches(row)
            if part and not runs.options(part)["clip"]
        }
        times = len(section["splits"]) * len(section["seeds"][name])
        amounts = [_branch(config, name, sizes, part) for part in sorted(branches)]
        rows.append({"tables": "CFB 1 to 4", "benchmark": name, "runs": times, **_hours(amounts, costs, times)})
    return rows


def _hours(amounts: list[dict], costs: dict[str, float], times: int) -> dict[str, float]:
    """Steps, and hours of training and of predicting, of `times` runs. amounts: steps, and samples by kind of cost."""
    kinds = {kind: sum(amount.get(kind, 0) for amount in amounts) * times for kind in costs}
    hours = {kind: count * costs[kind] / 3600 for kind, count in kinds.items()}
    trained = sum(value for kind, value in hours.items() if kind.endswith("trained"))
    steps = sum(amount["steps"] for amount in amounts) * times
    return {"training steps": steps, "training, h": trained, "predicting, h": sum(hours.values()) - trained}


def _cycda(config: dict, benchmark: str, sizes: tuple[int, int, int], methods: list[str]) -> list[dict]:
    """The trainings and predictions of one split and seed: source only, stages 1 to 4 by cycle, the upper bound."""
    images, videos, tests = sizes
    options = params.part(config, benchmark, "cycda")
    frames = FRAMES["hmdb51" if benchmark == "e2h" else "ucf101"][0]

    def of_images(stage: str, sides: int) -> dict:
        settings = params.image_settings(config, benchmark, stage)["training"]
        longest = max(images, videos * options["frames_per_video"] * (sides - 1))
        steps = settings["epochs"] * math.ceil(longest / settings["batch_size"])
        predicted = (videos if sides == 2 else 0) + tests
        trained = steps * settings["batch_size"] * sides
        return {"steps": steps, "image, trained": trained, "frame, predicted": predicted * frames}

    def of_videos(stage: str, share: float) -> dict:
        settings = params.video_settings(config, benchmark, stage)
        kept = int(videos * share)
        epochs, size = settings["training"]["epochs"], settings["training"]["batch_size"]
        clips = (videos + tests) * settings["inputs"]["clips"]
        steps = epochs * math.ceil(kept / size)
        return {"steps": steps, "clip, trained": epochs * kept, "clip, predicted": clips}

    cycles = max((int(name.removeprefix("cycda-")) for name in methods if name.startswith("cycda-")), default=0)
    found = [of_images("source_only", 1), of_images("stage1", 2), of_videos("stage2", options["p_stage2"])]
    found += [of_images("stage3", 2), of_videos("stage4", options["p_stage4"])] * cycles
    return [*found, of_videos("supervised_target", 1.0)]


def _branch(config: dict, benchmark: str, sizes: tuple[int, int, int], name: str) -> dict:
    """One branch of one seed: an epoch passes over the generated videos; the target is labelled after each from the
    warm-up on, by the RGB branches alone, and the test videos once.
    """
    images, videos, tests = sizes
    is_flow = name.startswith(("own", "bank="))
    settings = (cfb_params.flow_settings if is_flow else cfb_params.rgb_settings)(config, benchmark, name)
    size, epochs = settings["training"]["batch_size"], settings["training"]["epochs"]
    found = runs.options(name)
    longest = max(images, videos) if found["pace"] or found["transfer"] else images
    steps = epochs * math.ceil(longest / size)
    passes = 1 + bool(found["pace"]) + bool(found["transfer"])
    labelled = max(0, epochs - settings["method"].get("warm_up_epochs", epochs))
    kind = "flow" if is_flow else "RGB"
    return {
        "steps": steps,
        f"{kind} clip of CFB, trained": steps * size * passes,
        f"{kind} clip of CFB, predicted": labelled * videos + tests,
    }


if __name__ == "__main__":
    main()
