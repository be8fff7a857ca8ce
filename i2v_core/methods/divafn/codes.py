"""What the SVM sees of a video: the fused code of DIVAFN (equation 25) and the features of its ablations and baselines.

| method (tables IV to X) | features of a video |
| --- | --- |
| SVM | its video feature as it is |
| KVC | `side_by_side` of the untrained fc8 output on its keyframe and its video feature |
| DIVA | `side_by_side` of H and G of networks trained without autoencoders |
| DIVF | `fused_codes` of the untrained fc8 output and the video feature, W by `autoencoder_weights` on both |
| DIVAFN | `fused_codes` of H and G of the trained networks |
| finetuned | outputs of `finetuned.finetune`'s network on its keyframe |
| baseline, rows | `with_images_as_rows`: images are more training samples |
| baseline, columns | `side_by_side` of the pretrained network's features of its keyframe and its video feature |

Choice: both readings of the baseline's "concatenation of image and video features", as the text decides for none. A
third, an image of the same class beside each video, would give test videos their label away.
Choice: the pretrained network's features are its fc7 outputs, as fc8 has the 1000 classes of ImageNet.
"""

from collections.abc import Mapping

import numpy as np

from i2v_core.seeding import generator


def fused_codes(
    keyframes: np.ndarray,
    videos: np.ndarray,
    weights: Mapping[str, np.ndarray],
    *,
    directions: np.ndarray | None = None,
) -> np.ndarray:
    """B = [W_H h; W_G g; W_E [h; g]] of each video                                         DIVAFN, equation 25

    The first block is of h, the keyframe's output, though the equation prints f for it.
    keyframes (m, q_H), videos (m, q_G): row by row of one clip; weights: "keyframe", "video", "fused", W in r
    coordinates of the semantic space or in all its k    ->  (m, 3 r) or (m, 3 k), float64
    directions: U (k, r), see `semantic_space`; codes of weights in r coordinates are then those in k dimensions. Both
    have the same inner products, so that a linear SVM decides the same.
    Raises ValueError if the shapes do not fit.
    """
    both = side_by_side(keyframes, videos)
    inputs = {"keyframe": both[:, : np.shape(keyframes)[1]], "video": both[:, np.shape(keyframes)[1] :], "fused": both}
    blocks = []
    for name, rows in inputs.items():
        if weights[name].shape[1] != rows.shape[1]:
            raise ValueError(f"weights: {name} of shape {weights[name].shape} found, (r, {rows.shape[1]}) wanted")
        block = rows @ weights[name].T
        blocks.append(block if directions is None else block @ directions.T)
    return np.hstack(blocks)


def side_by_side(keyframes: np.ndarray, videos: np.ndarray) -> np.ndarray:
    """[h; g] of each video: (m, p), (m, q) -> (m, p + q), float64. Raises ValueError if the rows do not fit."""
    keyframes, videos = (np.asarray(rows, dtype=np.float64) for rows in (keyframes, videos))
    if not (keyframes.ndim == videos.ndim == 2 and len(keyframes) == len(videos)):
        raise ValueError(f"keyframes, videos: shapes {keyframes.shape}, {videos.shape} found, (m, p), (m, q) wanted")
    return np.hstack([keyframes, videos])


def spread_factor(rows: np.ndarray, wanted: np.ndarray) -> float:
    """The factor that gives rows the spread of others: (n, p), (m, q) -> above 0. Rows that do not vary keep theirs: 1.

    Spread is the mean squared distance from the mean, which C of an SVM with an offset is relative to.
    """
    present, other = (float(np.square(x - x.mean(axis=0)).sum(axis=1).mean()) for x in (rows, wanted))
    return float(np.sqrt(other / present)) if min(present, other) > 0 else 1.0


def with_images_as_rows(
    images: np.ndarray,
    labels_image: np.ndarray,
    videos: np.ndarray,
    labels: np.ndarray,
    tests: np.ndarray,
    *,
    seed: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Training samples, their labels and test samples where images join the videos as samples of the same classes.

    images (m, p), labels_image (m,), videos (n, q), labels (n,), tests (l, q)
    ->  (n + m, w), videos first; (n + m,); (l, w), w = min(p, q)
    Choice: where p and q differ (IDT), the longer side is projected to the shorter length by a matrix of
    N(0, 1 / w) numbers drawn from `seed`, which keeps distances on average.
    Raises ValueError if the shapes do not fit.
    """
    images, videos, tests = (np.asarray(rows, dtype=np.float64) for rows in (images, videos, tests))
    is_flat = images.ndim == videos.ndim == tests.ndim == 2
    if not (
        is_flat and videos.shape[1] == tests.shape[1] and (len(images), len(videos)) == (len(labels_image), len(labels))
    ):
        shapes = [np.shape(x) for x in (images, labels_image, videos, labels, tests)]
        raise ValueError(
            f"images, labels_image, videos, labels, tests: shapes {shapes} found, (m, p), (m,), (n, q), (n,), (l, q) "
            "wanted"
        )
    longer, shorter = max(images.shape[1], videos.shape[1]), min(images.shape[1], videos.shape[1])
    if longer > shorter:
        projection = generator(seed, "joined rows").standard_normal((longer, shorter)) / np.sqrt(shorter)
        images, videos, tests = (
            rows @ projection if rows.shape[1] == longer else rows for rows in (images, videos, tests)
        )
    return np.vstack([videos, images]), np.concatenate([labels, labels_image]), tests
