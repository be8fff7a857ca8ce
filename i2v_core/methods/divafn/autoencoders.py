"""The four semantic autoencoders of DIVAFN: their errors (equations 10 to 14) and their weights (section III.D.4-7)."""

from collections.abc import Mapping

import numpy as np
from torch import Tensor

from i2v_core.methods.divafn.sylvester import faster_solver, semantic_weights


def decoder_error(features: Tensor, semantics: Tensor, weights: Tensor) -> Tensor:
    """|X - W^T S|^2, a sum: features X^T (n, q), semantics S^T (n, k), weights W (k, q)    ->  ()"""
    return (features - semantics @ weights).square().sum()


def encoder_error(features: Tensor, semantics: Tensor, weights: Tensor) -> Tensor:
    """|W X - S|^2, a sum: features X^T (n, q), semantics S^T (n, k), weights W (k, q)    ->  ()"""
    return (features @ weights.T - semantics).square().sum()


def autoencoder_weights(
    features: Mapping[str, np.ndarray],
    labels: Mapping[str, np.ndarray],
    class_vectors: np.ndarray,
    *,
    decoder: float = 0.1,
    encoder: float = 0.01,
    solver: str = "auto",
) -> dict[str, np.ndarray]:
    """W of Auto-F, Auto-H, Auto-G and Auto-E, each the minimiser of its own two terms (equations 18, 22 to 24).

    features: "keyframe" (n, q_H), "video" (n, q_G), row by row of one video, and "image" (m, q_F) if Auto-F is wanted,
    whose rows need no partners. labels: of the same names. class_vectors (C, k): the paper's vectors, or their
    coordinates (see `semantic_space`), which give W in fewer rows.
    -> (k, q) each, float64, under the same names and "fused" for Auto-E on E = [H; G], (k, q_H + q_G).
    decoder, encoder, solver: see `sylvester.semantic_weights`.
    The Gram matrix of E is the sum of those of H and G.
    Raises ValueError if keyframes and videos are no pairs, and as `semantic_weights`.
    """
    if len(features["keyframe"]) != len(features["video"]) or not np.array_equal(labels["keyframe"], labels["video"]):
        counts = f"{len(features['keyframe'])} and {len(features['video'])}"
        raise ValueError(f"keyframe, video: {counts} rows found, the same videos with the same labels wanted")
    inputs = {name: np.asarray(rows, dtype=np.float64) for name, rows in features.items()}
    inputs["fused"] = np.hstack([inputs["keyframe"], inputs["video"]])
    labels = {**labels, "fused": labels["video"]}
    solvers = {name: faster_solver(*rows.shape) if solver == "auto" else solver for name, rows in inputs.items()}
    grams = {name: inputs[name] @ inputs[name].T for name in ("keyframe", "video") if solvers[name] == "thin"}
    if len(grams) == 2:
        grams["fused"] = grams["keyframe"] + grams["video"]
    return {
        name: semantic_weights(
            rows,
            labels[name],
            class_vectors,
            decoder=decoder,
            encoder=encoder,
            solver=solvers[name],
            gram=grams.get(name),
        )
        for name, rows in inputs.items()
    }
