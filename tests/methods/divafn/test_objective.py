import re

import numpy as np
import pytest
import torch

from i2v_core.methods.divafn.objective import MODALITIES, Settings, State, batch_terms, diagnostics, objective

# All weights differ, so that none can stand in for another.
SETTINGS = Settings(image_video=0.3, image_keyframe=0.5, keyframe_video=0.7, decoder=0.2, encoder=0.4)
N, D, K = 7, 5, 4


def drawn(images=N, seed=0):
    """F, H, G of 7 samples of 3 classes in float64, weights that minimise nothing."""
    random = torch.Generator().manual_seed(seed)

    def normal(*shape):
        return torch.randn(*shape, dtype=torch.float64, generator=random)

    labels = torch.tensor([0, 2, 1, 1, 0, 2, 2])
    labels_image = labels[torch.arange(images) % N]
    counts = {"image": images, "keyframe": N, "video": N}
    features = {name: normal(count, D) for name, count in counts.items()}
    weights = {name: normal(K, D) for name in MODALITIES} | {"fused": normal(K, 2 * D)}
    return State(features, {"image": labels_image, "keyframe": labels, "video": labels}, normal(3, K), weights)


def columns(state):
    """F, H, G, S, similarity matrices and weights as the paper has them, samples as columns."""
    f, h, g = (state.features[name].numpy().T for name in MODALITIES)
    s = state.class_vectors[state.labels["video"]].numpy().T
    y, x = state.labels["video"].numpy(), state.labels["image"].numpy()
    same = (x[:, None] == y).astype(float), (x[:, None] == y).astype(float), (y[:, None] == y).astype(float)
    return f, h, g, s, same, {name: w.numpy() for name, w in state.weights.items()}


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def paper(state, settings, likelihood):
    """Equation 14 in numpy, with a given form of the negative log-likelihood of one pair."""
    f, h, g, s, (m1, m2, m3), w = columns(state)
    a, b, c = settings.image_video, settings.image_keyframe, settings.keyframe_video
    total = a * likelihood(f.T @ g / 2, m1).sum() + b * likelihood(f.T @ h / 2, m2).sum()
    total += c * likelihood(h.T @ g / 2, m3).sum()
    s_image = state.class_vectors[state.labels["image"]].numpy().T
    for x, w_x, s_x in (
        (f, w["image"], s_image),
        (h, w["keyframe"], s),
        (g, w["video"], s),
        (np.vstack([h, g]), w["fused"], s),
    ):
        total += settings.decoder * np.sum((x - w_x.T @ s_x) ** 2) + settings.encoder * np.sum((w_x @ x - s_x) ** 2)
    return total


def correct(theta, same):
    return -np.log(np.where(same == 1, sigmoid(theta), 1 - sigmoid(theta)))


def misprint(theta, same):
    return -((same - 1) * theta - np.log(1 + np.exp(theta)))


def closed_gradients(state, settings, *, less=0.0, fused=True):
    """Equations 15 to 17 with sigma - M + less; less = 1 and no Auto-E is what is printed."""
    f, h, g, s, (m1, m2, m3), w = columns(state)
    a, b, c = settings.image_video / 2, settings.image_keyframe / 2, settings.keyframe_video / 2
    e1, e2, e3 = (sigmoid(t / 2) - m + less for t, m in ((f.T @ g, m1), (f.T @ h, m2), (h.T @ g, m3)))

    def rest(x, w_x):
        return 2 * settings.decoder * (x - w_x.T @ s) + 2 * settings.encoder * w_x.T @ (w_x @ x - s)

    of_fused = rest(np.vstack([h, g]), w["fused"]) if fused else np.zeros((2 * D, N))
    return {
        "image": (a * g @ e1.T + b * h @ e2.T + rest(f, w["image"])).T,
        "keyframe": (b * f @ e2 + c * g @ e3.T + rest(h, w["keyframe"]) + of_fused[:D]).T,
        "video": (a * f @ e1 + c * h @ e3 + rest(g, w["video"]) + of_fused[D:]).T,
    }


def central_differences(state, name, value):
    """Of `value(state)` in all features of a modality."""
    features, found = state.features[name], torch.empty_like(state.features[name])
    for i in range(features.shape[0]):
        for j in range(features.shape[1]):
            kept, ends = features[i, j].item(), []
            for step in (1e-5, -1e-5):
                features[i, j] = kept + step
                ends.append(float(value(state)))
            features[i, j] = kept
            found[i, j] = (ends[0] - ends[1]) / 2e-5
    return found.numpy()


def gap(found, wanted):
    return np.linalg.norm(found - wanted) / np.linalg.norm(wanted)


def total(state):
    return sum(objective(state, SETTINGS).values())


def through_batch(state, name, index):
    rows = state.features[name][index].clone().requires_grad_()
    sum(batch_terms(name, rows, index, state, SETTINGS).values()).backward()
    return rows.grad.numpy()


def test_objective_is_equation_14_with_the_likelihood_of_1_to_3():
    for state in (drawn(), drawn(images=10)):
        terms = objective(state, SETTINGS)
        assert len(terms) == 11
        assert sum(terms.values()).item() == pytest.approx(paper(state, SETTINGS, correct), rel=1e-12)
        assert paper(state, SETTINGS, misprint) != pytest.approx(paper(state, SETTINGS, correct), rel=1e-3)


