"""Which networks are trained, from which weights, on pictures of which size: public weights, or small stand-ins."""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from i2v_core.own.choice import Choice

STAND_IN = "stand-in"
SMALL_BATCH = {"image": 32, "video": 16, "cfb": 16, "websup_image": 32, "websup_video": 10, "stcda": 64}
SMALL_STEPS = {"source_only": 200, "image": 100, "video": 170, "cfb": 200, "stcda": 250}
FULL_STEPS = {"source_only": 1000, "image": 2000, "video": 1500, "cfb": 3000, "stcda": 6000}
# Names of params.yaml and the values of workflow/presets/paper.yaml for public weights, where the mini world's differ.
IMAGENET = {
    "image_model.backbone_options": {"channels": [64, 128, 256, 512]},
    "image_model.freeze_until": "layer3",
    "image_model.size_px": 224,
    "image_model.short_side_px": 224,
    "image_model.crop_scale": [0.08, 1.0],
    "training.image": {"optimiser": "sgd", "lr": 0.001, "backbone_factor": 1.0, "schedule": "constant"},
    "websup.image.inputs": {"size_px": 224, "short_side_px": 256},
    "websup.discriminator.hidden_dim": 256,
    "websup.duplicates": {"threshold": 0.9, "compared": "plain"},
}
KINETICS = {
    "video_model": {"width": 1.0, "dropout": 0.5, "statistics_momentum": 0.01, "size_px": 224, "short_side_px": 256},
    "video_model.crop_scales": [1.0, 0.8],
    "video_model.frames": 64,
    "video_model.clips": 3,
    "training.video": {
        "optimiser": "sgd",
        "batch_size": 24,
        "lr": 0.01,
        "backbone_factor": 0.1,
        "schedule": "constant",
    },
    "cfb.inputs": {"frames": 16, "test_frames": 32, "resize_px": 256, "size_px": 224},
    "clip_features.inputs": {"frames": 16, "resize_px": 256, "size_px": 224},
    "synthesis.frames": 16,
    "flow.bound_px": 20.0,
}
KEYS = {  # of params.yaml: a method's weights, by kind of network
    "source-only": {"image": ["image_model.weights"]},
    "cycda": {"image": ["image_model.weights"], "video": ["video_model.weights"]},
    "cfb": {"video": ["video_model.weights"], "flow": ["cfb.weights.flow"]},
    "websup": {"image": ["websup.image.weights", "image_model.weights"]},
    "stcda": {"video": ["clip_features.weights.rgb"], "flow": ["clip_features.weights.flow"]},
    "divafn": {"image": ["divafn.stills.weights"]},
}


