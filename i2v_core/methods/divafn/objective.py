"""The objective J of DIVAFN (equation 14): its eleven terms over all samples, and those that a batch takes part in."""

from dataclasses import dataclass, field

import torch
from torch import Tensor

from i2v_core.methods.divafn.autoencoders import decoder_error, encoder_error
from i2v_core.methods.divafn.likelihood import pair_likelihood

MODALITIES = ("image", "keyframe", "video")
PAIRS = {
    "image_video": ("image", "video"),
    "image_keyframe": ("image", "keyframe"),
    "keyframe_video": ("keyframe", "video"),
}
AUTOENCODERS = (*MODALITIES, "fused")
ALLOWED = {"optimiser": ("adam", "sgd"), "loss_reduction": ("sum", "mean", "dcmh")}


@dataclass(frozen=True)
class Settings:
    """Weights of the terms and how to train; the paper's values where it has one.

    image_video, image_keyframe, keyframe_video: a, b, c (table VIII). decoder, encoder: beta, lambda (IV.D); both 0
    leave the autoencoders out, which is DIVA of the ablations.
    iterations: outer ones; Choice: what the paper calls "iteration number". batch_size, lr: IV.B.
    optimiser: "adam" or "sgd", either without momentum of SGD. Deviation: Adam where the paper has SGD, since with the
    sums of (14) SGD at 1e-4 diverged on toy data, and at rates that hold it learned little.
    loss_reduction: "sum" as (14); "mean", divided by the n samples of the modality; "dcmh", by batch size times n, as
    in DCMH's code. Choice: the paper does not say how the sum and the rate go together; for Adam it hardly matters.
    weight_decay: Choice: none, the paper has none; DCMH has 5e-4. solver: see `sylvester.semantic_weights`.
    Raises ValueError for values that are not among those allowed.
    """

    image_video: float = 0.1
    image_keyframe: float = 0.1
    keyframe_video: float = 1.0
    decoder: float = 0.1
    encoder: float = 0.01
    iterations: int = 100
    batch_size: int = 64
    lr: float = 1e-4
    optimiser: str = "adam"
    loss_reduction: str = "sum"
    weight_decay: float = 0.0
    solver: str = "auto"

    def __post_init__(self) -> None:
        for name, allowed in ALLOWED.items():
            if (found := getattr(self, name)) not in allowed:
                raise ValueError(f"{name}: {found!r} found, one of {', '.join(allowed)} wanted")
        for name in (*PAIRS, "decoder", "encoder", "weight_decay"):
            if not (found := getattr(self, name)) >= 0:
                raise ValueError(f"{name}: {found} found, 0 or more wanted")
        for name in ("iterations", "batch_size"):
            if not (found := getattr(self, name)) >= 1:
                raise ValueError(f"{name}: {found} found, 1 or more wanted")
        if not self.lr > 0:
            raise ValueError(f"lr: {self.lr} found, a number above 0 wanted")
        if self.encoder > 0 and self.decoder == 0:
            raise ValueError(f"decoder: 0 found with encoder {self.encoder}; set both to 0 (DIVA), or decoder above 0")

    @property
    def has_autoencoders(self) -> bool:
        return self.decoder > 0


@dataclass
class State:
    """All that (14) is made of, and that stays as it is while a network is trained.

    features: the networks' outputs (n, d) of "image", "keyframe" and "video", transposed F, H and G; keyframes and
    videos row by row of one clip, images any number. labels: (n,) of each modality. class_vectors (C, k).
    weights: W (k, d) of each modality and "fused" (k, 2 d); empty without autoencoders.
    """

    features: dict[str, Tensor]
    labels: dict[str, Tensor]
    class_vectors: Tensor
    weights: dict[str, Tensor] = field(default_factory=dict)

    def inputs(self, autoencoder: str) -> tuple[Tensor, Tensor]:
        """X^T (n, q) and S^T (n, k) of an autoencoder."""
        if autoencoder == "fused":
            rows = torch.cat([self.features["keyframe"], self.features["video"]], dim=1)
            return rows, self.class_vectors[self.labels["video"]]
        return self.features[autoencoder], self.class_vectors[self.labels[autoencoder]]


def objective(state: State, settings: Settings) -> dict[str, Tensor]:
    """The eleven terms of (14) with their weights; their sum is J. Those of autoencoders are absent without them.

    -> `image_video`, `image_keyframe`, `keyframe_video`, `decoder_<which>`, `encoder_<which>` for which = image,
    keyframe, video, fused. Each is a sum over samples or pairs, not a mean.
    """
    terms = {
        name: getattr(settings, name)
        * pair_likelihood(state.features[left], state.labels[left], state.features[right], state.labels[right])
        for name, (left, right) in PAIRS.items()
    }
    for which, weights in state.weights.items():
        terms |= _autoencoder_terms(which, *state.inputs(which), weights, settings)
    return terms


def batch_terms(modality: str, rows: Tensor, index: Tensor, state: State, settings: Settings) -> dict[str, Tensor]:
    """The part of `objective` that these outputs of one network have a share in, all else as `state` has it.

    Pairs of each row with all samples of the two other modalities, the modality's own autoencoder, and Auto-E on the
    keyframe and video of the same clip. Over all samples its gradient is the correct form of equations 15 to 17.
    rows (b, d): new outputs for the samples `index` (b,) of `modality`; `state.features[modality]` is not read.
    Terms with weight 0 are left out.
    """
    terms, labels = {}, state.labels[modality][index]
    for name, pair in PAIRS.items():
        weight = getattr(settings, name)
        if modality in pair and weight > 0:
            other = pair[1 - pair.index(modality)]
            terms[name] = weight * pair_likelihood(rows, labels, state.features[other], state.labels[other])
    if not state.weights:
        return terms
    semantics = state.class_vectors[labels]
    terms |= _autoencoder_terms(modality, rows, semantics, state.weights[modality], settings)
    if modality != "image":
        parts = [rows if part == modality else state.features[part][index] for part in ("keyframe", "video")]
        terms |= _autoencoder_terms("fused", torch.cat(parts, dim=1), semantics, state.weights["fused"], settings)
    return terms


def diagnostics(state: State) -> dict[str, float]:
    """What J does not show: lengths of features, on which it depends which half of an autoencoder wins, and the halves.

    -> `norm_<modality>`, the mean length; `encoder_gap_<which>`, |W X - S| / |S|, and `decoder_gap_<which>`,
    |X - W^T S| / |X|, of each autoencoder.
    """
    found = {f"norm_{name}": rows.norm(dim=1).mean().item() for name, rows in state.features.items()}
    for which, weights in state.weights.items():
        rows, semantics = state.inputs(which)
        found[f"encoder_gap_{which}"] = (encoder_error(rows, semantics, weights).sqrt() / semantics.norm()).item()
        found[f"decoder_gap_{which}"] = (decoder_error(rows, semantics, weights).sqrt() / rows.norm()).item()
    return found


def _autoencoder_terms(
    which: str, rows: Tensor, semantics: Tensor, weights: Tensor, settings: Settings
) -> dict[str, Tensor]:
    return {
        f"decoder_{which}": settings.decoder * decoder_error(rows, semantics, weights),
        f"encoder_{which}": settings.encoder * encoder_error(rows, semantics, weights),
    }
