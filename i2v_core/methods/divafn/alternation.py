"""The alternating optimisation of DIVAFN (section III.D): network by network, then the autoencoders."""

import logging
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from i2v_core import eager, storage
from i2v_core.methods.divafn.autoencoders import autoencoder_weights
from i2v_core.methods.divafn.objective import MODALITIES, Settings, State, batch_terms, diagnostics, objective
from i2v_core.methods.divafn.semantic_space import semantic_space
from i2v_core.progress import track
from i2v_core.seeding import generator

logger = logging.getLogger(__name__)


class Inputs(Protocol):
    """Samples of one modality: a tensor whose first axis they are, or what loads a batch of images by position."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: Tensor) -> Tensor:
        """Positions (b,) -> inputs of the network (b, ...)."""


@dataclass(frozen=True)
class Trained:
    """What training leaves beside the networks.

    features: (n, d) of "image", "keyframe" and "video" of the training samples, by the networks as they are at
    the end. weights: W of each autoencoder on these, (r, d), "fused" (r, 2 d), float64, or none at all.
    directions (k, r): U, by which U W is W in the paper's k dimensions. log: a row before the first
    iteration (0) and one after each.
    """

    features: dict[str, np.ndarray]
    weights: dict[str, np.ndarray]
    directions: np.ndarray
    log: pd.DataFrame


def train(
    nets: nn.ModuleDict,
    inputs: Mapping[str, Inputs],
    labels: Mapping[str, np.ndarray],
    class_vectors: np.ndarray,
    settings: Settings,
    *,
    seed: int,
    log: Path | None = None,
) -> Trained:
    """Trains the networks "image", "keyframe" and "video" in place.

    1. All samples pass through the networks once, into buffers F, H, G; weights W from these. Choice: the paper does
       not say how buffers begin; DCMH begins with zeros.
    2. Each iteration trains the image, the keyframe and the video network in turn (equations 15 to 17, `batch_terms`):
       batches of all its samples in a new order; a batch's rows of the buffer are replaced by its outputs, and its
       pairs are with all rows of the other buffers.
       Choice: each sample once per iteration; DCMH draws as many batches, each from all samples anew.
    3. Then W of all autoencoders from the buffers (equations 18 to 24), and a row of the log: J, its eleven terms,
       `diagnostics`. Choice: a fixed number of iterations; the paper stops when J "drops to its minimum value".
    4. At the end the buffers are filled anew and W solved once more, so that they fit the networks.
    Choice: networks are in evaluation mode throughout. Dropout is off, as in DCMH's networks, and the statistics of a
    backbone with batch normalisation stay as they were pretrained.
    W and S are kept in the r <= C dimensions of the class vectors' span (`semantic_space`), which changes no term.

    inputs: of each modality, on any device; keyframes and videos row by row of one clip. Images: the paper's triplets
    (`pairing.paired_images`), or any number of them. labels: (n,) of each. class_vectors (C, k).
    seed: of the batches' order. log: a CSV file that is written after each iteration.
    Raises ValueError if the numbers of samples do not fit, and if a term stops being finite, with its name.
    """
    _check(inputs, labels)
    space = semantic_space(np.concatenate([labels[name] for name in MODALITIES]), class_vectors)
    parameter = next(nets.parameters())
    state = State(
        {name: outputs(nets[name], inputs[name], settings.batch_size) for name in MODALITIES},
        {name: torch.as_tensor(labels[name], device=parameter.device) for name in MODALITIES},
        torch.as_tensor(space.coordinates).to(parameter),
    )
    optimisers = {name: make_optimiser(nets[name], settings) for name in MODALITIES}
    _solve(state, settings, space.coordinates)
    table = [_row(state, settings, 0)]
    for iteration in track(range(1, settings.iterations + 1), "DIVAFN", settings.iterations):
        for name in MODALITIES:
            for index in batches(len(inputs[name]), settings.batch_size, iteration, name, seed=seed):
                rows = nets[name](inputs[name][index].to(parameter.device))
                terms = _refreshed(name, rows, index, state, settings)
                _refuse_infinite(terms, settings, f"{name} network", iteration)
                divisors = {"sum": 1, "mean": len(inputs[name]), "dcmh": len(index) * len(inputs[name])}
                if terms:  # none where weights of 0 leave the network out of (14)
                    _descend(optimisers[name], terms, divisors[settings.loss_reduction])
        _solve(state, settings, space.coordinates)
        table.append(_row(state, settings, iteration))
        if log is not None:
            storage.write_csv(pd.DataFrame(table), log)
        logger.info("iteration %d: J %.6g", iteration, table[-1]["objective"])
    for name in MODALITIES:
        state.features[name] = outputs(nets[name], inputs[name], settings.batch_size)
    weights = _solve(state, settings, space.coordinates)
    features = {name: rows.cpu().numpy() for name, rows in state.features.items()}
    return Trained(features, weights, space.directions, pd.DataFrame(table))


@torch.no_grad()
def outputs(net: nn.Module, inputs: Inputs, batch_size: int) -> Tensor:
    """Outputs of a network in evaluation mode for all inputs in their order: (n, ...) -> (n, d) on the net's device."""
    net.eval()
    device = next(net.parameters()).device
    return torch.cat([net(inputs[index].to(device)) for index in torch.arange(len(inputs)).split(batch_size)])


