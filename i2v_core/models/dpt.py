"""Depth networks of transformers: DPT (MiDaS 3.0 and 3.1, with BEiT too) and Depth Anything."""

from dataclasses import dataclass

import numpy as np
import torch
import transformers
from torch import nn
from torch.nn import functional

from i2v_core.models import hub

WHAT = "depth model"
NETWORK = {
    "what": WHAT,
    "kinds": ("dpt", "depth_anything"),
    "parts": (("preprocessor_config.json", "processor_config.json"),),
}
# The topmost fusion layer has nothing to fuse; public DPT files may lack the unit, which is never run.
UNUSED = "neck.fusion_stage.layers.0.residual_layer1."


@dataclass(frozen=True)
class Dpt:
    """network: in evaluation mode, on the CPU; processor: resizes and normalises images as the network expects."""

    network: nn.Module
    processor: transformers.BaseImageProcessor


def load_dpt(source: str) -> Dpt:
    """A depth network by folder (config.json, preprocessor_config.json, model.safetensors) or by hub id.

    Hub ids are downloaded, for example Intel/dpt-beit-large-512, the paper's MiDaS; a folder never asks the network.
    Raises FileNotFoundError for a folder without one of the three, OSError if a hub id cannot be had, ValueError for a
    network of another kind, one of metric depth, and weights that do not fit.
    """
    network = hub.load_network(source, transformers.AutoModelForDepthEstimation, **NETWORK, unused=(UNUSED,))
    if getattr(network.config, "depth_estimation_type", "relative") != "relative":
        raise ValueError(f"{WHAT} {source!r}: metric depth found, relative inverse depth wanted; take another model")
    return Dpt(network, hub.load_part(source, transformers.AutoImageProcessor, what=WHAT))


@torch.inference_mode()
def inverse_depth(model: Dpt, images: list[np.ndarray]) -> list[np.ndarray]:
    """Relative inverse depth float32 (h, w), larger is nearer, of each image uint8 RGB (h, w, 3).

    The processor resizes (for MiDaS: the side whose scale is nearer to 1 decides, aspect kept, multiples of 32) and
    normalises; the map is resized back bicubically, as MiDaS does, and clipped at 0. Images of one shape run together.
    Choice: transformers' resizing, which smooths where it shrinks; MiDaS's own does not.
    """
    device = next(model.network.parameters()).device
    by_shape: dict[tuple, list[int]] = {}
    for number, image in enumerate(images):
        by_shape.setdefault(image.shape, []).append(number)
    found: list[np.ndarray] = [np.empty(0)] * len(images)
    for shape, numbers in by_shape.items():
        same = [images[number] for number in numbers]
        inputs = model.processor(images=same, input_data_format="channels_last", return_tensors="pt")
        maps = model.network(pixel_values=inputs["pixel_values"].to(device)).predicted_depth
        maps = functional.interpolate(maps[:, None].float(), size=shape[:2], mode="bicubic", align_corners=False)
        for number, one in zip(numbers, maps[:, 0].clamp(min=0).cpu().numpy(), strict=True):
            found[number] = one
    return found
