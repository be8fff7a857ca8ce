"""The objective of STCDA in its three stages (equation 10, section 4.2), and the pseudo labels of the third."""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from i2v_core.batches import Batch
from i2v_core.losses.domain import domain_cross_entropy
from i2v_core.methods.stcda.clustering import Arrays, Assignment, cluster
from i2v_core.methods.stcda.network import Features, TwoStream
from i2v_core.methods.stcda.pseudo_labels import PseudoLabels
from i2v_core.methods.stcda.settings import Settings
from i2v_core.methods.stcda.stcl import Banks, contrastive_terms
from i2v_core.methods.stcda.vca import video_contrastive_alignment
from i2v_core.models import running_statistics
from i2v_core.models.gradient_reversal import ganin_coefficient, reverse_gradient
from i2v_core.models.heads import perceptron

CLEAN, CORRUPTED, SECOND = range(3)  # along the second axis of training inputs


def nets_of(model: TwoStream, settings: Settings, videos: dict[str, int]) -> nn.ModuleDict:
    """The networks with what training keeps beside them: pseudo labels, memory banks, domain discriminators.

    videos: training videos of "source" and "target". Only the discriminators depend on the stage, see `continued`.
    """
    nets = nn.ModuleDict({"model": model, "pseudo_labels": PseudoLabels(model.views, videos["target"])})
    stream = next(iter(model.streams.values()))
    if settings.has_contrast:
        contrasted = {domain: count for domain, count in videos.items() if domain in settings.domains}
        sizes = {"segments": stream.segments, "dim": stream.dim, "momentum": settings.momentum}
        nets["banks"] = Banks(model.views, contrasted, **sizes)
    if settings.is_adversarial:
        hidden = settings.discriminator_dim
        nets["discriminators"] = nn.ModuleDict(
            {
                view: nn.ModuleDict({level: perceptron(stream.dim, hidden, 2) for level in Features._fields})
                for view in model.views
            }
        )
    return nets


def continued(nets: nn.ModuleDict, state: dict[str, Tensor]) -> dict[str, Tensor]:
    """The state dict of the stage before, completed for these nets: discriminators begin in stage 3 as they are."""
    begun = {name: value for name, value in nets.state_dict().items() if name.startswith("discriminators.")}
    return {**begun, **state}


def new_parameters(nets: nn.ModuleDict) -> list[nn.Parameter]:
    """Parameters of the networks beyond the encoders, and of the discriminators."""
    discriminators = nets["discriminators"].parameters() if "discriminators" in nets else []
    return [*nets["model"].new_parameters(), *discriminators]


def losses(
    nets: nn.ModuleDict, batch: dict[str, Batch], settings: Settings, *, progress: float, generator: torch.Generator
) -> dict[str, Tensor]:
    """The terms of L = L_CE + alpha L_Contrast + beta D_VCA, each with its weight in it, by stage.

    Stage 1: L_Contrast alone, with weight 1; stage 2: beta = 0; stage 3: all.
    batch: `source` and `target`, inputs (n, 2, S, ...): the second axis is clean, corrupted and, for a single view with
    contrast of videos, a second clean sample; the third the S clips. index: the video's position in its domain; labels:
    of the source. `aligned_source`, `aligned_target`: batches drawn class by class for the alignment alone, of which
    only the clean clips are read (see `sampling`); without them it is on `source` and `target`. Target labels are never
    read; `relabel` gives pseudo labels.
    progress: of this stage, in [0, 1]. generator: of all draws of negatives.
    A term with weight 0 is left out with all that only it needs: alpha = beta = 0 is source only. Cross entropy,
    contrast and alignment are summed over the views, which share no parameter.
    Choice: domains, and clean and corrupted clips, pass through the networks one after the other, so that batch
    normalisation sees one kind at a time. Its running statistics, which the test uses, are of the clean clips alone:
    corrupted clips and second samples are normalised by their batch and leave none. Stored features, which meet no
    batch normalisation, pass together.
    """
    model, terms = nets["model"], {}
    has_contrast = settings.stage == 1 or settings.alpha > 0
    has_alignment = settings.stage == 3 and settings.beta > 0
    aligned = _aligned(batch, settings) if has_alignment else {}
    wanted = {"source"} if settings.stage > 1 else set()
    wanted |= set(settings.domains if has_contrast else ()) | set(aligned.values())
    clean = _clean(model, {name: part.inputs[:, CLEAN] for name, part in batch.items() if name in wanted})
    if settings.stage > 1:
        parts = [_cross_entropy(model, view, clean["source"], batch["source"].labels) for view in model.views]
        terms["classification"] = torch.stack(parts).sum()
    if has_contrast:
        weight = 1.0 if settings.stage == 1 else settings.alpha
        found = _contrast(nets, batch, clean, settings, generator)
        warm = min(1.0, progress / settings.video_warm_up) if settings.video_warm_up else 1.0
        weights = {"clip": weight, "video": weight * warm}
        terms |= {f"{level}_contrast": weights[level] * term for level, term in found.items()}
    if has_alignment and settings.alignment == "vca":
        parts = [_alignment(nets, batch, clean, aligned, view) for view in model.views]
        terms["alignment"] = settings.beta * torch.stack(parts).sum()
    elif has_alignment:
        parts = [_adversarial(nets, clean, view, progress) for view in model.views]
        terms["adversarial"] = settings.beta * torch.stack(parts).sum()
    return terms


