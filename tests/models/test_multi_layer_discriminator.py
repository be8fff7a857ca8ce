"""Discriminators over several layers."""

import pytest
import torch

from i2v_core.models.multi_layer_discriminator import MultiLayerDiscriminator

WIDTHS = [2, 3, 4]


def embeddings(count=5, *, seed=0):
    random = torch.Generator().manual_seed(seed)
    return [torch.randn(count, width, generator=random, dtype=torch.float64) for width in WIDTHS]


@pytest.fixture
def judge():
    torch.manual_seed(0)
    return MultiLayerDiscriminator(WIDTHS, hidden_dim=6).double()


def test_it_is_the_recursion_of_the_paper_written_out(judge):
    first, second, third = embeddings()
    relu = torch.relu
    d1 = judge.layers[0](relu(first))
    d2 = judge.layers[1](relu(torch.cat([d1, second], dim=1)))
    d3 = judge.logits(relu(judge.layers[2](relu(torch.cat([d2, third], dim=1)))))
    assert torch.equal(judge([first, second, third], 1.0), d3)
    assert d3.shape == (5, 1)


def test_each_layer_matters(judge):
    given, plain = embeddings(), judge(embeddings(), 1.0)
    for place in range(3):
        changed = [part + (place == number) for number, part in enumerate(given)]
        assert (judge(changed, 1.0) - plain).abs().max() > 1e-6


def test_of_resnet_34s_widths_it_has_443649_parameters():
    made = MultiLayerDiscriminator([64, 128, 256, 512])
    assert sum(parameter.numel() for parameter in made.parameters()) == 443_649


def test_the_single_layer_is_a_perceptron_on_the_last_embedding():
    made = MultiLayerDiscriminator([64, 128, 256, 512], single_layer=True)
    assert [tuple(p.shape) for p in made.parameters()] == [(256, 512), (256,), (1, 256), (1,)]
    last = torch.randn(3, 512)
    shallow = [torch.full((3, width), torch.nan) for width in (64, 128, 256)]
    assert torch.isfinite(made([*shallow, last], 1.0)).all()


def test_gradients_are_reversed_once_at_each_layer_and_not_in_the_discriminator(judge):
    """Against the same sum without reversal: embeddings get -0.3 times its gradient, parameters the same gradient."""
    gradients = {}
    for coefficient in (-1.0, 0.3):  # -1 is no reversal: -(-1) = 1
        given = [part.requires_grad_() for part in embeddings()]
        judge.zero_grad()
        judge(given, coefficient).sum().backward()
        gradients[coefficient] = [part.grad for part in given], [p.grad.clone() for p in judge.parameters()]
    for plain, reversed_ in zip(gradients[-1.0][0], gradients[0.3][0], strict=True):
        torch.testing.assert_close(reversed_, -0.3 * plain)
    for plain, same in zip(gradients[-1.0][1], gradients[0.3][1], strict=True):
        torch.testing.assert_close(same, plain)


def test_no_layer_is_refused():
    with pytest.raises(ValueError, match="widths of no layer found"):
        MultiLayerDiscriminator([])
