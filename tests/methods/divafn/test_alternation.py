import itertools

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from i2v_core.methods.divafn.alternation import batches, outputs, train
from i2v_core.methods.divafn.autoencoders import autoencoder_weights
from i2v_core.methods.divafn.classifier import fit
from i2v_core.methods.divafn.codes import fused_codes
from i2v_core.methods.divafn.networks import build
from i2v_core.methods.divafn.objective import MODALITIES, Settings, State, objective
from i2v_core.models.cnn_f import CnnF
from tests.methods.divafn.toy_triplets import CLASSES, DIM, VIDEO_DIM, K, networks, triplets

FAST = Settings(iterations=3, batch_size=7, lr=1e-2)


def trained(toy=None, settings=FAST, nets=None, seed=0, **options):
    nets = networks() if nets is None else nets
    return nets, train(nets, *(toy or triplets()), settings, seed=seed, **options)


def true_objective(nets, toy, settings):
    """J with the networks as they are and the autoencoders at their best in all k dimensions."""
    features = {name: outputs(nets[name], toy.inputs[name], 5) for name in MODALITIES}
    arrays = {name: rows.numpy() for name, rows in features.items()}
    weights = autoencoder_weights(
        arrays, toy.labels, toy.class_vectors, decoder=settings.decoder, encoder=settings.encoder
    )
    labels = {name: torch.from_numpy(y) for name, y in toy.labels.items()}
    tensors = {name: torch.from_numpy(w) for name, w in weights.items()}
    state = State(features, labels, torch.from_numpy(toy.class_vectors), tensors)
    return sum(objective(state, settings).values()).item()


@pytest.mark.parametrize("settings", [{}, {"image_video": 1, "image_keyframe": 1, "decoder": 1}, {"encoder": 0}])
def test_objective_never_rises_with_a_small_step(settings):
    """One full batch and SGD: each network descends and each W is a minimiser, sweep after sweep."""
    settings = Settings(iterations=1, batch_size=24, lr=1e-5, optimiser="sgd", **settings)
    toy, nets = triplets(), networks()
    values = [true_objective(nets, toy, settings)]
    for sweep in range(25):
        train(nets, *toy, settings, seed=sweep)
        values.append(true_objective(nets, toy, settings))
    assert all(after < before for before, after in itertools.pairwise(values))


def slow(nets, toy, settings, seed):
    """Section III.D by the book: J over all samples with the batch's rows put in, W in k dimensions, plain SGD."""

    def solved():
        arrays = {name: rows.numpy() for name, rows in features.items()}
        weights = autoencoder_weights(arrays, toy.labels, toy.class_vectors, solver="eigh")
        return {which: torch.from_numpy(w) for which, w in weights.items()}

    labels = {name: torch.from_numpy(y) for name, y in toy.labels.items()}
    features = {name: nets[name](toy.inputs[name]).detach() for name in MODALITIES}
    weights = solved()
    for iteration in range(1, settings.iterations + 1):
        for name in MODALITIES:
            for index in batches(len(labels[name]), settings.batch_size, iteration, name, seed=seed):
                nets.zero_grad()
                rows = features[name].index_put((index,), nets[name](toy.inputs[name][index]))
                state = State({**features, name: rows}, labels, torch.from_numpy(toy.class_vectors), weights)
                sum(objective(state, settings).values()).backward()
                features[name] = rows.detach()
                with torch.no_grad():
                    for parameter in nets[name].parameters():
                        parameter -= settings.lr * parameter.grad
        weights = solved()
    return features


@pytest.mark.parametrize("batch_size", [24, 7])
def test_equals_slow_reference(batch_size):
    settings = Settings(iterations=4, batch_size=batch_size, lr=1e-3, optimiser="sgd")
    toy, nets, reference = triplets(images=31), networks(), networks()
    slow(reference, toy, settings, 5)
    start = {key: value.clone() for key, value in nets.state_dict().items()}
    train(nets, *toy, settings, seed=5)
    for key, value in reference.state_dict().items():
        assert not torch.allclose(value, start[key], rtol=0, atol=1e-7)
        torch.testing.assert_close(nets.state_dict()[key], value, rtol=0, atol=1e-11)  # float64, other order of sums


def test_batches_visit_each_sample_once_in_a_new_order():
    first, again, other = (
        torch.cat(list(batches(10, 4, *stream, seed=0))).tolist()
        for stream in ((0, "image"), (0, "image"), (1, "image"))
    )
    assert first == again != other
    assert sorted(first) == sorted(other) == list(range(10))
    assert [len(index) for index in batches(10, 4, seed=0)] == [4, 4, 2]


