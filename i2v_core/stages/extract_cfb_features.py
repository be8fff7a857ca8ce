"""Features of the source's and the target's test videos by both branches of CFB, side by side: what t-SNE looks at."""

from functools import partial
from pathlib import Path

import numpy as np
import torch

from i2v_core import cli, inference, storage, training
from i2v_core.evaluation import feature_files
from i2v_core.evaluation.feature_files import Features
from i2v_core.media.flow_store import FlowStore
from i2v_core.media.frames import FrameStore
from i2v_core.media.views import Flow, Rgb, View
from i2v_core.methods.cfb.prediction import uniform_clip
from i2v_core.models import saved
from i2v_core.models.i3d_steps import I3DSteps


def run(
    *,
    rgb: Path,
    flow: Path,
    source: Path,
    target: Path,
    frames: list[Path],
    flows: list[Path],
    batch_size: int,
    device: str,
    threads: int,
    out: Path,
) -> None:
    """rgb, flow: the branches' models. source: `id, dataset, label`; target: `id, dataset`; frames, flows: of both.

    out: HDF5 with `source/features` (n, D), `source/labels` (n,), `target/features` (m, D), `target/ids` (m,), where D
    counts the pooled features of RGB and of flow.
    """
    place = training.open_device(device=device, threads=threads)
    tables = {
        "source": storage.read_csv(source, ("id", "dataset", "label")),
        "target": storage.read_csv(target, ("id", "dataset")),
    }
    features: dict[str, list[np.ndarray]] = {name: [] for name in tables}
    for path, kind, store in ((rgb, Rgb, FrameStore(frames)), (flow, Flow, FlowStore(flows))):
        loaded = saved.load(path, I3DSteps, kind="i3d-steps")
        view = kind(store, loaded.inputs["resize_px"], loaded.inputs["size_px"])
        for name, table in tables.items():
            count = loaded.inputs["frames" if name == "source" else "test_frames"]
            features[name].append(_features(loaded.model, view, storage.keys(table), count, batch_size, place))
    labels, ids = tables["source"]["label"].astype(int).to_numpy(), tables["target"]["id"].tolist()
    joint = {name: np.concatenate(parts, axis=1) for name, parts in features.items()}
    feature_files.write(out, Features(joint["source"], labels, joint["target"], ids))


def _features(
    model: I3DSteps, view: View, keys: list[str], frames: int, batch_size: int, device: torch.device
) -> np.ndarray:
    prepare = partial(uniform_clip, view, frames=frames)
    pooled = inference.batched(
        model, keys, prepare, lambda clips: (model.steps(clips).mean(dim=1),), batch_size=batch_size, device=device
    )
    return pooled[0]


if __name__ == "__main__":
    cli.entry(run)
