"""The image and the video model of web supervision, and what stands on their embeddings."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from i2v_core.models import saved
from i2v_core.models.web_heads import WebHeads
from i2v_core.models.web_image import WebImageModel
from i2v_core.models.web_video import WebVideoModel

BACKBONE = {"backbone": "resnet18", "backbone_options": {"channels": [4, 4, 8, 8]}, "normalisation": "imagenet"}


def image_model(**changes):
    torch.manual_seed(0)
    return WebImageModel(classes=3, **{**BACKBONE, "discriminator": {"hidden_dim": 6}, **changes})


def video_model(**changes):
    torch.manual_seed(1)
    return WebVideoModel(classes=3, image=BACKBONE, **{"discriminator": {"hidden_dim": 6}, **changes})


def images(count=4, *, seed=0, size=32):
    return torch.rand(count, 3, size, size, generator=torch.Generator().manual_seed(seed))


def chunk(count=2, frames=12, *, size=32):
    return torch.rand(count, frames, 3, size, size, generator=torch.Generator().manual_seed(5))


@pytest.mark.parametrize("is_training", [False, True])
@pytest.mark.parametrize("lifted", [{}, {"residual": False}])
def test_the_video_model_starts_as_the_image_model_averaged_over_the_frames(lifted, is_training):
    image = image_model()
    with torch.no_grad():  # statistics that are not those at the start
        for seed in range(3):
            image.train()(images(seed=seed))
    image.eval()
    video = video_model(lifted=lifted).train(is_training)
    video.start_from(image)
    clip = chunk()
    with torch.no_grad():
        wanted = image.classify(torch.stack([image.layers(frame)[-1] for frame in clip.unbind(1)]).mean(dim=0))
        assert (video(clip) - wanted).abs().max() < 1e-5  # float32, sums in another order


def test_so_it_does_at_full_width_with_resnet_34():
    torch.manual_seed(0)
    plain = {"backbone": "resnet34", "backbone_options": {}, "normalisation": "imagenet"}
    image, video = WebImageModel(classes=5, **plain).eval(), WebVideoModel(classes=5, image=plain).eval()
    video.start_from(image)
    clip = chunk(1, 4, size=64)
    with torch.no_grad():
        wanted = image.classify(torch.stack([image.layers(frame)[-1] for frame in clip.unbind(1)]).mean(dim=0))
        assert (video(clip) - wanted).abs().max() < 1e-4


def test_a_random_classifier_is_not_the_image_models():
    image = image_model()
    for choice in ("image", "random"):
        video = video_model()
        video.start_from(image, classifier=choice)
        same = torch.equal(video.heads.classifier.weight, image.heads.classifier.weight)
        assert same == (choice == "image")
    with pytest.raises(ValueError, match="classifier_init: 'none' found, one of image, random"):
        video_model().start_from(image, classifier="none")


def test_layers_have_the_widths_of_the_backbone_and_the_last_is_what_the_backbone_gives():
    model = image_model().eval()
    with torch.no_grad():
        found = model.layers(images())
        assert [tuple(layer.shape) for layer in found] == [(4, 4), (4, 4), (4, 8), (4, 8)]
        torch.testing.assert_close(found[-1], model.backbone(model.normalisation(images())))
        assert torch.equal(model(images()), model.classify(found[-1]))


@pytest.mark.parametrize(
    ("make", "kind", "inputs"), [(image_model, "web_image", images()), (video_model, "web_video", chunk())]
)
def test_a_saved_model_is_the_same_with_its_temperature(tmp_path, make, kind, inputs):
    model = make().eval()
    model.heads.attention["all"].temperature.fill_(0.25)
    arguments = {"discriminator": {"hidden_dim": 6}, **(BACKBONE if kind == "web_image" else {"image": BACKBONE})}
    saved.save(model, tmp_path / "m.pt", kind=kind, arguments=arguments, classes=["a", "b", "c"], inputs={})
    loaded = saved.load(tmp_path / "m.pt", type(model), kind=kind).model
    with torch.no_grad():
        assert torch.equal(loaded(inputs), model(inputs))
    assert loaded.heads.attention["all"].temperature.item() == 0.25


def heads(**changes):
    torch.manual_seed(2)
    how = {"classes": 3, "sources": ["image", "video"], "discriminator": {"hidden_dim": 5}, **changes}
    return WebHeads([2, 4], **how)


def layers(seed=0):
    random = torch.Generator().manual_seed(seed)
    sizes = {"image": 3, "video": 4, "target": 5}
    return {name: [torch.randn(n, width, generator=random) for width in (2, 4)] for name, n in sizes.items()}


def test_three_discriminators_judge_three_pairs_with_the_labels_of_equation_1():
    made, given = heads(), layers()
    found = made.domain_losses(given, 1.0)
    assert list(found) == ["domain_target_image", "domain_target_video", "domain_image_video"]
    for name, (first, second) in zip(
        found, (("target", "image"), ("target", "video"), ("image", "video")), strict=True
    ):
        judge = made.discriminators[name.removeprefix("domain_")]
        ones, zeros = judge(given[first], 1.0)[:, 0], judge(given[second], 1.0)[:, 0]
        value = -(torch.sigmoid(ones).log().mean() + (1 - torch.sigmoid(zeros)).log().mean())
        torch.testing.assert_close(found[name], value)


@pytest.mark.parametrize(("kind", "names"), [("pairwise3", ["domain_target_video"]), ("threeway", ["domain"])])
def test_a_row_without_web_images_aligns_the_domains_that_it_has(kind, names):
    made, given = heads(discriminator={"hidden_dim": 5, "kind": kind}), layers()
    del given["image"]
    found = made.domain_losses(given, 1.0)
    assert list(found) == names
    assert all(torch.isfinite(value) for value in found.values())


def test_the_video_stage_has_one_pair():
    assert heads(sources=["video"]).pairs == [("target", "video")]


def test_a_shared_discriminator_judges_all_pairs_and_a_threeway_one_all_domains():
    shared = heads(discriminator={"hidden_dim": 5, "kind": "shared1"})
    assert list(shared.discriminators) == ["all"]
    assert len(shared.domain_losses(layers(), 1.0)) == 3
    threeway, given = heads(discriminator={"hidden_dim": 5, "kind": "threeway"}), layers()
    (value,) = threeway.domain_losses(given, 1.0).values()
    wanted = 0.0
    for place, name in enumerate(("image", "video", "target")):
        logits = threeway.discriminators["all"](given[name], 1.0)
        wanted += functional.cross_entropy(logits, torch.full((len(logits),), place))
    torch.testing.assert_close(value, wanted)


def test_sources_share_w_or_have_their_own():
    one, own = heads(), heads(attention={"share_w": False})
    assert one.attention_of("image") is one.attention_of("video")
    assert own.attention_of("image") is not own.attention_of("video")
    assert len(own.undecayed_parameters()) == 2


def test_each_parameter_is_in_one_list_alone():
    model = image_model()
    lists = [model.backbone_parameters(), model.heads.decayed_parameters(), model.heads.undecayed_parameters()]
    ids = [id(parameter) for some in lists for parameter in some]
    assert sorted(ids) == sorted(map(id, model.parameters()))


def test_wrong_kinds_shapes_and_backbones_are_named():
    with pytest.raises(ValueError, match=r"discriminator kind: 'two' found, one of pairwise3, shared1, threeway"):
        heads(discriminator={"kind": "two"})
    with pytest.raises(ValueError, match=r"images: shape \(2, 3, 8\) found"):
        image_model().layers(torch.zeros(2, 3, 8))
    with pytest.raises(ValueError, match=r"clip: shape \(2, 3, 8, 8\) found"):
        video_model().layers(torch.zeros(2, 3, 8, 8))
    with pytest.raises(ValueError, match=r"a ResNet of timm with one convolution as its stem wanted"):
        WebImageModel(classes=2, backbone="vgg11")


def test_the_discriminator_of_the_deepest_layer_alone_sees_no_other():
    made, given = heads(discriminator={"hidden_dim": 5, "single_layer": True}), layers()
    plain = made.domain_losses(given, 1.0)
    for name in given:
        given[name][0] = torch.zeros_like(given[name][0])
    assert all(torch.equal(plain[name], value) for name, value in made.domain_losses(given, 1.0).items())
    assert isinstance(made.classifier, nn.Linear)