def batches(samples: int, batch_size: int, *stream: object, seed: int) -> Iterator[Tensor]:
    """Positions of all samples in a new order, batch by batch; the order is that of the named stream of `seed`."""
    order = generator(seed, "DIVAFN batches", *stream).permutation(samples)
    yield from torch.from_numpy(order).split(batch_size)


def make_optimiser(net: nn.Module, settings: Settings) -> torch.optim.Optimizer:
    """Of the parameters that are not fixed."""
    parameters = [p for p in net.parameters() if p.requires_grad]
    kind = torch.optim.Adam if settings.optimiser == "adam" else torch.optim.SGD
    return eager.optimiser(kind)(parameters, lr=settings.lr, weight_decay=settings.weight_decay)


def _refreshed(name: str, rows: Tensor, index: Tensor, state: State, settings: Settings) -> dict[str, Tensor]:
    """Puts a batch's outputs into their buffer -> the terms that they take part in."""
    index = index.to(rows.device)
    state.features[name][index] = rows.detach()
    return batch_terms(name, rows, index, state, settings)


def _descend(optimiser: torch.optim.Optimizer, terms: dict[str, Tensor], divisor: int) -> None:
    optimiser.zero_grad()
    (sum(terms.values()) / divisor).backward()
    optimiser.step()


def _solve(state: State, settings: Settings, coordinates: np.ndarray) -> dict[str, np.ndarray]:
    """Sets the weights of `state` to the minimisers for its features -> the same in float64."""
    if not settings.has_autoencoders:
        return {}
    weights = autoencoder_weights(
        {name: rows.cpu().numpy() for name, rows in state.features.items()},
        {name: labels.cpu().numpy() for name, labels in state.labels.items()},
        coordinates,
        decoder=settings.decoder,
        encoder=settings.encoder,
        solver=settings.solver,
    )
    state.weights = {name: torch.as_tensor(w).to(state.class_vectors) for name, w in weights.items()}
    return weights


def _row(state: State, settings: Settings, iteration: int) -> dict[str, float]:
    with torch.no_grad():
        found = objective(state, settings)
    _refuse_infinite(found, settings, "buffers", iteration)
    terms = {name: value.item() for name, value in found.items()}
    return {"iteration": iteration, "objective": sum(terms.values()), **terms, **diagnostics(state)}


def _refuse_infinite(terms: dict[str, Tensor], settings: Settings, where: str, iteration: int) -> None:
    for name, value in terms.items():
        if not math.isfinite(value.item()):
            raise ValueError(
                f"{name}: {value.item()} found in iteration {iteration} ({where}), a finite number wanted; lower lr "
                f"({settings.lr} with {settings.optimiser} and loss_reduction {settings.loss_reduction})"
            )


def _check(inputs: Mapping[str, Inputs], labels: Mapping[str, np.ndarray]) -> None:
    for name in MODALITIES:
        if len(inputs[name]) != len(labels[name]) or len(inputs[name]) == 0:
            raise ValueError(
                f"{name}: {len(inputs[name])} inputs and {len(labels[name])} labels found, the same number wanted, "
                "at least one"
            )
    if not np.array_equal(labels["keyframe"], labels["video"]):
        raise ValueError("labels: keyframes and videos differ, each video with its own keyframe wanted")
