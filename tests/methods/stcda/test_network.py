import pytest
import torch
from torch import nn

from i2v_core.methods.stcda.network import (
    Features,
    StreamNetwork,
    TwoStream,
    on_clips,
    on_features,
    sizes_of,
    video_features,
)
from i2v_core.models.i3d import I3D

WIDTHS = {"rgb": 4, "flow": 3}


def model(**options):
    torch.manual_seed(0)
    return on_features(WIDTHS, **{"classes": 5, "dim": 6, "aggregator": "gru", **options})


def inputs(count=2, seed=0, width=7):
    return torch.randn(count, 3, width, generator=torch.Generator().manual_seed(seed))


def test_views_lie_side_by_side():
    assert sizes_of({"rgb": 4, "flow": 3}) == {"rgb": slice(0, 4), "flow": slice(4, 7)}


def test_each_stream_sees_its_part_alone():
    found, x = model(), inputs()
    before, changed = found.features(x), x.clone()
    changed[..., 4:] += 1
    after = found.features(changed)
    assert torch.equal(before["rgb"].clips, after["rgb"].clips)
    assert torch.equal(before["rgb"].videos, after["rgb"].videos)
    assert not torch.equal(before["flow"].clips, after["flow"].clips)


def test_streams_share_no_parameter():
    found = model()
    rgb, flow = ({id(p) for p in found.streams[view].parameters()} for view in WIDTHS)
    assert not rgb & flow


def test_a_clip_is_projected_by_itself():
    stream, x = model().streams["rgb"], inputs(width=4)
    wanted = x @ stream.projection.weight.T + stream.projection.bias
    torch.testing.assert_close(stream.clips(x), wanted, rtol=1e-5, atol=1e-6)  # float32
    assert stream.video(stream.clips(x)).shape == (2, 6)


