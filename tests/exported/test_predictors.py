"""An exported model says of a file what the pipeline's stages say of it in stores."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from i2v_core import probabilities, storage
from i2v_core.exported import files, predictors
from i2v_core.exported.networks import Stores
from i2v_core.methods.stcda import building, objective
from i2v_core.methods.stcda.settings import Settings
from i2v_core.models import saved
from i2v_core.models.c3d import C3D
from i2v_core.models.clip_encoders import clip_encoder
from i2v_core.models.i3d_steps import I3DSteps
from i2v_core.models.image import ImageModel
from i2v_core.models.still_encoders import StillEncoder
from i2v_core.models.video import VideoModel
from i2v_core.models.web_image import WebImageModel
from i2v_core.stages import (
    choose_keyframes,
    detect_shots,
    export_divafn,
    export_model,
    extract_clip_features,
    extract_flow,
    extract_frames,
    extract_still_vectors,
    extract_video_vectors,
    predict_frames,
    predict_videos,
    predict_web,
    train_divafn,
)
from i2v_core.video_samples import Views
from tests import toy, toy_web

CLASSES = list(toy.COLOURS)
FRAMES = {"short_side_px": 24, "jpeg_quality": 90}
FLOW = {"settings": {"scales": 2, "warps": 1}, "backend": "numba", "bound_px": 5.0}
SHOTS = {"settings": toy_web.SHOTS, "seed": 0}
CLIPS = {
    "backbone": "i3d",
    "model": {"width": 0.05},
    "frames": 4,
    "stride": 1,
    "segments": 2,
    "windows": 1,
    "resize_px": 34,
    "size_px": 32,
}
CPU = torch.device("cpu")
HOW = {"batch_size": 8, "device": "cpu", "threads": 1}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Three video files, one of two scenes, and the stores that the rules make of them."""
    root = tmp_path_factory.mktemp("files")
    for number, colour in enumerate(CLASSES):
        parts = [toy.clip(colour, domain=domain, length=8, seed=number) for domain in ("videos", "images")]
        toy.write_video(root / f"{colour}.avi", np.concatenate(parts[: 2 if number else 1]))
    table = pd.DataFrame({"id": CLASSES, "path": [f"{name}.avi" for name in CLASSES], "kind": "video"})
    storage.write_csv(table, root / "catalog.csv")
    storage.write_csv(pd.DataFrame({"id": CLASSES, "dataset": "d"}), root / "videos.csv")
    paths = {name: root / name for name in ("frames.h5", "flow.h5", "shots.csv", "problems.csv", "videos.csv")}
    options = {"short_side_px": FRAMES["short_side_px"], "jpeg_quality": FRAMES["jpeg_quality"]}
    given = {"dataset": "d", "catalog": root / "catalog.csv", "root": root, "shard": 0, "shards": 1}
    extract_frames.run(**given, **options, out=paths["frames.h5"], problems=paths["problems.csv"])
    extract_flow.run(store=paths["frames.h5"], out=paths["flow.h5"], **FLOW)
    detect_shots.run(store=paths["frames.h5"], out=paths["shots.csv"], **SHOTS)
    return root, paths


def exported(folder: Path, method: str, parts: dict[str, Path], **media):
    out = folder / "exported.pt"
    media = {"frames": FRAMES, **media}
    export_model.run(method=method, names=list(parts), models=list(parts.values()), media=media, out=out)
    return out


def saved_model(folder: Path, constructor, kind: str, arguments: dict, inputs: dict) -> Path:
    torch.manual_seed(len(kind))
    path, model = folder / f"{kind}.pt", constructor(classes=3, **arguments)
    if "frames" in inputs:
        size = inputs["size_px"]
        toy.lively(model, 4, inputs["frames"], arguments.get("in_channels", 3), size, size)
    saved.save(model, path, kind=kind, arguments=arguments, classes=CLASSES, inputs=inputs)
    return path


def said(root: Path, model: Path) -> np.ndarray:
    predictor = predictors.load(model, device=CPU)
    assert predictor.classes == CLASSES
    return np.stack([predictor.predict(root / f"{name}.avi") for name in CLASSES])


def agree(found: np.ndarray, wanted: np.ndarray) -> None:
    """To the accuracy of float32 sums of another order, and not because all are alike."""
    np.testing.assert_allclose(found, wanted, atol=2e-6)
    assert np.ptp(wanted, axis=0).max() > 1e-4


