"""DIVAFN, its ablations and its baselines on vectors that frozen backbones gave: what the SVM sees in each.

Table of the methods: `codes`. Shallow adaptation (table 11) is here too, with the source's features as the paper has
them, from the untrained eighth layer.
Deviation: backbones are frozen and only fc8 is trained over their fc7 (`train_layers: fc8_only`), so that a cell of the
tables takes seconds; the paper trains all layers of the image and the key frame network.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from torch import nn

from i2v_core.baselines import shallow
from i2v_core.baselines.shallow.adapted import Adapted
from i2v_core.baselines.shallow.inputs import TooManyDirections
from i2v_core.methods.divafn import alternation, codes, networks
from i2v_core.methods.divafn.alternation import Trained
from i2v_core.methods.divafn.autoencoders import autoencoder_weights
from i2v_core.methods.divafn.finetuned import finetune
from i2v_core.methods.divafn.objective import Settings
from i2v_core.methods.divafn.pairing import paired_images
from i2v_core.methods.divafn.semantic_space import semantic_space
from i2v_core.seeding import derive

logger = logging.getLogger(__name__)

IMAGES = ("paired", "all")
BOTH_PROTOCOLS = (
    "transductive, target_labels: both found, one at most wanted: labels of the test's videos are not known; "
    "see divafn.protocol in params.yaml"
)


@dataclass(frozen=True)
class Sample:
    """One sample of the protocol: vectors float32 of images (p, D), of training videos' keyframes (n, D) and of the
    videos (n, d_v), of the test's keyframes (m, D) and videos (m, d_v); labels of images and training videos, indices
    into class_vectors (C, k). There are no labels of the test.
    """

    images: np.ndarray
    labels_image: np.ndarray
    keyframes: np.ndarray
    videos: np.ndarray
    labels: np.ndarray
    test_keyframes: np.ndarray
    test_videos: np.ndarray
    class_vectors: np.ndarray


@dataclass(frozen=True)
class Setup:
    """dim: d of F, H and G. hidden_dim: of the video network. settings: of the objective and its training. images:
    "paired", an image for each video as the paper's triplets, or "all". seed: of new layers, pairs and batches.
    shallow: arguments of a shallow method's `fit`, by its name. transductive: the test's videos take part in its fit,
    which sees no label of theirs. target_labels: JDA, JGSA and MEDA fit to the training videos' labels in place of
    pseudo labels.
    Raises ValueError for another choice of images, and for transductive together with target_labels.
    """

    dim: int
    hidden_dim: int
    settings: Settings
    seed: int
    images: str = "paired"
    shallow: dict[str, dict] | None = None
    transductive: bool = False
    target_labels: bool = False

    def __post_init__(self) -> None:
        if self.images not in IMAGES:
            raise ValueError(f"images: {self.images!r} found, one of {', '.join(IMAGES)} wanted")
        if self.transductive and self.target_labels:
            raise ValueError(BOTH_PROTOCOLS)


class Seen(NamedTuple):
    """What an SVM trains on, (n', q) with labels (n',), the test (m, q), and the log of networks that were trained."""

    train: np.ndarray
    labels: np.ndarray
    tests: np.ndarray
    log: pd.DataFrame | None = None


def seen(method: str, sample: Sample, setup: Setup) -> Seen:
    """Features of a method, one of `METHODS`. Raises ValueError for another name."""
    if method not in METHODS:
        raise ValueError(f"method: {method!r} found, one of {', '.join(METHODS)} wanted")
    return METHODS[method](sample, setup)


def _svm(sample: Sample, setup: Setup) -> Seen:
    return Seen(sample.videos, sample.labels, sample.test_videos)


def _baseline_rows(sample: Sample, setup: Setup) -> Seen:
    return Seen(
        *codes.with_images_as_rows(
            sample.images, sample.labels_image, sample.videos, sample.labels, sample.test_videos, seed=setup.seed
        )
    )


def _baseline_columns(sample: Sample, setup: Setup) -> Seen:
    return _joined(sample, sample.keyframes, sample.videos, sample.test_keyframes, sample.test_videos)


def _finetuned(sample: Sample, setup: Setup) -> Seen:
    """Deviation: a linear layer on the frozen fc7 of key frames; the paper finetunes the whole network."""
    torch.manual_seed(derive(setup.seed, "finetuned"))
    net = networks.FeatureNet(
        nn.Identity(), sample.keyframes.shape[1], len(sample.class_vectors), train_layers="fc8_only"
    )
    finetune(net, torch.from_numpy(sample.keyframes), sample.labels, setup.settings, seed=setup.seed)
    return Seen(_outputs(net, sample.keyframes), sample.labels, _outputs(net, sample.test_keyframes))


def _kvc(sample: Sample, setup: Setup) -> Seen:
    train, tests = _untrained(sample, setup)
    return _joined(sample, train, sample.videos, tests, sample.test_videos)


def _divf(sample: Sample, setup: Setup) -> Seen:
    keyframes, tests = _untrained(sample, setup)
    coordinates = semantic_space(sample.labels, sample.class_vectors).coordinates
    weights = autoencoder_weights(
        {"keyframe": keyframes, "video": sample.videos},
        {"keyframe": sample.labels, "video": sample.labels},
        coordinates,
        decoder=setup.settings.decoder,
        encoder=setup.settings.encoder,
        solver=setup.settings.solver,
    )
    both = (codes.fused_codes(*pair, weights) for pair in ((keyframes, sample.videos), (tests, sample.test_videos)))
    train, tests = both
    return Seen(train, sample.labels, tests)


def _diva(sample: Sample, setup: Setup) -> Seen:
    alone = replace(setup.settings, decoder=0.0, encoder=0.0)
    trained, keyframes, videos = _trained(sample, setup, alone)
    joined = _joined(sample, trained.features["keyframe"], trained.features["video"], keyframes, videos)
    return joined._replace(log=trained.log)


def _divafn(sample: Sample, setup: Setup) -> Seen:
    trained, keyframes, videos = _trained(sample, setup, setup.settings)
    train = codes.fused_codes(trained.features["keyframe"], trained.features["video"], trained.weights)
    return Seen(train, sample.labels, codes.fused_codes(keyframes, videos, trained.weights), trained.log)


def _shallow(name: str) -> Callable[[Sample, Setup], Seen]:
    def made(sample: Sample, setup: Setup) -> Seen:
        """Choice: adapted images and training videos train the SVM together, row by row (see `codes`); unless the
        set-up is transductive, the test's videos take no part in the adaptation, and are mapped by what it found.
        Choice: one factor gives adapted rows the spread of the videos' vectors, so that C is as strict as in row `svm`;
        most methods give rows of length 1, since the nearest neighbour, their own classifier, needs no more.
        """
        torch.manual_seed(derive(setup.seed, "shallow"))
        layer = networks.FeatureNet(nn.Identity(), sample.images.shape[1], sample.videos.shape[1])
        images = _outputs(layer, sample.images)
        options, target = (setup.shallow or {}).get(name, {}), sample.videos
        if setup.target_labels and name in shallow.WITH_TARGET_LABELS:
            options = {**options, "target_labels": sample.labels}
        if setup.transductive:
            target = np.vstack([sample.videos, sample.test_videos])
        adapted = _fitted(name, images, sample.labels_image, target, options)
        train = np.vstack([adapted.source, adapted.target[: len(sample.videos)]])
        labels = np.concatenate([sample.labels_image, sample.labels])
        factor = codes.spread_factor(train, sample.videos)
        return Seen(factor * train, labels, factor * adapted.map_target(sample.test_videos))

    return made


def _fitted(name: str, source: np.ndarray, labels: np.ndarray, target: np.ndarray, options: dict) -> Adapted:
    """Choice: a small sample may not have as many directions as the method's `dim` (100 of JDA for 50 images and 50
    videos). It is then fitted with as many as it has, and the log says so, as the other rows of a job need not fail.
    """
    while True:
        try:
            return shallow.load(name).fit(source, labels, target, **options)
        except TooManyDirections as error:
            if not 1 <= error.most < error.dim:
                raise
            logger.info("%s: dim %d taken, %d were asked for: the sample has no more", name, error.most, error.dim)
            options = {**options, "dim": error.most}


METHODS: dict[str, Callable[[Sample, Setup], Seen]] = {
    "svm": _svm,
    "baseline-rows": _baseline_rows,
    "baseline-columns": _baseline_columns,
    "finetuned": _finetuned,
    "kvc": _kvc,
    "divf": _divf,
    "diva": _diva,
    "divafn": _divafn,
    **{name: _shallow(name) for name in shallow.METHODS},
}


def _networks(sample: Sample, setup: Setup) -> nn.ModuleDict:
    torch.manual_seed(derive(setup.seed, "DIVAFN networks"))
    widths = sample.keyframes.shape[1], sample.videos.shape[1]
    return networks.build(nn.Identity(), *widths, setup.dim, hidden_dim=setup.hidden_dim, train_layers="fc8_only")


def _trained(sample: Sample, setup: Setup, settings: Settings) -> tuple[Trained, np.ndarray, np.ndarray]:
    """What training leaves, and the trained networks' outputs for the test's keyframes and videos."""
    nets, trained = train_networks(sample, setup, settings)
    return trained, _outputs(nets["keyframe"], sample.test_keyframes), _outputs(nets["video"], sample.test_videos)


def train_networks(sample: Sample, setup: Setup, settings: Settings) -> tuple[nn.ModuleDict, Trained]:
    """Networks "image", "keyframe" and "video" of a sample, trained, and what training leaves beside them."""
    nets = _networks(sample, setup)
    images = np.arange(len(sample.images))
    if setup.images == "paired":
        images = paired_images(sample.labels_image, sample.labels, seed=setup.seed)
    inputs = {"image": sample.images[images], "keyframe": sample.keyframes, "video": sample.videos}
    labels = {"image": sample.labels_image[images], "keyframe": sample.labels, "video": sample.labels}
    trained = alternation.train(
        nets,
        {name: torch.from_numpy(rows) for name, rows in inputs.items()},
        labels,
        sample.class_vectors,
        settings,
        seed=setup.seed,
    )
    return nets, trained


def _untrained(sample: Sample, setup: Setup) -> tuple[np.ndarray, np.ndarray]:
    """The untrained eighth layer on keyframes of training and test videos."""
    net = _networks(sample, setup)["keyframe"]
    return _outputs(net, sample.keyframes), _outputs(net, sample.test_keyframes)


def _outputs(net: nn.Module, rows: np.ndarray) -> np.ndarray:
    return alternation.outputs(net, torch.from_numpy(rows), 1024).numpy()


def _joined(
    sample: Sample, keyframes: np.ndarray, videos: np.ndarray, test_keyframes: np.ndarray, test_videos: np.ndarray
) -> Seen:
    train, tests = codes.side_by_side(keyframes, videos), codes.side_by_side(test_keyframes, test_videos)
    return Seen(train, sample.labels, tests)
