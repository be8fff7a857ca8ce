import torch

from i2v_core.models.heads import perceptron


def test_is_linear_relu_linear():
    torch.manual_seed(0)
    net = perceptron(3, 5, 2).double()
    x = torch.randn(4, 3, dtype=torch.float64)
    first, second = net[0], net[2]
    hidden = (x @ first.weight.T + first.bias).clamp(min=0)
    # float64: only the order of summation differs
    torch.testing.assert_close(net(x), hidden @ second.weight.T + second.bias, atol=1e-12, rtol=0)


def test_widths_are_the_arguments():
    # 3 * 5 + 5 and 5 * 2 + 2 parameters
    assert [sum(p.numel() for p in layer.parameters()) for layer in perceptron(3, 5, 2)] == [20, 0, 12]
