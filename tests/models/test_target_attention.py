"""Attention of source samples by likeness to a target batch."""

import math

import pytest
import torch

from i2v_core.models.target_attention import TargetAttention, effective_sample_size


def points(count, dim=4, *, seed=0):
    return torch.randn(count, dim, generator=torch.Generator().manual_seed(seed))


@pytest.fixture
def attention():
    torch.manual_seed(1)
    made = TargetAttention(4, initial="xavier", normalise="none")
    made.temperature.fill_(1.7)
    return made


def by_loops(attention, source, target, *, count):
    """Section 3.4, written with loops."""
    scores = []
    for x in source:
        row = sorted((float(x @ attention.weight.detach() @ y) for y in target), reverse=True)
        scores.append(sum(row[:count]))
    raised = [math.exp(s / float(attention.temperature)) for s in scores]
    return scores, [value / sum(raised) for value in raised]


@pytest.mark.parametrize(("share", "count"), [(0.9, 6), (0.5, 3), (1.0, 7), (0.01, 1)])  # of seven
def test_it_equals_the_loops_of_the_equations(attention, share, count):
    source, target = points(5), points(7, seed=1)
    scores, alpha = by_loops(attention, source, target, count=count)
    assert attention.scores(source, target, top_share=share).tolist() == pytest.approx(scores, abs=1e-5)
    assert attention(source, target, top_share=share).tolist() == pytest.approx(alpha, abs=1e-6)


@pytest.mark.parametrize(("size", "count"), [(32, 28), (10, 9), (1, 1)])
def test_t_is_the_floor_of_the_share_as_in_the_paper(size, count):
    attention, target = TargetAttention(4), points(size, seed=1)
    target[:] = torch.nn.functional.normalize(torch.ones(4), dim=0)
    score = attention.scores(target[:1], target, top_share=0.9)  # each pair scores 1, so s is T
    assert score.item() == pytest.approx(count, abs=1e-5)


@pytest.mark.parametrize("size", [1, 2, 10, 32])
def test_weights_sum_to_1_over_any_batch(attention, size):
    alpha = attention(points(size), points(9, seed=1), top_share=0.9)
    assert alpha.sum().item() == pytest.approx(1.0, abs=1e-6)
    assert (alpha > 0).all()


def test_zeros_weigh_all_alike_and_the_identity_favours_what_looks_like_the_target():
    target = torch.tensor([[1.0, 0.1], [1.0, -0.1]])
    source = torch.tensor([[2.0, 0.0], [0.0, 2.0], [-2.0, 0.0]])
    uniform = TargetAttention(2, initial="zeros")(source, target, top_share=1.0)
    assert uniform.tolist() == pytest.approx([1 / 3] * 3)
    near, across, far = TargetAttention(2)(source, target, top_share=1.0).tolist()
    assert near > across > far


def test_with_l2_the_lengths_of_embeddings_do_not_matter_and_without_they_do():
    source, target = points(4), points(6, seed=1)
    for normalise, same in (("l2", True), ("none", False)):
        attention = TargetAttention(4, normalise=normalise)
        plain, longer = (attention(source * factor, target, top_share=0.9) for factor in (1.0, 3.0))
        assert torch.allclose(plain, longer, atol=1e-6) == same


def test_gradients_reach_embeddings_unless_detached_and_w_in_both_cases():
    for detach in (False, True):
        attention = TargetAttention(4, detach_embeddings=detach)
        source, target = points(4).requires_grad_(), points(6, seed=1).requires_grad_()
        attention(source, target, top_share=0.9)[0].backward()
        assert attention.weight.grad.abs().sum() > 0
        assert (source.grad is None, target.grad is None) == (detach, detach)


@pytest.mark.parametrize("normalise", ["l2", "none"])
def test_the_gradient_is_the_derivative(normalise):
    attention = TargetAttention(4, normalise=normalise).double()
    source, target = points(3).double().requires_grad_(), points(5, seed=1).double().requires_grad_()

    def alpha(source, target, weight):
        parameters = {"weight": weight, "temperature": torch.tensor(1.7, dtype=torch.float64)}
        return torch.func.functional_call(attention, parameters, (source, target), {"top_share": 0.9})

    assert torch.autograd.gradcheck(alpha, (source, target, attention.weight))


def test_the_temperature_is_so_many_deviations_of_the_scores_and_is_saved():
    attention = TargetAttention(4)
    attention.calibrate(torch.tensor([1.0, 3.0]), deviations=2.0)  # deviation of the population 1
    assert attention.temperature.item() == 2.0
    other = TargetAttention(4)
    other.load_state_dict(attention.state_dict())
    assert other.temperature.item() == 2.0
    attention.calibrate(torch.zeros(9), deviations=2.0)
    assert attention.temperature.item() == 1.0


def test_of_gaussian_scores_the_effective_sample_size_is_as_the_docstring_says():
    scores = torch.randn(200_000, generator=torch.Generator().manual_seed(0))
    attention = TargetAttention(2)
    attention.calibrate(scores, deviations=2.0)
    alpha = (scores / attention.temperature).softmax(dim=0)
    assert effective_sample_size(alpha).item() / len(scores) == pytest.approx(math.exp(-1 / 4), abs=0.01)


def test_the_effective_sample_size_is_n_of_equal_weights_and_1_of_a_single_one():
    assert effective_sample_size(torch.full((8,), 1 / 8)).item() == pytest.approx(8)
    assert effective_sample_size(torch.tensor([0.0, 1.0])).item() == 1.0


def test_wrong_words_shares_and_deviations_are_named():
    with pytest.raises(ValueError, match=r"attention initial: 'ones' found, one of identity, zeros, xavier"):
        TargetAttention(2, initial="ones")
    with pytest.raises(ValueError, match=r"attention normalise: 'l1' found"):
        TargetAttention(2, normalise="l1")
    for share in (0.0, 1.1):
        with pytest.raises(ValueError, match=rf"top_share {share} of 3 target samples found"):
            TargetAttention(2)(points(2, 2), points(3, 2), top_share=share)
    with pytest.raises(ValueError, match=r"temperature.deviations: 0 found"):
        TargetAttention(2).calibrate(torch.ones(2), deviations=0)