@pytest.mark.parametrize(
    ("method", "part", "stage", "constructor", "settings"),
    [
        ("source-only", "image", predict_frames, ImageModel, toy.image_settings()),
        ("cycda", "video", predict_videos, VideoModel, toy.video_settings()),
    ],
)
def test_cycda_and_source_only(world, tmp_path, method, part, stage, constructor, settings):
    root, paths = world
    model = saved_model(tmp_path, constructor, part, settings["model"], settings["inputs"])
    outputs = {"out": tmp_path / "p.h5", "predictions": tmp_path / "p.csv"}
    stage.run(model=model, videos=paths["videos.csv"], stores=[paths["frames.h5"]], workers=0, **HOW, **outputs)
    out = exported(tmp_path, method, {part: model})
    agree(said(root, out), probabilities.read(outputs["out"]).per_video())
    stores = Stores([("d", name) for name in CLASSES], [paths["frames.h5"]], [], [], {"batch_size": 4, "device": CPU})
    assert predictors.load(out, device=CPU).network.features(stores).shape == (3, 8)


def test_cfb_is_the_mean_of_both_branches(world, tmp_path):
    root, paths = world
    settings, models = toy.cfb_settings(), {}
    for name, channels in (("rgb", 3), ("flow", 2)):
        (tmp_path / name).mkdir()
        arguments = {**settings["model"], "in_channels": channels}
        models[name] = saved_model(tmp_path / name, I3DSteps, "i3d-steps", arguments, settings["inputs"])
    both = said(root, exported(tmp_path, "cfb", models, flow=FLOW))
    single = [said(root, exported(tmp_path, "cfb", {name: models[name]}, flow=FLOW)) for name in models]
    agree(both, np.mean(single, axis=0))
    from i2v_core.media.flow_store import FlowStore
    from i2v_core.media.views import Flow
    from i2v_core.methods.cfb import prediction
    from i2v_core.methods.cfb.branch import Branch

    branch = Branch(saved.load(models["flow"], I3DSteps, kind="i3d-steps").model, paces=0, sources=0)
    view = Flow(FlowStore([paths["flow.h5"]]), 34, 32)
    keys = [f"d/{name}" for name in CLASSES]
    agree(single[1], prediction.outputs(branch, view, keys, frames=4, batch_size=8, device=CPU)[0])


def test_web_supervision_looks_at_key_frames(world, tmp_path):
    root, paths = world
    net = {"backbone": "resnet18", "backbone_options": {"channels": [4, 4, 8, 8]}, "normalisation": "imagenet"}
    arguments = {**net, "attention": {}, "discriminator": {"hidden_dim": 6}}
    model = saved_model(tmp_path, WebImageModel, "web_image", arguments, {"size_px": 20, "short_side_px": 24})
    outputs = {"out": tmp_path / "p.h5", "predictions": tmp_path / "p.csv"}
    given = {"videos": paths["videos.csv"], "shots": [paths["shots.csv"]], "stores": [paths["frames.h5"]]}
    predict_web.run(model=model, kind="image", **given, **HOW, **outputs)
    found = probabilities.read(outputs["out"])
    assert found.counts.max() > 1  # a video with several key frames
    agree(said(root, exported(tmp_path, "websup", {"image": model}, shots=SHOTS)), found.per_video())


@pytest.mark.parametrize("kept", [("rgb", "flow"), ()], ids=["files", "random"])
def test_stcda_puts_the_frozen_backbone_back_under_its_streams(world, tmp_path, kept):
    root, paths = world
    backbones, features = {}, []
    for view, media in (("rgb", "frames.h5"), ("flow", "flow.h5")):
        torch.manual_seed(3)
        if view in kept:
            backbones[view] = tmp_path / f"{view}.pt"
            torch.save(clip_encoder(CLIPS, view, None).state_dict(), backbones[view])
        features.append(tmp_path / f"{view}.h5")
        given = {"store": paths[media], "view": view, "weights": str(backbones.get(view, "")), "settings": CLIPS}
        given["seed"] = 5
        extract_clip_features.run(**given, **HOW, out=features[-1])
    views = Views.open(features)
    arguments = {"widths": views.widths, "segments": views.segments, "backbone": None, "dim": 6, "aggregator": "gru"}
    torch.manual_seed(0)
    nets = objective.nets_of(
        building.build(classes=3, weights={}, **arguments),
        Settings(stage=2, alpha=0.0, beta=0.0, negatives=2),
        {"source": 3, "target": 3},
    )
    keys = [f"d/{name}" for name in CLASSES]
    clips = torch.from_numpy(views.test_clips(keys))
    nets["model"].standardise(clips)
    nets.eval()
    with torch.no_grad():
        wanted = nets["model"].probabilities(clips).numpy()
    content = {"kind": building.KIND, "arguments": arguments, "classes": CLASSES, "inputs": {}}
    storage.save_weights({**content, "state": nets.state_dict()}, tmp_path / "model.pt")
    out = exported(
        tmp_path, "stcda", {"model": tmp_path / "model.pt", **backbones}, flow=FLOW, clips={**CLIPS, "seed": 5}
    )
    agree(said(root, out), wanted)


