import pytest
import torch
from torch.nn import functional

from i2v_core.baselines.clips import dann
from i2v_core.models.gradient_reversal import ganin_coefficient
from tests.baselines.clips import videos


@pytest.fixture
def domains():
    return videos.batch(6, 1), videos.batch(4, 2, labelled=False)


def plain(model, domains, level):
    """Domain cross entropy of clips or of their means without reversal, summed over the views."""
    total = 0
    for view, part in videos.VIEWS.items():
        rows, labels = [], []
        for domain, batch in enumerate(domains):
            clips = model.streams[view].encoder(batch.inputs[..., part].reshape(-1, part.stop - part.start))
            if level == "video":
                clips = torch.stack([clips[3 * i : 3 * i + 3].sum(dim=0) / 3 for i in range(len(batch.index))])
            rows.append(clips)
            labels += [domain] * len(clips)
        head = (model.clip_domain if level == "clip" else model.video_domain)[view]
        total = total + functional.cross_entropy(head(torch.cat(rows)), torch.tensor(labels))
    return total


def test_terms_are_the_equations(domains):
    model = videos.build(dann)
    terms = dann.losses(model, *domains, 0.5)
    classes = functional.cross_entropy(model(domains[0].inputs), domains[0].labels)
    assert terms.keys() == {"classification", "domain_clip", "domain_video"}
    # float32: the same sums in another order
    assert terms["classification"].item() == pytest.approx(classes.item(), abs=1e-6)
    assert terms["domain_clip"].item() == pytest.approx(plain(model, domains, "clip").item(), abs=1e-6)
    assert terms["domain_video"].item() == pytest.approx(plain(model, domains, "video").item(), abs=1e-6)


@pytest.mark.parametrize("level", ["clip", "video"])
@pytest.mark.parametrize(("progress", "high"), [(0.0, 1.0), (0.2, 1.0), (1.0, 1.0), (0.2, 0.5)])
def test_encoders_learn_the_reverse_by_ganins_schedule(domains, level, progress, high):
    model = videos.build(dann)
    term = dann.losses(model, *domains, progress, reversal_high=high)[f"domain_{level}"]
    found, wanted = videos.gradients(model, term), videos.gradients(model, plain(model, domains, level))
    head, encoder = f"{level}_domain.flow.0.weight", "streams.rgb.encoder.0.weight"
    coefficient = ganin_coefficient(progress, high=high)
    # float32: sums in another order
    torch.testing.assert_close(found[head], wanted[head], atol=1e-6, rtol=1e-4)
    torch.testing.assert_close(found[encoder], -coefficient * wanted[encoder], atol=1e-6, rtol=1e-4)
    assert wanted[encoder].abs().max() > 1e-3


def test_hidden_width_is_dim_unless_given():
    assert videos.build(dann).clip_domain["rgb"][0].out_features == 5
    assert videos.build(dann, hidden_dim=9).clip_domain["rgb"][0].out_features == 9
    assert videos.build(dann, hidden_dim=9).video_domain["flow"][0].out_features == 9
