"""The networks of an exported model, by method: probabilities and features of items in stores."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from i2v_core import inference, web_inference
from i2v_core.clip_views import ClipViews
from i2v_core.media import c3d_clips
from i2v_core.media.flow_store import FlowStore
from i2v_core.media.frames import FrameStore
from i2v_core.media.histogram_keyframes import keyframe
from i2v_core.media.views import Flow, Rgb
from i2v_core.methods.cfb import prediction
from i2v_core.methods.cfb.branch import Branch
from i2v_core.methods.divafn import deployed
from i2v_core.methods.stcda import building
from i2v_core.models import saved
from i2v_core.models.c3d import C3D, video_feature
from i2v_core.models.clip_encoders import CHANNELS
from i2v_core.models.i3d_steps import I3DSteps
from i2v_core.models.image import ImageModel
from i2v_core.models.saved import Saved
from i2v_core.models.still_encoders import StillEncoder
from i2v_core.models.video import VideoModel
from i2v_core.models.weights import load_exactly
from i2v_core.web_samples import Media, read_shots


@dataclass(frozen=True)
class Stores:
    """items: dataset and id of each; where their frames, flow and shots are; how to compute: batch_size, device."""

    items: Sequence[tuple[str, str]]
    frames: Sequence[Path]
    flow: Sequence[Path]
    shots: Sequence[Path]
    how: dict

    @property
    def keys(self) -> list[str]:
        """Keys of the items in the stores."""
        return [f"{dataset}/{name}" for dataset, name in self.items]


class Plain:
    """CycDA's image model on all frames, or its video model on evenly placed clips; means over them."""

    def __init__(self, content: dict, path: Path, device: torch.device) -> None:
        ((self._kind, part),) = content["parts"].items()
        self._saved = saved.restore(part, path, {"image": ImageModel, "video": VideoModel}[self._kind], kind=self._kind)

    def probabilities(self, stores: Stores) -> np.ndarray:
        return self._mean(stores, lambda inputs: self._saved.model(inputs).float().softmax(dim=1))

    def features(self, stores: Stores) -> np.ndarray:
        return self._mean(stores, self._saved.model.features)

    def _mean(self, stores: Stores, apply: Callable[[Tensor], Tensor]) -> np.ndarray:
        store, inputs, keys = FrameStore(stores.frames), self._saved.inputs, stores.keys
        counts = np.array([store.length(key) for key in keys])
        if self._kind == "video":
            counts, parts, prepare = np.full(len(keys), inputs["clips"]), keys, inference.even_clips
        else:
            parts, prepare = inference.frame_parts(keys, counts), inference.centred_frames
        rows = _applied(self._saved.model, parts, partial(prepare, store, inputs), apply, stores.how)
        return _means(rows, counts)


class Branches:
    """CFB's branches: the mean of their probabilities; features of the first."""

    def __init__(self, content: dict, path: Path, device: torch.device) -> None:
        self._branches = {
            name: saved.restore(part, path, I3DSteps, kind="i3d-steps") for name, part in content["parts"].items()
        }

    def probabilities(self, stores: Stores) -> np.ndarray:
        return np.mean([self._outputs(name, stores)[0] for name in self._branches], axis=0)

    def features(self, stores: Stores) -> np.ndarray:
        return self._outputs(next(iter(self._branches)), stores)[1]

    def _outputs(self, name: str, stores: Stores) -> tuple[np.ndarray, np.ndarray]:
        loaded: Saved = self._branches[name]
        sizes = {side: loaded.inputs[side] for side in ("resize_px", "size_px")}
        view = Flow(FlowStore(stores.flow), **sizes) if name == "flow" else Rgb(FrameStore(stores.frames), **sizes)
        branch = Branch(loaded.model, paces=0, sources=0)
        return prediction.outputs(branch, view, stores.keys, frames=loaded.inputs["test_frames"], **stores.how)


class Web:
    """Web supervision's image model on key frames, or its video model on a chunk of each shot; means over them."""

    def __init__(self, content: dict, path: Path, device: torch.device) -> None:
        ((kind, part),) = content["parts"].items()
        self._saved = saved.restore(part, path, web_inference.MODELS[kind], kind=f"web_{kind}")

    def probabilities(self, stores: Stores) -> np.ndarray:
        media = self._media(stores)
        found = web_inference.probabilities(self._saved.model, media, media.target, self._saved.inputs, **stores.how)
        return _means(*found)

    def features(self, stores: Stores) -> np.ndarray:
        media = self._media(stores)
        rows, found = web_inference.embeddings(self._saved.model, media, media.target, self._saved.inputs, **stores.how)
        return _means(found, rows.groupby("key", sort=False).size().to_numpy())

    def _media(self, stores: Stores) -> Media:
        table = pd.DataFrame(stores.items, columns=["dataset", "id"])
        return Media(FrameStore(stores.frames), read_shots(stores.shots), None, table)