def test_divafn_describes_a_video_as_the_stages_do(world, tmp_path):
    root, paths = world
    stills = {**toy.image_settings()["model"], "normalisation": "imagenet", "size_px": 20, "short_side_px": 24}
    stills = {
        name: stills[name] for name in ("backbone", "backbone_options", "normalisation", "size_px", "short_side_px")
    }
    c3d = {"network": "c3d", "options": {"width": 0.02, "dropout": 0.0}, "l2_norm": False}
    rule = {"rule": "medoid", "deviations": 3.0}
    torch.manual_seed(0)
    torch.save(StillEncoder(stills, None).backbone.state_dict(), tmp_path / "still.pt")
    torch.save(C3D(classes=None, **c3d["options"]).state_dict(), tmp_path / "c3d.pt")
    files_of = {name: str(tmp_path / f"{name}.pt") for name in ("still", "c3d")}
    choose_keyframes.run(store=paths["frames.h5"], out=tmp_path / "keyframes.csv", **rule)
    given = {"store": paths["frames.h5"], "seed": 0, **HOW}
    stores = {name: tmp_path / f"{name}.h5" for name in ("keyframe", "video")}
    chosen = {"keyframes": tmp_path / "keyframes.csv", "settings": stills, "weights": files_of["still"]}
    extract_still_vectors.run(**given, **chosen, out=stores["keyframe"])
    extract_video_vectors.run(**given, settings=c3d, weights=files_of["c3d"], out=stores["video"])
    tables = {
        "source": pd.DataFrame({"id": CLASSES, "dataset": "d", "label": range(3)}),
        "labels": pd.DataFrame({"id": CLASSES[:2], "class": CLASSES[:2], "label": [0, 1]}),
        "classes": pd.DataFrame({"index": range(3), "class": CLASSES}),
    }
    for name, table in tables.items():
        storage.write_csv(table, tmp_path / f"{name}.csv")
    row = {
        "semantics": {"kind": "hash", "width": 8},
        "objective": {"iterations": 2, "batch_size": 2},
        "dim": 6,
        "hidden_dim": 8,
        "images": "paired",
        "shallow": {},
        "c": 1.0,
        "transductive": False,
        "target_labels": False,
        "method": "divafn",
    }
    outputs = {name: tmp_path / f"out-{name}" for name in ("log", "record", "probabilities_out", "predictions")}
    trained = {
        "source": tmp_path / "source.csv",
        "target_test": paths["videos.csv"],
        "target_labels": tmp_path / "labels.csv",
        "classes": tmp_path / "classes.csv",
        "images": [stores["keyframe"]],  # of the same key frames, for want of photos
        "keyframes": [stores["keyframe"]],
        "videos": [stores["video"]],
        "settings": row,
        "seed": 0,
        "device": "cpu",
        "threads": 1,
        "out": tmp_path / "model.pt",
    }
    train_divafn.run(**trained, **outputs)
    wanted = probabilities.read(outputs["probabilities_out"])
    assert wanted.ids == CLASSES
    assert (wanted.values[:, 2] == 0).all()  # no video of the third class has a label
    media = {"frames": FRAMES, "vectors": {"keyframes": rule, "stills": stills, "c3d": c3d}}
    how = {
        "model": tmp_path / "model.pt",
        "still_weights": files_of["still"],
        "c3d_weights": files_of["c3d"],
        "seed": 0,
    }
    export_divafn.run(**how, media=media, out=tmp_path / "exported.pt")
    agree(said(root, tmp_path / "exported.pt"), wanted.per_video())
    storage.write_csv(tables["labels"].head(1), tmp_path / "labels.csv")
    with pytest.raises(ValueError, match="labels of 1 classes found, two at least wanted"):
        train_divafn.run(**trained, **outputs)


def test_an_unreadable_video_and_another_file_are_named(tmp_path):
    settings = toy.video_settings()
    model = saved_model(tmp_path, VideoModel, "video", settings["model"], settings["inputs"])
    with pytest.raises(ValueError, match=r"video\.pt: no exported model found"):
        files.read(model)
    predictor = predictors.load(exported(tmp_path, "cycda", {"video": model}), device=CPU)
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"nothing")
    with pytest.raises(ValueError, match=r"broken\.mp4: not a readable video"):
        predictor.predict(broken)


def test_parts_of_other_classes_do_not_go_together(tmp_path):
    for name, classes in (("a", ["x", "y"]), ("b", ["x", "z"])):
        storage.save_weights({"classes": classes}, tmp_path / f"{name}.pt")
    parts = {name: tmp_path / f"{name}.pt" for name in "ab"}
    with pytest.raises(ValueError, match=r"parts \['a', 'b'\]: 2 lists of classes found, one wanted"):
        files.write(tmp_path / "c.pt", method="cfb", parts=parts, media={"frames": FRAMES})
    with pytest.raises(ValueError, match="1 names and 2 models found"):
        export_model.run(method="cfb", names=["a"], models=list(parts.values()), media={}, out=tmp_path / "c.pt")
