"""Rows of web supervision by name."""

import pytest

from i2v_core.methods.websup import runs
from i2v_core.methods.websup.runs import Plan


@pytest.mark.parametrize(
    ("row", "plan"),
    [
        ("image-i", Plan("image", ("image",), False, False, False)),
        ("image-f", Plan("image", ("video",), False, False, False)),
        ("image-if+a", Plan("image", ("image", "video"), True, False, False)),
        ("image-if+a+da", Plan("image", ("image", "video"), True, True, False)),
        ("video", Plan("video", ("video",), False, False, True)),
        ("video+da", Plan("video", ("video",), False, True, True)),
        ("video+init=imagenet", Plan("video", ("video",), False, False, False)),
        ("video+residual=no", Plan("video", ("video",), False, False, True, lifted={"residual": False})),
        ("video+bn=trainable", Plan("video", ("video",), False, False, True, lifted={"bn": "trainable"})),
        (
            "image-if+da+discriminator=threeway",
            Plan("image", ("image", "video"), False, True, False, discriminator={"kind": "threeway"}),
        ),
        (
            "image-if+da+discriminator=single_layer",
            Plan("image", ("image", "video"), False, True, False, discriminator={"single_layer": True}),
        ),
    ],
)
def test_a_row_says_what_it_trains(row, plan):
    assert runs.parsed(row) == plan


def test_trained_spatial_filters_take_their_normalisation_along_unless_told_otherwise():
    assert runs.parsed("video+spatial=trained").lifted == {"spatial": "trained", "bn": "trainable"}
    assert runs.parsed("video+spatial=trained+bn=frozen").lifted == {"spatial": "trained", "bn": "frozen"}


def test_only_rows_that_attend_or_adapt_see_the_target():
    assert [runs.parsed(row).sees_target for row in ("image-i", "image-if+a", "video+da", "video")] == [
        *(False, True, True, False)
    ]


def test_video_rows_start_from_the_full_image_model_or_from_weights_alone():
    assert runs.before("video+a+da") == "image-if+a+da"
    assert runs.before("video+init=imagenet") is None
    assert runs.before("image-if") is None


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("images", "model 'images' found, one of image-i, image-f, image-if, video wanted"),
        ("image-i+d", "'d' found, one of a, da, discriminator"),
        ("image-i+residual=no", "'residual' found, one of a, da, discriminator wanted"),
        ("video+residual=maybe", "residual=maybe found, one of yes, no wanted"),
        ("video+a+a", "a part stands twice"),
        ("video+bn=frozen+bn=trainable", "a part stands twice"),
        ("image-if+discriminator=shared1", "a discriminator without da found"),
    ],
)
def test_wrong_rows_are_named(row, message):
    with pytest.raises(ValueError, match=message):
        runs.parsed(row)
