"""What an exported model says of videos in stores, and of a video file, by the steps that made its training data.

By method and the names of its parts:
source-only  image: mean over the frames of the video
cycda        video: mean over evenly placed clips (stage 4)
cfb          rgb, flow: mean of both branches
websup       image: mean over key frames; or video: mean over a chunk of each shot
divafn       codes, and the frozen networks still and c3d: of a key frame and of the mean over clips
stcda        model, and the frozen backbones rgb and flow its features came from
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import torch

from i2v_core.exported import files
from i2v_core.exported.networks import MAKERS, Stores
from i2v_core.media import decoding, frames
from i2v_core.stages import detect_shots, extract_flow

DATASET, NAME = "own", "video"


class Network(Protocol):
    """One method's networks."""

    def probabilities(self, stores: Stores) -> np.ndarray:
        """Class probabilities (n, k) of the items of `stores`."""

    def features(self, stores: Stores) -> np.ndarray:
        """What the classifier reads of them (n, D)."""


@dataclass(frozen=True)
class Predictor:
    """An exported model that is ready. media: frames, flow, shots and clips, see `files`."""

    method: str
    classes: list[str]
    media: dict
    network: Network
    how: dict

    def predict(self, video: Path) -> np.ndarray:
        """Class probabilities float64 (k,) of a video file, of any length. Raises ValueError if it is not readable."""
        with tempfile.TemporaryDirectory(prefix="i2v-") as folder:
            stored, flow, shots = (Path(folder) / name for name in ("frames.h5", "flow.h5", "shots.csv"))
            size = self.media["frames"]
            found, rate = decoding.stream_video(video, short_side_px=size["short_side_px"])
            options = {"dataset": DATASET, "jpeg_quality": size["jpeg_quality"]}
            frames.write_store([(NAME, found, rate)], stored, **options)
            if self.media["flow"]:
                extract_flow.run(store=stored, out=flow, **self.media["flow"])
            if self.media["shots"]:
                detect_shots.run(store=stored, out=shots, **self.media["shots"])
            stores = Stores([(DATASET, NAME)], [stored], [flow], [shots], self.how)
            return np.asarray(self.network.probabilities(stores)[0], np.float64)


def load(path: Path, *, device: torch.device, batch_size: int = 32) -> Predictor:
    """The predictor of an exported model. Raises FileNotFoundError or ValueError for another file."""
    content = files.read(path)
    if content["method"] not in MAKERS:
        raise ValueError(f"{path}: method {content['method']!r} found, one of {', '.join(MAKERS)} wanted")
    media = {name: content[name] for name in files.MEDIA}
    how = {"batch_size": batch_size, "device": device}
    network = MAKERS[content["method"]](content, path, device)
    return Predictor(content["method"], content["classes"], media, network, how)