class Streams:
    """STCDA's streams on clips, the frozen backbone of their features under them."""

    def __init__(self, content: dict, path: Path, device: torch.device) -> None:
        trained = building.restore(content["parts"]["model"], path)
        self._settings, self._device = content["clips"], device
        with tempfile.TemporaryDirectory(prefix="i2v-") as folder:  # loaders of backbones read files
            weights = {view: Path(folder) / f"{view}.pt" for view in trained.views if view in content["parts"]}
            for view, file in weights.items():
                torch.save(content["parts"][view], file)
            seed = self._settings["seed"]
            self._network = building.on_clips(trained, self._settings, weights, seed=seed).to(device)

    def probabilities(self, stores: Stores) -> np.ndarray:
        return self._rows(stores, self._network.probabilities)

    def features(self, stores: Stores) -> np.ndarray:
        return self._rows(
            stores, lambda clips: torch.cat([part.videos for part in self._network.features(clips).values()], dim=1)
        )

    @torch.inference_mode()
    def _rows(self, stores: Stores, apply: Callable[[Tensor], Tensor]) -> np.ndarray:
        paths = {"rgb": stores.frames, "flow": stores.flow}
        views = ClipViews.open(
            *(paths[view] if view in self._network.views else [] for view in CHANNELS), self._settings
        )
        keys, found = stores.keys, []
        for start in range(0, len(keys), views.block):
            clips = torch.from_numpy(views.test_clips(keys[start : start + views.block])).to(self._device)
            found.append(apply(clips).float().cpu().numpy())
        return np.concatenate(found)


class Codes:
    """DIVAFN's codes and planes on a vector of each video's key frame and one of its clips, by frozen networks."""

    def __init__(self, content: dict, path: Path, device: torch.device) -> None:
        parts, self._settings = content["parts"], content["vectors"]
        self._deployed = deployed.restore(parts["codes"]["state"])
        self._still = StillEncoder(self._settings["stills"], None)
        self._c3d = C3D(classes=None, **self._settings["c3d"]["options"])
        for net, name in ((self._still, "still"), (self._c3d, "c3d")):
            load_exactly(net, parts[name]["state"], path, wanted=saved.WANTED)
            net.to(device).eval()

    def probabilities(self, stores: Stores) -> np.ndarray:
        return self._deployed.probabilities(*self._vectors(stores))

    def features(self, stores: Stores) -> np.ndarray:
        return self._deployed.codes(*self._vectors(stores))

    def _vectors(self, stores: Stores) -> tuple[np.ndarray, np.ndarray]:
        store, stills, moving = FrameStore(stores.frames), [], []
        for key in stores.keys:
            frames = store.frames(key, np.arange(store.length(key)))
            stills.append(self._still.fitted(frames[[keyframe(frames, **self._settings["keyframes"]).index]]))
            clips = c3d_clips.cut(frames)
            l2_norm = self._settings["c3d"]["l2_norm"]
            moving.append(video_feature(self._c3d, clips, batch=stores.how["batch_size"], l2_norm=l2_norm))
        places = list(range(len(stills)))
        rows = _applied(self._still, places, stills.__getitem__, self._still, stores.how)
        return rows, np.stack(moving).astype(np.float32)


MAKERS = {
    "source-only": Plain,
    "cycda": Plain,
    "cfb": Branches,
    "websup": Web,
    "stcda": Streams,
    "divafn": Codes,
}


def _applied(
    model: nn.Module,
    parts: Sequence[Any],
    prepare: Callable[[Any], np.ndarray],
    apply: Callable[[Tensor], Tensor],
    how: dict,
) -> np.ndarray:
    return inference.batched(model, parts, prepare, lambda inputs: (apply(inputs),), **how)[0]


def _means(rows: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Mean over the rows of each item, (sum of counts, d) -> float64 (items, d)."""
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    return np.add.reduceat(rows.astype(np.float64), starts) / np.asarray(counts)[:, None]
