import numpy as np
import pytest
import torch

from i2v_core.methods.divafn.autoencoders import autoencoder_weights, decoder_error, encoder_error
from i2v_core.methods.divafn.sylvester import semantic_weights


def drawn(n=12, image=9, keyframe=14, video=17, images=7, classes=4, k=6, seed=0):
    random = np.random.default_rng(seed)
    labels, labels_image = np.arange(n) % classes, np.arange(images) % classes
    features = {
        "image": random.standard_normal((images, image)),
        "keyframe": random.standard_normal((n, keyframe)),
        "video": random.standard_normal((n, video)),
    }
    return features, {"image": labels_image, "keyframe": labels, "video": labels}, random.standard_normal((classes, k))


def test_errors_worked_by_hand():
    """One sample x = (1, 2), s = 3, W = (4, 5): x - W^T s = (-11, -13), W x - s = 14 - 3 = 11."""
    x, s, w = torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0]]), torch.tensor([[4.0, 5.0]])
    assert decoder_error(x, s, w).item() == 121 + 169
    assert encoder_error(x, s, w).item() == 121


@pytest.mark.parametrize("solver", ["auto", "thin", "tri", "eigh"])
@pytest.mark.parametrize(
    "n", [12, 16, 25, 60]
)  # from n below all widths to n above them; auto mixes both forms between
def test_each_autoencoder_is_solved_by_itself(n, solver):
    features, labels, vectors = drawn(n)
    found = autoencoder_weights(features, labels, vectors, decoder=0.2, encoder=0.03, solver=solver)
    features["fused"] = np.hstack([features["keyframe"], features["video"]])
    labels["fused"] = labels["video"]
    assert list(found) == ["image", "keyframe", "video", "fused"]
    for name, rows in features.items():
        wanted = semantic_weights(rows, labels[name], vectors, decoder=0.2, encoder=0.03, solver="eigh")
        assert found[name].shape == (6, rows.shape[1])
        np.testing.assert_allclose(found[name], wanted, atol=1e-11)


def test_without_images_auto_f_is_left_out():
    features, labels, vectors = drawn()
    del features["image"]
    found = autoencoder_weights(features, labels, vectors)
    assert list(found) == ["keyframe", "video", "fused"]


def test_keyframes_and_videos_that_are_no_pairs_are_refused():
    features, labels, vectors = drawn()
    labels["keyframe"] = labels["keyframe"][::-1]
    with pytest.raises(
        ValueError, match=r"keyframe, video: 12 and 12 rows found, the same videos with the same labels"
    ):
        autoencoder_weights(features, labels, vectors)
    features["keyframe"] = features["keyframe"][:5]
    with pytest.raises(ValueError, match=r"keyframe, video: 5 and 12 rows found"):
        autoencoder_weights(features, labels, vectors)