def relabel(
    nets: nn.ModuleDict, features_src: Arrays, labels_src: np.ndarray, features_tgt: Arrays, settings: Settings
) -> Assignment | None:
    """Clusters the target's training videos and takes their pseudo labels; to be called before each epoch of stage 3.

    features: view -> V in evaluation mode, see `network.video_features`; rows in the order of the batches' indices.
    -> what was found; None where labels are fixed and there already.
    Choice: once per epoch; the paper says "updated".
    """
    if settings.pseudo_labels == "fixed" and nets["pseudo_labels"].assigned:
        return None
    classes = next(iter(nets["model"].streams.values())).classifier.out_features
    found = cluster(
        features_src,
        labels_src,
        features_tgt,
        classes=classes,
        fuse=settings.fuse,
        match=settings.match,
        tolerance=settings.tolerance,
        iterations=settings.iterations,
        filter_threshold=settings.filter_threshold,
        min_per_class=settings.min_per_class,
    )
    nets["pseudo_labels"].assign(found)
    return found


def _clean(model: TwoStream, inputs: dict[str, Tensor]) -> dict[str, dict[str, Features]]:
    """v and V of each stream of a batch, by view."""
    if running_statistics.mixes_rows(model) or not inputs:
        return {name: model.features(part) for name, part in inputs.items()}
    joint, sizes = model.features(torch.cat(list(inputs.values()))), [len(part) for part in inputs.values()]
    parts = {view: [tensor.split(sizes) for tensor in found] for view, found in joint.items()}
    return {
        name: {view: Features(*(column[place] for column in columns)) for view, columns in parts.items()}
        for place, name in enumerate(inputs)
    }


def _aligned(batch: dict[str, Batch], settings: Settings) -> dict[str, str]:
    """Which streams of the batch are aligned, by domain. Choice: discriminators see the plain batches, not by class."""
    is_class_aware = settings.alignment == "vca" and "aligned_source" in batch
    return {domain: f"aligned_{domain}" if is_class_aware else domain for domain in ("source", "target")}


def _cross_entropy(model: TwoStream, view: str, features: dict[str, Features], labels: Tensor) -> Tensor:
    outputs = model.streams[view].outputs(features[view])
    return functional.cross_entropy(outputs.flatten(0, 1), labels.repeat_interleave(outputs.shape[1]))


def _contrast(
    nets: nn.ModuleDict,
    batch: dict[str, Batch],
    clean: dict[str, dict[str, Features]],
    settings: Settings,
    generator: torch.Generator,
) -> dict[str, Tensor]:
    """Equation 4 over the videos of all contrasted domains together."""
    model, banks = nets["model"], nets["banks"]
    parts = {domain: batch[domain] for domain in banks.first}
    for domain, part in parts.items():
        if part.inputs.ndim < 4 or part.inputs.shape[1] <= CORRUPTED:
            shape = tuple(part.inputs.shape)
            raise ValueError(f"{domain} inputs: shape {shape} found, (n, 2, S, ...) with corrupted clips wanted")
    features = {view: _joined([clean[domain][view] for domain in parts]) for view in model.views}
    second = None
    with running_statistics.held(model):
        corrupted = {
            view: torch.cat(
                [model.streams[view].clips(model.part(part.inputs[:, CORRUPTED], view)) for part in parts.values()]
            )
            for view in model.views
        }
        has_second = all(part.inputs.shape[1] > SECOND for part in parts.values())
        if "video" in settings.levels and len(model.views) == 1 and has_second:
            samples = [model.features(part.inputs[:, SECOND]) for part in parts.values()]
            second = {view: _joined([sample[view] for sample in samples]) for view in model.views}
    videos = torch.cat([banks.positions(domain, part.index) for domain, part in parts.items()])
    return contrastive_terms(model, features, corrupted, banks, videos, settings, generator=generator, second=second)


def _joined(parts: list[Features]) -> Features:
    return Features(*(torch.cat(tensors) for tensors in zip(*parts, strict=True)))


def _alignment(
    nets: nn.ModuleDict,
    batch: dict[str, Batch],
    clean: dict[str, dict[str, Features]],
    aligned: dict[str, str],
    view: str,
) -> Tensor:
    """D_VCA of a view under the true labels of the source and its pseudo labels of the target, where there is one."""
    source, target = (clean[aligned[domain]][view] for domain in ("source", "target"))
    labels = nets["pseudo_labels"].of(view, batch[aligned["target"]].index)
    has_label = labels >= 0
    return video_contrastive_alignment(
        *source,
        batch[aligned["source"]].labels,
        target.clips[has_label],
        target.videos[has_label],
        labels[has_label],
        classes=nets["model"].streams[view].classifier.out_features,
    )


def _adversarial(nets: nn.ModuleDict, clean: dict[str, dict[str, Features]], view: str, progress: float) -> Tensor:
    """Cross entropy of domain discriminators behind gradient reversal, in place of D_VCA (table 6b).

    Choice: one on clips and one on videos of each view, as VCA has both levels; the coefficient rises by Ganin's
    schedule. The paper says no more than "adversarial loss" and GRL.
    Choice: features enter at length 1. Contrast, which is of cosines, lets their length grow, and SGD on discriminators
    of long features diverges within an epoch.
    """
    coefficient = ganin_coefficient(progress)
    found = []
    for level, discriminator in nets["discriminators"][view].items():
        features = [getattr(clean[domain][view], level).flatten(0, -2) for domain in ("source", "target")]
        rows = [functional.normalize(part.float(), dim=1) for part in features]
        found.append(domain_cross_entropy(*(discriminator(reverse_gradient(x, coefficient)) for x in rows)))
    return torch.stack(found).sum()
