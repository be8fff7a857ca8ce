"""DIVAFN as it meets new videos: networks, autoencoders and the SVM's planes, as plain tensors that a file can hold."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from i2v_core.methods.divafn import alternation, classifier, codes, networks, variants
from i2v_core.methods.divafn.classifier import LinearSvm
from i2v_core.methods.divafn.variants import Sample, Setup

KIND = "divafn"
BATCH = 1024
NETS = ("keyframe", "video")


@dataclass(frozen=True)
class Deployed:
    """nets: "keyframe" and "video". weights: W of "keyframe", "video" and "fused". planes (P, q), offsets (P,): of the
    SVM, one for each pair of `labels` in order, above 0 for the first of the pair. labels: classes that the SVM knows,
    indices below `classes`. sizes: backbone_dim, video_dim, dim, hidden_dim.
    """

    nets: nn.ModuleDict
    weights: dict[str, np.ndarray]
    planes: np.ndarray
    offsets: np.ndarray
    labels: list[int]
    classes: int
    sizes: dict[str, int]

    def codes(self, keyframes: np.ndarray, videos: np.ndarray) -> np.ndarray:
        """B of videos (equation 25): vectors of their key frames (m, D) and their own (m, d_v) -> (m, q), float64."""
        found = [
            alternation.outputs(self.nets[name], torch.from_numpy(rows), BATCH).numpy()
            for name, rows in zip(NETS, (keyframes, videos), strict=True)
        ]
        return codes.fused_codes(*found, self.weights)

    def probabilities(self, keyframes: np.ndarray, videos: np.ndarray) -> np.ndarray:
        """(m, C), rows sum to 1. Choice: an SVM has none; these are the softmax over the classes that it knows of votes
        of pairs plus s / 3 (|s| + 1), s the sum of margins. Deviation: classes of equally many votes are told apart by
        s; LIBSVM, which the tables' rows ask, takes the first.
        """
        margins = self.codes(keyframes, videos) @ self.planes.T + self.offsets
        known = len(self.labels)
        votes, sums = np.zeros((len(margins), known)), np.zeros((len(margins), known))
        for column, (first, second) in enumerate(itertools.combinations(range(known), 2)):
            wins = margins[:, column] > 0
            votes[:, first] += wins
            votes[:, second] += ~wins
            sums[:, first] += margins[:, column]
            sums[:, second] -= margins[:, column]
        scores = votes + sums / (3 * (np.abs(sums) + 1))
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        found = np.zeros((len(margins), self.classes))
        found[:, self.labels] = shares / shares.sum(axis=1, keepdims=True)
        return found

    def state(self) -> dict:
        """All of it as tensors and plain values; `restore` reads it."""
        return {
            "nets": {name: value.cpu() for name, value in self.nets.state_dict().items()},
            "weights": {name: torch.from_numpy(value) for name, value in self.weights.items()},
            "planes": torch.from_numpy(self.planes),
            "offsets": torch.from_numpy(self.offsets),
            "labels": self.labels,
            "classes": self.classes,
            "sizes": self.sizes,
        }


def restore(state: dict) -> Deployed:
    """What `Deployed.state` gave."""
    nets = _nets(state["sizes"])
    nets.load_state_dict(state["nets"])
    arrays = {name: state[name].numpy() for name in ("planes", "offsets")}
    weights = {name: value.numpy() for name, value in state["weights"].items()}
    plain = {name: state[name] for name in ("labels", "classes", "sizes")}
    return Deployed(nets=nets.eval(), weights=weights, **arrays, **plain)


def fit(sample: Sample, setup: Setup, *, c: float) -> tuple[Deployed, object]:
    """Trains DIVAFN's networks, autoencoders and SVM on a sample -> these, and the log of the training (a table).

    The test of the sample is not read.
    """
    nets, trained = variants.train_networks(sample, setup, setup.settings)
    train = codes.fused_codes(trained.features["keyframe"], trained.features["video"], trained.weights)
    machine = classifier.fit(train, sample.labels, c=c)
    planes, offsets = _planes(machine)
    sizes = {
        "backbone_dim": sample.keyframes.shape[1],
        "video_dim": sample.videos.shape[1],
        "dim": setup.dim,
        "hidden_dim": setup.hidden_dim,
    }
    kept = nn.ModuleDict({name: nets[name] for name in NETS}).cpu().eval()
    labels = machine.machine.classes_.astype(int).tolist()
    weights = {name: trained.weights[name] for name in (*NETS, "fused")}
    return Deployed(kept, weights, planes, offsets, labels, len(sample.class_vectors), sizes), trained.log


def _planes(machine: LinearSvm) -> tuple[np.ndarray, np.ndarray]:
    """The planes of a linear SVM's pairs, (P, q), and their offsets (P,), from LIBSVM's coefficients of supports."""
    found = machine.machine
    ends = np.cumsum(found.n_support_)
    of_class = [slice(end - count, end) for end, count in zip(ends, found.n_support_, strict=True)]
    sign = 1 if len(found.classes_) > 2 else -1  # of two classes scikit-learn turns the sign round
    planes = []
    for first, second in itertools.combinations(range(len(of_class)), 2):
        one = found.dual_coef_[second - 1, of_class[first]] @ machine.support[of_class[first]]
        other = found.dual_coef_[first, of_class[second]] @ machine.support[of_class[second]]
        planes.append(sign * (one + other))
    return np.stack(planes), sign * found.intercept_


def _nets(sizes: dict[str, int]) -> nn.ModuleDict:
    how = {name: sizes[name] for name in ("backbone_dim", "video_dim", "dim", "hidden_dim")}
    made = networks.build(nn.Identity(), train_layers="fc8_only", **how)
    return nn.ModuleDict({name: made[name] for name in NETS})
