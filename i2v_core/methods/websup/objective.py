"""The losses of both stages of web supervision: equations 1 to 5; they differ in the sources alone."""

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional

from i2v_core.batches import Batch
from i2v_core.losses.weighted_cross_entropy import weighted_cross_entropy
from i2v_core.models.gradient_reversal import ganin_coefficient
from i2v_core.models.target_attention import effective_sample_size
from i2v_core.models.web_heads import WebHeads

BATCH_NORM = ("joint", "per_branch")
REVERSAL = ("constant", "dann")


class Model(Protocol):
    """WebImageModel or WebVideoModel."""

    heads: WebHeads

    def layers(self, inputs: Tensor) -> list[Tensor]: ...

    def classify(self, embeddings: Tensor) -> Tensor: ...


def losses(
    model: Model,
    batch: dict[str, Batch],
    progress: float,
    *,
    sources: Sequence[str],
    attend: bool,
    adapt: bool,
    beta: float = 0.5,
    top_share: float = 0.9,
    bn_forward: str = "joint",
    reversal: str = "constant",
) -> dict[str, Tensor]:
    """Named terms: cross entropy of each of `sources` (image, video), weighted by alpha where a row attends, and beta
    times each discriminator's loss where it adapts.

    batch: those streams, and `target` without labels for attention and adaptation. progress: share of training done.
    bn_forward: `joint`, the branches pass as one batch, so that batch normalisation sees their mixture (Choice; the
    branches are tied), or `per_branch`, one after the other. reversal: the coefficient of the gradient, 1 (`constant`,
    3.5) or rising from 0 to 1 (`dann`).
    Raises ValueError for other words.
    """
    for name, value, known in (("bn_forward", bn_forward, BATCH_NORM), ("reversal", reversal, REVERSAL)):
        if value not in known:
            raise ValueError(f"websup.method.{name}: {value!r} found, one of {', '.join(known)} wanted")
    layers = _layers(model, {name: part.inputs for name, part in batch.items()}, joint=bn_forward == "joint")
    terms = {}
    for name in sources:
        embeddings, labels = layers[name][-1], batch[name].labels
        logits = model.classify(embeddings)
        if attend:
            alpha = model.heads.attention_of(name)(embeddings, layers["target"][-1], top_share=top_share)
            terms[name] = weighted_cross_entropy(logits, labels, alpha)
        else:
            terms[name] = functional.cross_entropy(logits, labels)
    if adapt:
        coefficient = 1.0 if reversal == "constant" else ganin_coefficient(progress)
        found = model.heads.domain_losses(layers, coefficient)
        terms |= {name: beta * value for name, value in found.items()}
    return terms


def attention_scores(model: Model, batch: dict[str, Batch], source: str, *, top_share: float) -> Tensor:
    """s_i of a source's samples against the target's of a batch, for the temperature -> (n,)."""
    layers = _layers(model, {name: batch[name].inputs for name in (source, "target")}, joint=True)
    return model.heads.attention_of(source).scores(layers[source][-1], layers["target"][-1], top_share=top_share)


def attention_report(alpha: Tensor, cross_entropy: Tensor) -> dict[str, float]:
    """What shows whether attention only favours what is easy: the largest weight, the effective sample size over n, and
    the rank correlation of weights and losses (Spearman), of one batch; alpha, cross_entropy (n,).
    """
    ranks = [part.argsort().argsort().double() for part in (alpha, cross_entropy)]
    correlation = torch.corrcoef(torch.stack(ranks))[0, 1].item()
    size = effective_sample_size(alpha).item() / len(alpha)
    return {"largest": alpha.max().item(), "effective_share": size, "rank_correlation": correlation}


def _layers(model: Model, inputs: dict[str, Tensor], *, joint: bool) -> dict[str, list[Tensor]]:
    if not joint:
        return {name: model.layers(part) for name, part in inputs.items()}
    sizes = [len(part) for part in inputs.values()]
    split = [layer.split(sizes) for layer in model.layers(torch.cat(list(inputs.values())))]
    return {name: [parts[place] for parts in split] for place, name in enumerate(inputs)}