class Centre(nn.Module):
    """The pixel in the middle of the first and last frame, all channels."""

    def forward(self, clips):
        m, t, c, h, w = clips.shape
        self.seen = (m, t, c, h, w)
        return torch.cat([clips[:, 0, :, h // 2, w // 2], clips[:, -1, :, h // 2, w // 2]], dim=1)


def test_clips_reach_the_encoder_one_by_one():
    encoder = Centre()
    stream = StreamNetwork(encoder, 4, classes=5, dim=6)
    raw = torch.arange(2 * 3 * 4 * 2 * 5 * 6, dtype=torch.float32).reshape(2, 3, 4, 2, 5, 6)
    found = stream.clips(raw)
    assert encoder.seen == (6, 4, 2, 5, 6)
    pixels = torch.cat([raw[1, 2, 0, :, 2, 3], raw[1, 2, 3, :, 2, 3]])
    torch.testing.assert_close(found[1, 2], stream.projection(pixels), rtol=1e-5, atol=1e-4)  # values of hundreds


def test_few_clips_at_once_reach_the_encoder_in_their_order():
    raw, seen = torch.rand(2, 3, 4, 2, 5, 6), []
    whole, parted = (StreamNetwork(Centre(), 4, classes=5, dim=6, clips_at_once=count) for count in (0, 4))
    parted.load_state_dict(whole.state_dict())
    parted.encoder.register_forward_hook(lambda encoder, *given: seen.append(encoder.seen))
    torch.testing.assert_close(parted.clips(raw), whole.clips(raw), rtol=1e-5, atol=1e-6)  # float32
    assert seen == [(3, 4, 2, 5, 6)] * 2


def test_a_number_of_clips_below_none_is_refused():
    with pytest.raises(ValueError, match=r"^clips_at_once: -1 found, 1 or more, or 0 for all wanted; see params\.yaml"):
        StreamNetwork(Centre(), 4, classes=5, clips_at_once=-1)


def test_each_view_of_clips_sees_its_channels():
    encoders = {view: Centre() for view in ("rgb", "flow")}
    encoders["rgb"].feature_dim, encoders["flow"].feature_dim = 6, 4
    found = on_clips(encoders, {"rgb": 3, "flow": 2}, classes=5, dim=6)
    raw = torch.rand(2, 3, 4, 5, 6, 6)
    features = found.features(raw)
    assert (encoders["rgb"].seen, encoders["flow"].seen) == ((6, 4, 3, 6, 6), (6, 4, 2, 6, 6))
    for view, channels in (("rgb", raw[:, :, :, :3]), ("flow", raw[:, :, :, 3:])):
        torch.testing.assert_close(features[view].clips, found.streams[view].clips(channels))


def test_an_i3d_is_an_encoder_by_its_features():
    torch.manual_seed(0)
    encoder = I3D(classes=None, in_channels=2, width=0.0625, normalisation="none").eval()
    stream = StreamNetwork(encoder, encoder.feature_dim, classes=5, dim=6).eval()
    raw = torch.rand(1, 3, 8, 2, 32, 32)
    with torch.no_grad():
        clip = encoder.features(raw[0, 1][None])
        torch.testing.assert_close(stream.clips(raw)[0, 1], stream.projection(clip)[0], rtol=1e-4, atol=1e-5)


def test_parameters_are_of_the_encoder_or_new_and_none_is_left_out():
    stream = StreamNetwork(nn.Linear(4, 4), 4, classes=5, dim=6)
    backbone, new = ({id(p) for p in part} for part in (stream.backbone_parameters(), stream.new_parameters()))
    assert backbone == {id(p) for p in stream.encoder.parameters()}
    assert backbone | new == {id(p) for p in stream.parameters()}
    assert not backbone & new
    both = TwoStream({"rgb": stream, "flow": StreamNetwork(nn.Identity(), 3, classes=5)}, sizes_of(WIDTHS))
    assert len(both.backbone_parameters()) == 2
    assert len(both.backbone_parameters()) + len(both.new_parameters()) == len(list(both.parameters()))


def test_the_classifier_reads_the_video_or_each_clip():
    x = inputs(width=4)
    for classify_on, rows in (("video", 1), ("clips", 3)):
        stream = model(classify_on=classify_on).streams["rgb"]
        clips, videos = stream.features(x)
        outputs = stream.outputs(Features(clips, videos))
        read = videos[:, None] if rows == 1 else clips
        assert outputs.shape == (2, rows, 5)
        assert torch.equal(outputs, stream.classifier(read))
        torch.testing.assert_close(stream(x), outputs.softmax(dim=2).mean(dim=1))


def fused_by_hand(fusion):
    """Logits (0, ln 3) and (ln 8, 0) of the views: softmax (1/4, 3/4) and (8/9, 1/9)."""
    found = on_features({"rgb": 1, "flow": 1}, classes=2, dim=1, aggregator="mean", fusion=fusion)
    logits = {"rgb": torch.tensor([1.0, 3.0]).log(), "flow": torch.tensor([8.0, 1.0]).log()}
    for view, stream in found.streams.items():
        nn.init.zeros_(stream.classifier.weight)
        stream.classifier.bias.data = logits[view]
    return found.probabilities(torch.zeros(1, 3, 2))


def test_mean_softmax_worked_by_hand():
    """((1/4 + 8/9) / 2, (3/4 + 1/9) / 2) = (41/72, 31/72)."""
    torch.testing.assert_close(fused_by_hand("mean_softmax"), torch.tensor([[41 / 72, 31 / 72]]))


def test_sum_logits_worked_by_hand():
    """Logits (ln 8, ln 3): (8/11, 3/11)."""
    torch.testing.assert_close(fused_by_hand("sum_logits"), torch.tensor([[8 / 11, 3 / 11]]))


@pytest.mark.parametrize("fusion", ["mean_softmax", "sum_logits"])
def test_two_equal_views_predict_as_one(fusion):
    found = on_features({"rgb": 4, "flow": 4}, classes=5, dim=6, fusion=fusion)
    found.streams["flow"].load_state_dict(found.streams["rgb"].state_dict())
    x = inputs(20, width=4)
    assert torch.equal(found.probabilities(torch.cat([x, x], dim=2)).argmax(1), found.streams["rgb"](x).argmax(1))


@pytest.mark.parametrize("fusion", ["mean_softmax", "sum_logits"])
def test_one_view_alone_is_its_own_fusion(fusion):
    found = on_features({"rgb": 4}, classes=5, dim=6, fusion=fusion)
    torch.testing.assert_close(found.probabilities(inputs(width=4)), found.streams["rgb"](inputs(width=4)))
    assert found.other("rgb") is None


def test_softmax_of_forward_gives_the_probabilities():
    for options in ({}, {"fusion": "sum_logits"}, {"classify_on": "clips"}):
        found = model(**options)
        torch.testing.assert_close(found(inputs()).softmax(dim=1), found.probabilities(inputs()))


def test_certain_predictions_stay_finite():
    found = model()
    for stream in found.streams.values():
        stream.classifier.bias.data[0] = 1000.0
    assert found(inputs()).isfinite().all()


def test_video_features_are_those_of_evaluation_mode():
    found = model()
    found.streams["rgb"].encoder = nn.Dropout(0.9)
    found.train()
    arrays = video_features(found, [inputs(2), inputs(3, seed=1)])
    assert found.training
    assert {view: part.shape for view, part in arrays.items()} == {"rgb": (5, 6), "flow": (5, 6)}
    found.eval()
    wanted = torch.cat([found.features(x)["rgb"].videos for x in (inputs(2), inputs(3, seed=1))])
    assert arrays["rgb"].tolist() == wanted.tolist()


@pytest.mark.parametrize("shape", [(2, 4), (2, 2, 4), (2, 3, 8, 4)])
def test_unfit_videos_are_named(shape):
    with pytest.raises(ValueError, match=r"^videos: shape .* found, \(n, 3, features\) or \(n, 3, t, channels, h, w\)"):
        model().streams["rgb"].clips(torch.zeros(shape))


def test_inputs_of_another_width_are_refused():
    with pytest.raises(ValueError, match=r"^inputs: axis -1 of 6 found, 7 for rgb, flow wanted"):
        model().probabilities(inputs(width=6))


def test_unfit_arguments_are_named():
    with pytest.raises(ValueError, match=r"^classify_on: 'frames' found, 'video' or 'clips' wanted"):
        model(classify_on="frames")
    with pytest.raises(ValueError, match=r"^fusion: 'max' found, one of mean_softmax, sum_logits wanted"):
        model(fusion="max")
    with pytest.raises(ValueError, match=r"^streams of \['rgb'\], sizes of \['flow'\] found"):
        TwoStream({"rgb": StreamNetwork(nn.Identity(), 4, classes=2)}, {"flow": slice(0, 4)})