@dataclass(frozen=True)
class Networks:
    """image, video, flow: `stand-in`, or where public weights come from: `timm` (image alone), or a file."""

    image: str = STAND_IN
    video: str = STAND_IN
    flow: str = STAND_IN

    @property
    def frames_per_video(self) -> int:
        """Of a video and epoch, for the image model, as in the presets."""
        return 3 if self.image == STAND_IN else 5

    @property
    def bank_size(self) -> int:
        """Most flows of a class in the memory bank, as in the presets."""
        return 12 if self.video == STAND_IN else 60

    @property
    def short_side_px(self) -> int | None:
        """Of stored frames; None for that of params.yaml."""
        return None if {self.image, self.video} == {STAND_IN} else 256

    @property
    def batch(self) -> dict[str, int]:
        """Sizes of batches in the presets."""
        return SMALL_BATCH | ({} if self.video == STAND_IN else {"video": KINETICS["training.video"]["batch_size"]})

    @property
    def steps(self) -> dict[str, int]:
        """Steps of a training, by its kind."""
        image, video = (FULL_STEPS if name != STAND_IN else SMALL_STEPS for name in (self.image, self.video))
        return {"source_only": image["source_only"], "image": image["image"]} | {
            name: video[name] for name in ("video", "cfb", "stcda")
        }

    def used(self, method: str) -> dict[str, str]:
        """Weights that a method starts from, by kind of network."""
        return {kind: weights for kind, weights in vars(self).items() if kind in KEYS[method]}

    def check(self, method: str) -> None:
        """Raises ValueError where one of the RGB and flow networks, which share a width, has public weights alone."""
        used = self.used(method)
        if {"video", "flow"} <= used.keys() and (used["video"] == STAND_IN) != (used["flow"] == STAND_IN):
            raise ValueError(
                f"method {method}: one of --video-weights and --flow-weights found, both or neither wanted: both "
                "networks have the same width"
            )

    def choices(self, method: str) -> list[Choice]:
        """Weights and sizes of what a method trains, as choices."""
        used, found = self.used(method), []
        if used.get("image", STAND_IN) != STAND_IN:
            why = "ImageNet weights: the sizes and rates of workflow/presets/paper.yaml"
            found += [Choice(key, value, why) for key, value in IMAGENET.items()]
        if used.get("video", STAND_IN) != STAND_IN:
            why = "Kinetics weights: the sizes and rates of workflow/presets/paper.yaml"
            found += [Choice(key, value, why) for key, value in KINETICS.items()]
        for kind, weights in used.items():
            value, why = ("pretrained", "a small stand-in") if weights == STAND_IN else (weights, "given, or found")
            found += [Choice(key, value, why) for key in KEYS[method][kind]]
        return found

    def warnings(self, method: str) -> list[str]:
        """What the report says of stand-ins, in plain words."""
        wanted = {
            "image": "ImageNet weights of timm (--image-weights timm, or a file)",
            "video": "a Kinetics I3D file (--video-weights FILE)",
            "flow": "a file of I3D's flow network (--flow-weights FILE)",
        }
        return [
            f"The {kind} network starts from a small stand-in, trained for minutes on drawn figures, not on real ones. "
            f"Expect far lower accuracy than with public weights; give {wanted[kind]}."
            for kind, weights in self.used(method).items()
            if weights == STAND_IN
        ]


def resolve(image: str, video: str, flow: str, *, backbone: str = "resnet18") -> Networks:
    """Networks from the options of the command line: `auto`, `stand-in`, for images `timm`, or a file.

    auto: for images timm's weights of the backbone if they are stored here or can be downloaded now, otherwise the
    stand-in; for videos the stand-in, as public Kinetics files of I3D have no hub.
    Raises FileNotFoundError for a file that is not there, ValueError for a backbone that timm does not have.
    """
    if image == "auto":
        with ProcessPoolExecutor(1) as other:  # timm brings torch along, which would stay here to the end of the run
            image = "timm" if other.submit(_timm_is_there, backbone).result() else STAND_IN
    found = {"image": image, "video": video, "flow": flow}
    for kind, name in found.items():
        found[kind] = STAND_IN if name == "auto" else name
        if found[kind] not in (STAND_IN, *(("timm",) if kind == "image" else ())) and not Path(name).is_file():
            wanted = "auto, stand-in, timm or a file" if kind == "image" else "auto, stand-in or a file"
            raise FileNotFoundError(f"--{kind}-weights: {name!r} found, no such file; {wanted} wanted")
    return Networks(**found)


def _timm_is_there(backbone: str, timeout_sec: float = 3.0) -> bool:
    """Whether timm's weights of the backbone are stored here or a server answers that has them."""
    import timm
    from huggingface_hub import HfApi, constants, try_to_load_from_cache

    if not timm.is_model(backbone):
        raise ValueError(f"image_model.backbone: {backbone!r} found, a model of timm wanted (timm.list_models())")
    published = timm.get_pretrained_cfg(backbone, allow_unregistered=True)
    if published is None or not published.hf_hub_id:
        return False
    source = published.hf_hub_id
    if any(
        isinstance(try_to_load_from_cache(source, name), str) for name in ("model.safetensors", "pytorch_model.bin")
    ):
        return True
    if constants.HF_HUB_OFFLINE:
        return False
    try:
        HfApi().model_info(source, timeout=timeout_sec)
    except Exception:  # no network has many shapes
        return False
    return True
