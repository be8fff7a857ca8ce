"""Toy data: frame stores and split tables of a tiny world of two domains, real media files, and tiny settings.

A class is the colour of a square that moves to the right; the source has still images of it on a light ground, the
target clips of it on a dark one.
"""

import inspect
import struct
from pathlib import Path
from types import ModuleType

import av
import numpy as np
import pandas as pd
import torch
from torch import nn

from i2v_core import storage
from i2v_core.media import flow_store, frames

COLOURS = {"red": (220, 30, 30), "green": (30, 200, 30), "blue": (40, 40, 230)}
GROUNDS = {"images": 200, "videos": 60}


def clip(colour: str, *, domain: str, length: int, seed: int, height: int = 32, width: int = 40) -> np.ndarray:
    """A square of 12 px moving 2 px per frame over a textured ground -> uint8 (length, height, width, 3)."""
    random = np.random.default_rng([seed, list(COLOURS).index(colour)])
    ground = np.clip(GROUNDS[domain] + random.normal(0, 8, (height // 4, width // 4, 3)), 0, 255)
    ground = ground.repeat(4, axis=0).repeat(4, axis=1).astype(np.uint8)
    moving = np.repeat(ground[None], length, axis=0)
    top, left = random.integers(height - 12), random.integers(8)
    for index, frame in enumerate(moving):
        start = (left + 2 * index) % (width - 12)
        frame[top : top + 12, start : start + 12] = COLOURS[colour]
    return moving


def world(root: Path) -> dict[str, Path]:
    """Twelve labelled images, ten training and four test videos of 5 to 8 frames -> paths of tables and stores.

    Keys: classes, source, target_train, target_test, target_labels, images, videos0, videos1.
    """
    names = list(COLOURS)
    images = [(f"i{k}", names[k % 3], clip(names[k % 3], domain="images", length=1, seed=k), 0.0) for k in range(12)]
    lengths = [5 + k % 4 for k in range(14)]
    videos = [
        (f"v{k}", names[k % 3], clip(names[k % 3], domain="videos", length=lengths[k], seed=100 + k), 25.0)
        for k in range(14)
    ]
    paths = {name: root / f"{name}.h5" for name in ("images", "videos0", "videos1")}
    frames.write_store([(name, array, fps) for name, _, array, fps in images], paths["images"], dataset="toy-images")
    for shard, part in (("videos0", videos[:7]), ("videos1", videos[7:])):
        frames.write_store([(name, array, fps) for name, _, array, fps in part], paths[shard], dataset="toy-videos")
    tables = {
        "classes": pd.DataFrame({"index": range(3), "class": names}),
        "source": _rows(images, "toy-images").assign(kind="image"),
        "target_train": _rows(videos[:10], "toy-videos")[["id", "dataset"]],
        "target_test": _rows(videos[10:], "toy-videos")[["id", "dataset"]],
        "target_labels": _rows(videos, "toy-videos")[["id", "class", "label"]],
    }
    for name, table in tables.items():
        paths[name] = root / f"{name}.csv"
        storage.write_csv(table, paths[name])
    return paths


def _rows(items: list[tuple], dataset: str) -> pd.DataFrame:
    classes = [item[1] for item in items]
    labels = [list(COLOURS).index(name) for name in classes]
    return pd.DataFrame({"id": [item[0] for item in items], "dataset": dataset, "class": classes, "label": labels})


# What the videos' flow tells of their class: pixels per frame in x and y.
MOTIONS = {"red": (2.0, 0.0), "green": (0.0, -2.0), "blue": (0.0, 2.0)}  # none is another, mirrored


def two_streams(root: Path, *, frames_of_photo: int = 4) -> dict[str, Path]:
    """The world with a generated video of each image, and flow of all videos.

    Flow of the target moves by class (MOTIONS) in the whole picture, under noise; flow of generated videos is noise.
    Further keys: generated, generated_flow, flow0, flow1.
    """
    paths = world(root)
    random = np.random.default_rng(5)
    source, labels = storage.read_csv(paths["source"]), storage.read_csv(paths["target_labels"])
    paths |= {name: root / f"{name}.h5" for name in ("generated", "generated_flow", "flow0", "flow1")}
    videos = [
        (row["id"], clip(row["class"], domain="images", length=frames_of_photo, seed=int(row["id"][1:])), 25.0)
        for _, row in source.iterrows()
    ]
    frames.write_store(videos, paths["generated"], dataset="toy-images")
    noise = [(name, _noise(random, array.shape)) for name, array, _ in videos]
    flow_store.write_flows(noise, paths["generated_flow"], dataset="toy-images", bound_px=5.0)
    store, classes = frames.FrameStore([paths["videos0"], paths["videos1"]]), labels.set_index("id")["class"]
    for shard in ("0", "1"):
        keys = list(frames.FrameStore([paths[f"videos{shard}"]]))
        ids = [key.partition("/")[2] for key in keys]
        shapes = [(store.length(key), *store.frames(key, [0]).shape[1:]) for key in keys]
        moving = [
            (name, _noise(random, shape) + MOTIONS[classes[name]]) for name, shape in zip(ids, shapes, strict=True)
        ]
        flow_store.write_flows(moving, paths[f"flow{shard}"], dataset="toy-videos", bound_px=5.0)
    return paths


def _noise(random: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return random.normal(0, 0.5, (shape[0] - 1, *shape[1:3], 2)).astype(np.float32)


def pseudo_labels(paths: dict[str, Path], out: Path, *, kept: int = 10) -> Path:
    """A file of right pseudo labels of the training videos; the first `kept` of them are kept."""
    train = storage.read_csv(paths["target_train"])["id"]
    table = storage.read_csv(paths["target_labels"]).set_index("id").loc[train].reset_index()
    table["confidence"], table["votes"], table["frames_kept"], table["frames"] = 0.9, 1, 0, 0
    table["kept"] = [int(position < kept) for position in range(len(table))]
    storage.write_csv(table, out)
    return out


def training(**changes: object) -> dict:
    """Settings of a run of two short epochs on the CPU."""
    return {"epochs": 2, "batch_size": 4, "lr": 0.05, "device": "cpu", **changes}


def image_settings(*, method: dict | None = None, **changes: object) -> dict:
    """Settings of an image stage; `changes` go to `training`."""
    options = {"channels": [8, 8, 16, 16]}
    inputs = {"size_px": 32, "short_side_px": 32, "crop_scale": [0.3, 1.0]}
    model = {"backbone": "resnet18", "backbone_options": options, "feature_dim": 8, "hidden_dim": 8}
    settings = {"model": model, "inputs": inputs, "training": training(**changes)}
    return settings if method is None else {**settings, "method": method}


def video_settings(**changes: object) -> dict:
    """Settings of a video stage; `changes` go to `training`."""
    inputs = {"size_px": 32, "short_side_px": 32, "crop_scales": [1.0, 0.8], "frames": 4, "stride": 1, "clips": 2}
    return {"model": {"width": 0.05, "feature_dim": 8}, "inputs": inputs, "training": training(**changes)}


def cfb_settings(*, method: dict | None = None, **changes: object) -> dict:
    """Settings of a branch of CFB, one epoch of warm-up; `changes` go to `training`, `method` over the method's."""
    basic = {"form": "ce", "local_reduction": "mean", "warm_up_epochs": 1, "paces": 0, "transfer": None}
    weights = {"lambda_1": 1.0, "lambda_2": 0.2, "lambda_3": 0.1}
    inputs = {"frames": 4, "test_frames": 4, "resize_px": 34, "size_px": 32}
    return {
        "model": {"width": 0.05, "dropout": 0.0, "statistics_momentum": 0.3, "freeze_until": None},
        "inputs": inputs,
        "training": training(**changes),
        "inference_batch": 8,
        "method": {**basic, **weights, "by_epoch": True, "bank": None, **(method or {})},
    }


def write_video(
    path: Path, array: np.ndarray, *, codec: str = "mpeg4", fps: int = 25, pix_fmt: str = "yuv420p"
) -> Path:
    """A real file of frames uint8 (t, h, w, 3), in the container that the suffix says."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=fps, options={"g": "1", "qscale": "2"})
        stream.height, stream.width = array.shape[1:3]
        stream.pix_fmt, stream.bit_rate = "yuv420p", 4_000_000
        for frame in array:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")))
        container.mux(stream.encode())
    return path


def lively(model: nn.Module, *shape: int) -> nn.Module:
    """The model with running statistics of random inputs of a shape: with those of new layers a deep network of random
    weights says the same of everything.
    """
    layers = [layer for layer in model.modules() if isinstance(layer, nn.BatchNorm3d)]
    momenta = [layer.momentum for layer in layers]
    for layer in layers:
        layer.momentum = None  # a plain mean
    with torch.no_grad():
        model.train()(torch.rand(shape, generator=torch.Generator().manual_seed(0)))
    for layer, momentum in zip(layers, momenta, strict=True):
        layer.momentum = momentum
    return model.eval()


def rotate(path: Path) -> Path:
    """Tags an mp4 file as phones do, in the matrix of its track header: a quarter clockwise."""
    content = bytearray(path.read_bytes())
    place = content.index(b"tkhd") + 4 + 40  # name, then version to volume of a version 0 header
    content[place : place + 36] = struct.pack(">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30)
    path.write_bytes(content)
    return path


def train(stage: ModuleType, paths: dict[str, Path], folder: Path, settings: dict, **changes: object) -> Path:
    """Runs a training stage on the toy world, all its files below `folder` -> the model's file."""
    given = {
        **paths,
        "stores": [paths["images"], paths["videos0"], paths["videos1"]],
        "by_epoch": folder / "target_by_epoch.h5",
        "banks": folder / "bank",
        "test_probabilities": folder / "probabilities_test.h5",
        "weights": "",
        "settings": settings,
        "seed": 0,
        "workers": 0,
        "out": folder / "model.pt",
        "log": folder / "train_log.csv",
        "record": folder / "run.json",
        **changes,
    }
    stage.run(**{name: given[name] for name in inspect.signature(stage.run).parameters})
    return folder / "model.pt"
