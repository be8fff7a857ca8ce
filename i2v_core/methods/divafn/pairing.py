"""Images for videos: the triplets of DIVAFN (section III.B), whose three members are of one class."""

import numpy as np

from i2v_core.seeding import generator


def paired_images(labels_image: np.ndarray, labels_video: np.ndarray, *, seed: int) -> np.ndarray:
    """An image of its class for each video: (m,), (n,) -> positions (n,) among the m images.

    Images of a class are drawn without replacement while they last, then all of them anew, so that none is used twice
    before each was used once. Choice: the paper has equal numbers of both, or does not say (B->U).
    Raises ValueError if a class of the videos has no image.
    """
    labels_image, labels_video = np.asarray(labels_image), np.asarray(labels_video)
    found = np.empty(len(labels_video), dtype=np.int64)
    for label in np.unique(labels_video):
        images, videos = np.flatnonzero(labels_image == label), np.flatnonzero(labels_video == label)
        if len(images) == 0:
            raise ValueError(f"labels_image: class {label} has {len(videos)} videos and no image, at least one wanted")
        random = generator(seed, "paired images", int(label))
        rounds = -(-len(videos) // len(images))
        found[videos] = np.concatenate([random.permutation(images) for _ in range(rounds)])[: len(videos)]
    return found
