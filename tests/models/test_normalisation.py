import pytest
import torch

from i2v_core.models.normalisation import Normalisation


def test_imagenet_on_a_pixel_worked_by_hand():
    pixel = torch.tensor([0.485, 0.456 + 0.224, 0.406 - 2 * 0.225]).reshape(1, 3, 1, 1)
    # float32: numbers of size one, so errors of a few 1e-7
    torch.testing.assert_close(
        Normalisation("imagenet")(pixel).flatten(), torch.tensor([0.0, 1.0, -2.0]), atol=1e-6, rtol=0
    )


def test_kinetics_maps_zero_to_one_onto_minus_one_to_one():
    x = torch.tensor([0.0, 0.25, 1.0]).reshape(3, 1, 1)
    assert Normalisation("kinetics")(x).flatten().tolist() == [-1.0, -0.5, 1.0]


def test_none_gives_the_input_itself():
    x = torch.rand(2, 3, 4, 4)
    assert Normalisation("none")(x) is x


def test_input_is_left_as_it_was():
    x = torch.full((1, 3, 2, 2), 0.5)
    Normalisation("imagenet")(x)
    assert x.unique().tolist() == [0.5]


@pytest.mark.parametrize("shape", [(3, 4, 5), (2, 3, 4, 5), (2, 7, 3, 4, 5)])
def test_channels_are_third_from_last(shape):
    x = torch.rand(shape)
    y = Normalisation("imagenet")(x)
    means, deviations = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    for channel in range(3):
        expected = (x[..., channel, :, :] - means[channel]) / deviations[channel]
        torch.testing.assert_close(y[..., channel, :, :], expected, atol=1e-6, rtol=0)  # float32 rounding


def test_statistics_move_with_the_model_but_are_not_saved():
    normalisation = Normalisation("imagenet").to(torch.float64)
    assert normalisation(torch.rand(3, 2, 2, dtype=torch.float64)).dtype == torch.float64
    assert normalisation.mean.dtype == torch.float64
    assert normalisation.state_dict() == {}


def test_unknown_name_lists_the_known():
    with pytest.raises(ValueError, match=r"normalisation: 'vgg' found, one of imagenet, kinetics, none wanted"):
        Normalisation("vgg")


def test_rgb_statistics_are_refused_for_flow():
    with pytest.raises(ValueError, match=r"normalisation: 'kinetics' is for 3 channels, 2 found; 'none' wanted"):
        Normalisation("kinetics", channels=2)
