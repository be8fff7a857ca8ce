"""Video features of the source and of the target's test videos by a model on clips: what t-SNE looks at."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from i2v_core import cli, storage, training
from i2v_core.baselines.clips import building as baseline_building
from i2v_core.baselines.clips import source_only
from i2v_core.baselines.clips.model import pooled
from i2v_core.clip_views import ClipViews
from i2v_core.evaluation import feature_files
from i2v_core.evaluation.feature_files import Features
from i2v_core.methods.stcda import building
from i2v_core.models import saved
from i2v_core.video_samples import Clips, Views


def run(
    *,
    model: Path,
    source: Path,
    target: Path,
    stores: list[Path] | None = None,
    frames: list[Path] | None = None,
    flows: list[Path] | None = None,
    device: str,
    threads: int,
    out: Path,
) -> None:
    """model: of train_stcda, or of train_clip_supervised. source: `id, dataset, label`; target: `id, dataset`.
    stores: clip features of the views that the model sees; or frames and flows, where its backbone was trained.

    out: see `evaluation.feature_files`. Choice: the paper shows "features from the last fully connected layer"; here
    they are what this layer reads, V of both views side by side.
    Raises ValueError for a model of another kind.
    """
    place = training.open_device(device=device, threads=threads)
    tables = storage.read_csv(source, ("id", "dataset", "label")), storage.read_csv(target, ("id", "dataset"))
    backbone, features_of = _features_of(model, place)
    views = ClipViews.open(frames or [], flows or [], backbone) if backbone else Views.open(stores or [])
    features = [_features(features_of, views, storage.keys(table), place) for table in tables]
    labels, ids = tables[0]["label"].astype(int).to_numpy(), tables[1]["id"].tolist()
    feature_files.write(out, Features(features[0], labels, features[1], ids))


def _features_of(path: Path, device: torch.device) -> tuple[dict | None, Callable[[Tensor], dict[str, Tensor]]]:
    """Settings of the clips that a model sees, None where it sees features; and its features of videos, by view."""
    content = storage.load_weights(path)
    kind = content.get("kind") if isinstance(content, dict) else None
    if kind == building.KIND:
        net = building.load(path).to(device)
        backbone = content["arguments"]["backbone"]
        return backbone, lambda inputs: {view: found.videos for view, found in net.features(inputs).items()}
    if kind == baseline_building.KIND and content["arguments"]["method"] == source_only.__name__.rpartition(".")[2]:
        loaded = saved.load(path, baseline_building.build, kind=baseline_building.KIND).model.to(device)
        return None, lambda inputs: pooled(loaded.clips(inputs))
    raise ValueError(f"{path}: no model of STCDA or of the upper bound found, one of these wanted")


@torch.no_grad()
def _features(
    features_of: Callable[[Tensor], dict[str, Tensor]], views: Clips, keys: list[str], device: torch.device
) -> np.ndarray:
    rows = []
    for start in range(0, len(keys), views.block):
        inputs = torch.from_numpy(views.test_clips(keys[start : start + views.block])).to(device)
        rows.append(torch.cat(list(features_of(inputs).values()), dim=1).float().cpu().numpy())
    return np.concatenate(rows)


if __name__ == "__main__":
    cli.entry(run)
