"""What one stored pixel, one flow and one sample of a training step or prediction cost on this machine.

For `benchmarks.estimate`, which counts how many there are. Networks have the preset's sizes and random weights.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from i2v_core import params
from i2v_core.baselines import dann
from i2v_core.datasets.mini_world.clips import group_by_chance, render_clip
from i2v_core.datasets.mini_world.settings import Settings
from i2v_core.media import tvl1
from i2v_core.media.flow_store import write_flows
from i2v_core.media.frames import write_store
from i2v_core.methods.cfb import branch as cfb_branch
from i2v_core.models.i3d_steps import I3DSteps
from i2v_core.models.image import ImageModel
from i2v_core.models.video import VideoModel
from i2v_core.params import cfb as cfb_params

WIDTH_PX, HEIGHT_PX = 320, 240  # of UCF101's videos
DRAWN = {"actions": ("walk", "wave", "jump", "kick", "clap", "run"), "frames": 24}
FLOW_PAIRS = 4  # of each drawn clip


def stored(quality: int, bound_px: float) -> dict[str, float]:
    """Bytes of a pixel of stored frames and flows, and seconds of a flow of 320 x 240 px."""
    settings = Settings(video_width_px=WIDTH_PX, video_height_px=HEIGHT_PX)
    rng = np.random.default_rng(0)
    clips = {
        action: render_clip(
            action, group_by_chance(rng, settings), rng, settings, frames=DRAWN["frames"], with_depth=False
        )[0]
        for action in DRAWN["actions"]
    }
    starts = {action: frames[: FLOW_PAIRS + 1] for action, frames in clips.items()}
    tvl1.video_flow(starts["walk"][:2], tvl1.Settings(), backend="auto")  # compiled at its first use
    started = _clock()
    flows = {name: tvl1.video_flow(frames, tvl1.Settings(), backend="auto") for name, frames in starts.items()}
    seconds = (_clock() - started) / (len(flows) * FLOW_PAIRS)
    with tempfile.TemporaryDirectory() as folder:
        frames_at, flows_at = Path(folder) / "frames.h5", Path(folder) / "flows.h5"
        write_store(((k, v, 25.0) for k, v in clips.items()), frames_at, dataset="drawn", jpeg_quality=quality)
        write_flows(flows.items(), flows_at, dataset="drawn", bound_px=bound_px)
        pixels = len(clips) * WIDTH_PX * HEIGHT_PX
        return {
            "bytes a pixel of frames": frames_at.stat().st_size / (pixels * DRAWN["frames"]),
            "of flows": flows_at.stat().st_size / (pixels * FLOW_PAIRS),
            "seconds a flow": seconds,
        }


def of_samples(config: dict, device: torch.device, repeats: int, clips: int) -> dict[str, float]:
    """Seconds of one sample of each kind of training step and prediction, in steps of the preset's size."""
    image = params.image_settings(config, "e2h", "stage1")
    size, px = image["training"]["batch_size"], image["inputs"]["size_px"]
    net = ImageModel(classes=13, **image["model"]).to(device)
    side = SimpleNamespace(inputs=torch.rand(size, 3, px, px, device=device), labels=_labels(size, device))
    seen = {
        "image, trained": _timed(lambda: _step(net, lambda: sum(dann.losses(net, side, side, 0.5).values())), repeats)
        / (2 * size),
        "frame, predicted": _timed(lambda: _predicted(net, side.inputs), repeats) / size,
    }
    video = params.video_settings(config, "e2h", "stage2")
    net = VideoModel(classes=13, **video["model"]).to(device)
    shown = torch.rand(clips, video["inputs"]["frames"], 3, px, px, device=device)
    labels = _labels(clips, device)
    whole = _timed(lambda: _step(net, lambda: functional.cross_entropy(net(shown), labels)), repeats)
    seen["clip, trained"] = whole / clips
    seen["clip, predicted"] = _timed(lambda: _predicted(net, shown), repeats) / clips
    for kind, channels in (("RGB", 3), ("flow", 2)):
        trained, predicted = _of_branch(config, device, repeats, clips, channels)
        seen |= {f"{kind} clip of CFB, trained": trained, f"{kind} clip of CFB, predicted": predicted}
    return seen


def _of_branch(config: dict, device: torch.device, repeats: int, clips: int, channels: int) -> tuple[float, float]:
    """Seconds of a clip that a branch of CFB trains on, and of one that it predicts."""
    settings = cfb_params.rgb_settings(config, "e2h", "depth")
    inputs, method = settings["inputs"], {**settings["method"], "frames": settings["inputs"]["frames"]}
    branch = cfb_branch.Branch(I3DSteps(classes=13, **settings["model"], in_channels=channels), paces=0, sources=0)
    branch = branch.to(device)
    shape = (channels, inputs["size_px"], inputs["size_px"])
    shown, tested = (torch.rand(clips, inputs[name], *shape, device=device) for name in ("frames", "test_frames"))
    batch = {"source": SimpleNamespace(inputs=shown, labels=_labels(clips, device))}
    trained = _timed(lambda: _step(branch, lambda: sum(cfb_branch.losses(branch, batch, method).values())), repeats)
    branch.eval()
    return trained / clips, _timed(lambda: _predicted(branch.outputs, tested), repeats) / clips


def _labels(count: int, device: torch.device) -> torch.Tensor:
    return torch.arange(count, device=device) % 13


def _step(net: nn.Module, loss: Callable[[], torch.Tensor]) -> None:
    net.train()
    net.zero_grad()
    loss().backward()


def _predicted(net: Callable, inputs: torch.Tensor) -> None:
    if isinstance(net, nn.Module):
        net.eval()
    with torch.inference_mode():
        net(inputs)


def _clock() -> float:
    if not torch.cuda.is_available():
        return time.process_time()
    torch.cuda.synchronize()
    return time.perf_counter()


def _timed(work: Callable[[], object], repeats: int) -> float:
    """Median time, after one run that is not counted."""
    found = []
    for _ in range(repeats + 1):
        started = _clock()
        work()
        found.append(_clock() - started)
    return statistics.median(found[1:])