def test_samples_of_a_class_come_near_and_others_apart():
    toy = triplets(40)
    _, found = trained(toy, Settings(iterations=30, batch_size=8, lr=3e-3))
    is_same = toy.labels["image"][:, None] == toy.labels["video"]
    theta = found.features["image"] @ found.features["video"].T / 2
    assert theta[is_same].mean() > 2
    assert theta[~is_same].mean() < -1
    assert found.log["objective"].iloc[-1] < 0.5 * found.log["objective"].iloc[0]


def test_result_is_of_the_networks_at_the_end():
    toy = triplets()
    nets, found = trained(toy)
    for name in MODALITIES:
        np.testing.assert_allclose(found.features[name], outputs(nets[name], toy.inputs[name], 5), atol=1e-12)
    wanted = autoencoder_weights(found.features, toy.labels, toy.class_vectors)
    assert found.directions.shape == (K, CLASSES)
    for which, w in wanted.items():
        assert found.weights[which].shape == (CLASSES, 2 * DIM if which == "fused" else DIM)
        np.testing.assert_allclose(found.directions @ found.weights[which], w, atol=1e-10)


def test_log_has_the_objective_its_eleven_terms_and_the_diagnostics(tmp_path):
    _, found = trained(log=tmp_path / "log.csv")
    table = found.log
    terms = [
        name for name in table if name.startswith(("image_", "keyframe_", "decoder_", "encoder_")) and "gap" not in name
    ]
    assert len(terms) == 11
    np.testing.assert_allclose(table[terms].sum(axis=1), table["objective"])
    assert list(table["iteration"]) == [0, 1, 2, 3]
    assert {"norm_image", "norm_keyframe", "norm_video", "encoder_gap_fused", "decoder_gap_image"} <= set(table)
    written = pd.read_csv(tmp_path / "log.csv")
    np.testing.assert_allclose(written, table, atol=1e-6)  # six decimals


def test_without_autoencoders_only_the_pairs_are_trained():
    _, found = trained(settings=Settings(iterations=2, decoder=0, encoder=0))
    assert found.weights == {}
    assert set(found.log) == {
        *("iteration", "objective", "image_video", "image_keyframe", "keyframe_video"),
        *("norm_image", "norm_keyframe", "norm_video"),
    }


def test_network_without_terms_stays_as_it_is():
    nets, before = networks(), networks()
    trained(settings=Settings(iterations=2, image_video=0, image_keyframe=0, decoder=0, encoder=0), nets=nets)
    moved = {key for key, value in nets.state_dict().items() if not torch.equal(value, before.state_dict()[key])}
    assert moved
    assert not any(key.startswith("image.") for key in moved)


def test_codes_of_trained_networks_beat_the_video_feature_alone():
    """The whole way of the method on new samples; keyframes know what videos do not."""
    toy, tests = triplets(24, noise=3.0, seed=10), triplets(400, noise=3.0, seed=1)
    nets = networks(dim=32, hidden_dim=256)
    _, found = trained(toy, Settings(iterations=20, batch_size=8, lr=1e-3), nets)
    codes = fused_codes(found.features["keyframe"], found.features["video"], found.weights)
    new = fused_codes(*(outputs(nets[name], tests.inputs[name], 64) for name in ("keyframe", "video")), found.weights)
    labels, true = toy.labels["video"], tests.labels["video"]
    fused = fit(codes, labels).accuracy(new, true)
    alone = fit(toy.inputs["video"], labels).accuracy(tests.inputs["video"], true)
    assert fused > alone + 0.05
    assert codes.shape == (24, 3 * CLASSES)


def test_any_number_of_images_is_allowed():
    _, found = trained(triplets(24, images=31))
    assert found.features["image"].shape == (31, DIM)


def test_images_may_have_classes_without_videos():
    """Their vectors must not be lost when the others' span is taken."""
    toy = triplets(24)
    keep = toy.labels["video"] != 3
    inputs = {name: rows if name == "image" else rows[torch.from_numpy(keep)] for name, rows in toy.inputs.items()}
    labels = {name: y if name == "image" else y[keep] for name, y in toy.labels.items()}
    _, found = trained((inputs, labels, toy.class_vectors))
    assert found.directions.shape == (K, CLASSES)


def test_equal_seeds_give_equal_bytes_and_others_do_not():
    runs = [trained(seed=seed)[1] for seed in (0, 0, 1)]
    assert all(np.array_equal(runs[0].features[name], runs[1].features[name]) for name in MODALITIES)
    assert not np.array_equal(runs[0].features["image"], runs[2].features["image"])


