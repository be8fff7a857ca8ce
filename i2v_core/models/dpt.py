"""Depth networks of transformers: DPT (MiDaS 3.0 and 3.1, with BEiT too) and Depth Anything."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import transformers
from torch import nn
from torch.nn import functional

KINDS = ("dpt", "depth_anything")
WEIGHTS = ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json")
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
    transformers.utils.logging.disable_progress_bar()
    is_local = Path(source).is_dir()
    if is_local:
        _check_files(Path(source))
    try:
        config = transformers.AutoConfig.from_pretrained(source, local_files_only=is_local)
        _check_kind(config, source)
        network, facts = transformers.AutoModelForDepthEstimation.from_pretrained(
            source, local_files_only=is_local, dtype=torch.float32, output_loading_info=True
        )
        processor = transformers.AutoImageProcessor.from_pretrained(source, local_files_only=is_local)
    except OSError as error:
        reason = str(error).splitlines()[0]
        raise OSError(
            f"depth model {source!r}: no folder of that name, and no download ({reason}); give a folder with "
            "config.json, preprocessor_config.json and model.safetensors as depth.model"
            if not is_local
            else f"depth model {source!r}: not readable ({reason}); fetch its files again"
        ) from None
    except RuntimeError as error:  # weights of another shape
        raise ValueError(f"depth model {source!r}: weights do not fit ({str(error).splitlines()[-1]})") from None
    missing = sorted(key for key in facts["missing_keys"] if not key.startswith(UNUSED))
    if missing:
        raise ValueError(
            f"depth model {source!r}: {len(missing)} weights missing {missing[:3]}; the whole network's file wanted"
        )
    return Dpt(network.eval(), processor)


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


def _check_files(folder: Path) -> None:
    parts = [("config.json",), ("preprocessor_config.json", "processor_config.json"), WEIGHTS]
    missing = [names[0] for names in parts if not any((folder / name).is_file() for name in names)]
    if missing:
        raise FileNotFoundError(
            f"{folder}: {', '.join(missing)} missing; a folder with config.json, preprocessor_config.json and "
            "model.safetensors wanted, as transformers saves a depth network"
        )


def _check_kind(config: transformers.PreTrainedConfig, source: str) -> None:
    if config.model_type not in KINDS:
        raise ValueError(
            f"depth model {source!r}: a network of kind {config.model_type!r} found, one of {', '.join(KINDS)} wanted"
        )
    if getattr(config, "depth_estimation_type", "relative") != "relative":
        raise ValueError(f"depth model {source!r}: one of metric depth found, one of relative inverse depth wanted")