@pytest.mark.parametrize("name", MODALITIES)
def test_gradients_are_those_of_the_objective(name):
    """Central differences, autograd through all rows and the corrected equations 15 to 17 agree."""
    state = drawn()
    numeric = central_differences(state, name, total)
    assert gap(closed_gradients(state, SETTINGS)[name], numeric) < 1e-8
    assert gap(through_batch(state, name, torch.arange(N)), numeric) < 1e-8


@pytest.mark.parametrize("name", MODALITIES)
def test_printed_gradients_are_not(name):
    """Sigma - (M - 1) belongs to the misprinted objective; without Auto-E it is that of none for keyframe and video."""
    state = drawn()
    numeric = central_differences(state, name, total)
    printed = closed_gradients(state, SETTINGS, less=1.0, fused=False)[name]
    assert gap(printed, numeric) > 0.1
    of_misprint = central_differences(state, name, lambda given: paper(given, SETTINGS, misprint))
    assert (gap(printed, of_misprint) < 1e-8) == (name == "image")
    assert gap(closed_gradients(state, SETTINGS, less=1.0)[name], of_misprint) < 1e-8


@pytest.mark.parametrize("name", MODALITIES)
@pytest.mark.parametrize("images", [N, 10])
def test_batches_have_the_gradients_of_their_rows(name, images):
    state = drawn(images)
    count = len(state.features[name])
    whole = through_batch(state, name, torch.arange(count))
    for index in torch.randperm(count, generator=torch.Generator().manual_seed(1)).split(3):
        np.testing.assert_allclose(through_batch(state, name, index), whole[index.numpy()], rtol=1e-12, atol=1e-12)


def test_terms_of_a_batch_are_those_it_takes_part_in():
    state, index = drawn(), torch.arange(N)
    whole = objective(state, SETTINGS)
    for name, wanted in (
        ("image", "image_video image_keyframe decoder_image encoder_image"),
        ("keyframe", "image_keyframe keyframe_video decoder_keyframe encoder_keyframe decoder_fused encoder_fused"),
        ("video", "image_video keyframe_video decoder_video encoder_video decoder_fused encoder_fused"),
    ):
        terms = batch_terms(name, state.features[name], index, state, SETTINGS)
        assert list(terms) == wanted.split()
        for term, value in terms.items():
            assert value.item() == pytest.approx(whole[term].item(), rel=1e-12)


def test_rows_of_the_trained_modality_are_not_read():
    state, index = drawn(), torch.tensor([1, 4])
    rows = state.features["keyframe"][index].clone()
    wanted = batch_terms("keyframe", rows, index, state, SETTINGS)
    state.features["keyframe"].fill_(float("nan"))
    found = batch_terms("keyframe", rows, index, state, SETTINGS)
    assert all(found[name] == wanted[name] for name in wanted)


def test_weights_of_zero_and_missing_autoencoders_leave_terms_out():
    state = drawn()
    state.weights = {}
    plain = Settings(image_video=0, decoder=0, encoder=0)
    assert list(objective(state, plain)) == ["image_video", "image_keyframe", "keyframe_video"]
    terms = batch_terms("image", state.features["image"], torch.arange(N), state, plain)
    assert list(terms) == ["image_keyframe"]
    assert not plain.has_autoencoders


def test_diagnostics_worked_by_hand():
    """One sample in one dimension: x = 2, s = 4, w = 3; E = (2, 2), W = (1, 2)."""
    one, label = torch.tensor([[2.0]]), torch.tensor([0])
    weights = {name: torch.tensor([[3.0]]) for name in MODALITIES} | {"fused": torch.tensor([[1.0, 2.0]])}
    state = State(dict.fromkeys(MODALITIES, one), dict.fromkeys(MODALITIES, label), torch.tensor([[4.0]]), weights)
    found = diagnostics(state)
    assert found["norm_video"] == 2
    assert found["encoder_gap_video"] == pytest.approx(abs(3 * 2 - 4) / 4)
    assert found["decoder_gap_video"] == pytest.approx(abs(2 - 3 * 4) / 2)
    assert found["encoder_gap_fused"] == pytest.approx(abs(2 + 4 - 4) / 4)
    assert found["decoder_gap_fused"] == pytest.approx(np.hypot(2 - 4, 2 - 8) / np.hypot(2, 2))


def test_defaults_are_the_papers():
    found = Settings()
    assert (found.image_video, found.image_keyframe, found.keyframe_video) == (0.1, 0.1, 1.0)
    assert (found.decoder, found.encoder, found.iterations, found.batch_size, found.lr) == (0.1, 0.01, 100, 64, 1e-4)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"optimiser": "lbfgs"}, "optimiser: 'lbfgs' found, one of adam, sgd wanted"),
        ({"loss_reduction": "none"}, "loss_reduction: 'none' found, one of sum, mean, dcmh wanted"),
        ({"keyframe_video": -1}, "keyframe_video: -1 found, 0 or more wanted"),
        ({"batch_size": 0}, "batch_size: 0 found, 1 or more wanted"),
        ({"lr": 0}, "lr: 0 found, a number above 0 wanted"),
        ({"decoder": 0}, "decoder: 0 found with encoder 0.01; set both to 0 (DIVA), or decoder above 0"),
    ],
)
def test_bad_settings_are_named(given, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        Settings(**given)