@pytest.mark.parametrize("change", [{"optimiser": "sgd", "lr": 1e-5}, {"weight_decay": 0.1}, {"keyframe_video": 0.2}])
def test_settings_change_the_training(change):
    plain, other = (trained(settings=Settings(**{"iterations": 2, "lr": 1e-2, **extra}))[1] for extra in ({}, change))
    assert not np.allclose(plain.features["video"], other.features["video"])


def test_reduction_divides_the_step_of_sgd():
    """24 samples in batches of 6: mean is a 24th of sum, dcmh a 144th; SGD takes it off the rate."""
    runs = {}
    for reduction, lr in (("sum", 1e-5), ("mean", 24e-5), ("dcmh", 144e-5), ("dcmh", 1e-5)):
        settings = Settings(iterations=2, batch_size=6, optimiser="sgd", lr=lr, loss_reduction=reduction)
        runs[reduction, lr] = trained(settings=settings)[1].features["video"]
    np.testing.assert_allclose(runs["mean", 24e-5], runs["sum", 1e-5], atol=1e-12)
    np.testing.assert_allclose(runs["dcmh", 144e-5], runs["sum", 1e-5], atol=1e-12)
    assert not np.allclose(runs["dcmh", 1e-5], runs["sum", 1e-5], atol=1e-12)


def test_whole_image_networks_train_and_fixed_backbones_stay():
    toy = triplets(4, dtype=torch.float32)
    pictures = torch.rand(4, 3, 224, 224, generator=torch.Generator().manual_seed(0))
    inputs = {"image": pictures, "keyframe": pictures.flip(3), "video": toy.inputs["video"]}
    for layers in ("all", "fc8_only"):
        torch.manual_seed(0)
        backbone = CnnF(width=1 / 16)
        nets = build(backbone, backbone.num_features, VIDEO_DIM, DIM, hidden_dim=16, train_layers=layers)
        before = {key: value.clone() for key, value in nets.state_dict().items()}
        train(nets, inputs, toy.labels, toy.class_vectors, Settings(iterations=1, batch_size=2), seed=0)
        moved = {key for key, value in nets.state_dict().items() if not torch.equal(value, before[key])}
        assert any("backbone.conv1" in key for key in moved) == (layers == "all")
        assert {"image.fc8.weight", "keyframe.fc8.weight", "video.0.weight", "video.2.weight"} <= moved


def test_inputs_may_be_loaded_batch_by_batch():
    class Loaded:
        def __init__(self, rows):
            self.rows, self.largest = rows, 0

        def __len__(self):
            return len(self.rows)

        def __getitem__(self, index):
            self.largest = max(self.largest, len(index))
            return self.rows[index]

    toy = triplets()
    loaded = {name: Loaded(rows) for name, rows in toy.inputs.items()}
    found = train(networks(), loaded, toy.labels, toy.class_vectors, FAST, seed=0)
    assert np.array_equal(found.features["image"], trained(toy)[1].features["image"])
    assert {rows.largest for rows in loaded.values()} == {7}


def test_networks_stay_in_evaluation_mode():
    nets = nn.ModuleDict(dict(networks()))
    nets["image"].backbone = nn.Sequential(nn.BatchNorm1d(12, dtype=torch.float64), nn.Dropout(0.5))
    trained(nets=nets)
    assert nets["image"].backbone[0].num_batches_tracked == 0
    assert not any(net.training for net in nets.values())


def test_divergence_is_named():
    settings = Settings(iterations=100, batch_size=24, lr=10.0, optimiser="sgd")
    with pytest.raises(
        ValueError,
        match=r"^[a-z_]+: (inf|nan) found in iteration \d+ \(.*\), a finite number wanted; lower lr \(10.0 with sgd",
    ):
        trained(triplets(dtype=torch.float32), settings, networks(dtype=torch.float32))


def test_numbers_that_do_not_fit_are_named():
    toy = triplets()
    short = {**toy.inputs, "image": toy.inputs["image"][:5]}
    with pytest.raises(ValueError, match=r"image: 5 inputs and 24 labels found, the same number wanted, at least one"):
        train(networks(), short, toy.labels, toy.class_vectors, FAST, seed=0)
    other = {**toy.labels, "keyframe": toy.labels["keyframe"][::-1].copy()}
    with pytest.raises(ValueError, match=r"labels: keyframes and videos differ, each video with its own keyframe"):
        train(networks(), toy.inputs, other, toy.class_vectors, FAST, seed=0)
