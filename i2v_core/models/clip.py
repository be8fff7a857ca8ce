"""CLIP as the RGB branch of CFB: the image tower on each frame, against fixed embeddings of the class names."""

import re

import torch
import transformers
from torch import Tensor, nn
from torch.nn import functional

from i2v_core import ranks
from i2v_core.models import hub

WHAT = "CLIP"
TOKENIZER = (("tokenizer.json", "vocab.json"), ("tokenizer.json", "merges.txt"))
NETWORK = {"what": WHAT, "kinds": ("clip",), "parts": TOKENIZER}
MEAN = (0.48145466, 0.4578275, 0.40821073)  # of R, G, B in [0, 1], which all public CLIP weights were trained with
DEVIATION = (0.26862954, 0.26130258, 0.27577711)
VISION = (  # of transformers' CLIPVisionConfig, what decides the tower
    "hidden_size",
    "intermediate_size",
    "num_hidden_layers",
    "num_attention_heads",
    "num_channels",
    "image_size",
    "patch_size",
    "hidden_act",
    "layer_norm_eps",
    "attention_dropout",
)


class ClipFrames(nn.Module):
    """CLIP's image tower on single frames; logits exp(logit_scale) cos(frame, text of the class) (CFB, CLIP variant).

    classes: outputs k. vision_config: arguments of transformers' CLIPVisionConfig, `projection_dim` d and `hidden_act`
    (QuickGELU in OpenAI's weights) among them. `from_pretrained` fills in what the constructor leaves empty: weights,
    the texts' embeddings `text` (k, d) and `logit_scale` (), which are part of the state dict.
    Choice: texts and scale stay fixed, only the image tower is trained; each frame is classified by itself, so that
    the frame-level loss and the mean over frames are those of the I3D branch.
    """

    def __init__(self, *, classes: int, vision_config: dict) -> None:
        super().__init__()
        config = transformers.CLIPVisionConfig(**vision_config)
        self.size_px, self.feature_dim = config.image_size, config.projection_dim
        self.tower = transformers.CLIPVisionModelWithProjection(config)
        self.register_buffer("text", torch.zeros(classes, self.feature_dim))
        self.register_buffer("logit_scale", torch.zeros(()))
        for name, values in (("mean", MEAN), ("deviation", DEVIATION)):
            self.register_buffer(name, torch.tensor(values).view(3, 1, 1), persistent=False)

    def steps(self, clip: Tensor) -> Tensor:
        """Embedding of each frame, of length 1: clip (n, t, 3, h, w) in [0, 1], any size -> (n, t, d).

        Choice: frames are squashed to the tower's size bicubically and smoothed where they shrink, since crops are
        square by then. Raises ValueError for another shape.
        """
        if clip.ndim != 5 or clip.shape[2] != 3:
            raise ValueError(f"clip: shape {tuple(clip.shape)} found, (n, t, 3, h, w) wanted")
        frames = clip.flatten(0, 1)
        size = (self.size_px, self.size_px)
        if frames.shape[-2:] != size:
            frames = functional.interpolate(frames, size, mode="bicubic", align_corners=False, antialias=True)
        embedded = ranks.share(self._embedded, (frames.clamp(0, 1) - self.mean) / self.deviation)
        return functional.normalize(embedded.float(), dim=1).unflatten(0, clip.shape[:2])

    def _embedded(self, frames: Tensor) -> Tensor:
        return self.tower(pixel_values=frames).image_embeds

    def classify(self, steps: Tensor) -> Tensor:
        """Class logits of each frame: (n, t, d) -> (n, t, k), in 32 bits, as the scale is about 100."""
        with torch.autocast(steps.device.type, enabled=False):
            return self.logit_scale.exp() * functional.normalize(steps.float(), dim=-1) @ self.text.T

    def forward(self, clip: Tensor) -> Tensor:
        """Class logits of the clip, the mean over its frames: (n, t, 3, h, w) -> (n, k)."""
        return self.classify(self.steps(clip)).mean(dim=1)

    def backbone_parameters(self) -> list[nn.Parameter]:
        """Parameters of the image tower with its projection; all that is trained."""
        return list(self.tower.parameters())

    def new_parameters(self) -> list[nn.Parameter]:
        """None: the classifier is the class names' text."""
        return []


def from_pretrained(source: str, class_names: list[str], *, prompt: str) -> tuple[ClipFrames, dict]:
    """The branch from a CLIP folder or hub id, and the constructor's arguments that `models.saved` keeps.

    source: folder of config.json, model.safetensors and tokenizer (tokenizer.json, or vocab.json and merges.txt), or a
    hub id, openai/clip-vit-base-patch32 in CFB. prompt: text with {} for the class, there 'a video of a person {}.'.
    Raises FileNotFoundError for a folder that lacks a file, OSError if a hub id cannot be had, ValueError for another
    kind of network, weights that do not fit and a prompt without {}.
    """
    network = hub.load_network(source, transformers.CLIPModel, **NETWORK)
    tokenizer = hub.load_part(source, transformers.CLIPTokenizer, what=WHAT)
    return frames_model(network, tokenizer, class_names, prompt=prompt)


def frames_model(
    network: transformers.CLIPModel, tokenizer: transformers.CLIPTokenizer, class_names: list[str], *, prompt: str
) -> tuple[ClipFrames, dict]:
    """As `from_pretrained`, from a loaded network, whose image tower is copied."""
    vision = network.config.vision_config
    config = {name: getattr(vision, name) for name in VISION}
    arguments = {"vision_config": {**config, "projection_dim": network.config.projection_dim}}
    model = ClipFrames(classes=len(class_names), **arguments)
    parts = ("vision_model.", "visual_projection.")
    model.tower.load_state_dict({key: value for key, value in network.state_dict().items() if key.startswith(parts)})
    with torch.no_grad():
        found = text_embeddings(network, tokens(tokenizer, class_names, prompt=prompt, network=network))
        model.text.copy_(functional.normalize(found, dim=1))
        model.logit_scale.copy_(network.logit_scale)
    return model, arguments


def tokens(
    tokenizer: transformers.CLIPTokenizer, class_names: list[str], *, prompt: str, network: transformers.CLIPModel
) -> dict[str, Tensor]:
    """Token numbers and mask (k, length) of the prompts of the classes.

    Choice: BrushingTeeth and brushing_teeth become "Brushing Teeth" and "brushing teeth", as CLIP knows words.
    Raises ValueError for a prompt without {}.
    """
    if prompt.count("{}") != 1:
        raise ValueError(f"prompt: {prompt!r} found, a text with one {{}} for the class wanted; see params.yaml")
    words = [re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.replace("_", " ")) for name in class_names]
    texts = [prompt.replace("{}", word) for word in words]
    longest = network.config.text_config.max_position_embeddings
    return dict(tokenizer(texts, padding=True, truncation=True, max_length=longest, return_tensors="pt"))


def text_embeddings(network: transformers.CLIPModel, tokens: dict[str, Tensor]) -> Tensor:
    """Embeddings of texts, not normalised: what `tokens` gives -> (k, d)."""
    return network.text_projection(network.text_model(**tokens).pooler_output)
