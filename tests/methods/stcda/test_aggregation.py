import pytest
import torch

from i2v_core.methods.stcda.aggregation import KINDS, make_aggregator


def clips(count=4, dim=5, seed=0):
    return torch.randn(count, 3, dim, generator=torch.Generator().manual_seed(seed))


def made(kind, dim=5):
    torch.manual_seed(1)
    return make_aggregator(kind, dim=dim, segments=3)


@pytest.mark.parametrize("kind", KINDS)
def test_one_row_per_video_of_the_same_width(kind):
    assert made(kind)(clips()).shape == (4, 5)


@pytest.mark.parametrize("kind", KINDS)
def test_a_video_does_not_depend_on_the_others(kind):
    v = clips()
    torch.testing.assert_close(made(kind)(v)[2:3], made(kind)(v[2:3]), rtol=1e-5, atol=1e-6)  # float32, other batch


def test_mean_worked_by_hand():
    v = torch.tensor([[[1.0, 4.0], [2.0, 5.0], [6.0, 0.0]]])
    assert made("mean", dim=2)(v).tolist() == [[3.0, 3.0]]


def test_concat_is_a_linear_map_of_the_clips_side_by_side():
    v, aggregator = clips(), made("concat")
    weight, bias = aggregator.reduction.weight, aggregator.reduction.bias
    wanted = sum(v[:, i] @ weight[:, 5 * i : 5 * i + 5].T for i in range(3)) + bias
    torch.testing.assert_close(aggregator(v), wanted, rtol=1e-5, atol=1e-6)  # float32 in another order


def test_gru_is_the_last_of_three_steps_of_gated_units():
    """r = s(W_r x + U_r h), z = s(W_z x + U_z h), c = tanh(W_c x + r (U_c h)), h <- (1 - z) c + z h, with biases."""
    v, units = clips().double(), made("gru").units.double()
    w, u = units.weight_ih_l0.split(5), units.weight_hh_l0.split(5)
    b, c = units.bias_ih_l0.split(5), units.bias_hh_l0.split(5)
    hidden = torch.zeros(4, 5, dtype=torch.float64)
    for step in range(3):
        x = v[:, step]
        inputs = [x @ w[i].T + b[i] for i in range(3)]
        states = [hidden @ u[i].T + c[i] for i in range(3)]
        reset, keep = (torch.sigmoid(inputs[i] + states[i]) for i in range(2))
        hidden = (1 - keep) * torch.tanh(inputs[2] + reset * states[2]) + keep * hidden
    aggregator = made("gru").double()
    torch.testing.assert_close(aggregator(v), hidden, rtol=1e-10, atol=1e-12)  # float64


@pytest.mark.parametrize("kind", KINDS)
def test_uses_order_tells_whether_another_order_gives_another_video(kind):
    aggregator, v = made(kind), clips()
    moved = (aggregator(v) - aggregator(v.flip(1))).abs().max().item()
    assert aggregator.uses_order == (kind != "mean")
    # Random weights move the video by more than a hundredth; a mean by rounding alone.
    assert moved > 0.01 if aggregator.uses_order else moved < 1e-6


def test_gru_has_as_many_hidden_units_as_the_clip_feature_is_wide():
    assert make_aggregator("gru", dim=512, segments=3).units.hidden_size == 512


def test_another_kind_is_refused():
    with pytest.raises(ValueError, match=r"^aggregator: 'max' found, one of mean, concat, gru wanted"):
        make_aggregator("max", dim=2, segments=3)
