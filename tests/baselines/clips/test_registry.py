"""What holds for every clip baseline."""

import inspect
import pkgutil
from functools import cache
from importlib import import_module

import pytest
import torch

from i2v_core.baselines import clips
from i2v_core.baselines.clips import METHODS, load, source_only
from i2v_core.batches import Batch
from tests.baselines.clips import videos

every = pytest.mark.parametrize("name", METHODS)
ONE_VIEW = [name for name in METHODS if name != "mm_sada"]


def test_every_module_of_the_folder_is_listed_under_its_name():
    modules = {m.name: import_module(f"{clips.__name__}.{m.name}") for m in pkgutil.iter_modules(clips.__path__)}
    assert {name for name, module in modules.items() if hasattr(module, "losses")} == set(METHODS)
    assert all(load(name).__name__ == f"{clips.__name__}.{name}" for name in METHODS)


@every
def test_losses_and_models_are_called_the_same_way(name):
    arguments = list(inspect.signature(load(name).losses).parameters.values())
    assert [a.name for a in arguments[:4]] == ["model", "source", "target", "progress"]
    assert all(a.kind is a.KEYWORD_ONLY for a in arguments[4:])
    arguments = list(inspect.signature(load(name).Model).parameters.values())
    assert [a.name for a in arguments[:2]] == ["feature_dim", "classes"]
    assert all(a.kind is a.KEYWORD_ONLY for a in arguments[2:])


@every
def test_logits_of_videos_and_their_probabilities(name):
    model = videos.build(load(name))
    logits = model(videos.batch(4, 1).inputs)
    assert logits.shape == (4, 3)
    assert torch.equal(logits, model.classify(videos.batch(4, 1).inputs))
    found = model.probabilities(videos.batch(4, 1).inputs)
    assert found.dtype == torch.float64
    # the softmax in 64 bits of float32 logits
    torch.testing.assert_close(found, logits.double().softmax(dim=1), atol=1e-12, rtol=0)


@every
def test_each_video_is_judged_by_itself(name):
    model, inputs = videos.build(load(name)), videos.batch(4, 1).inputs
    alone = torch.cat([model(inputs[i : i + 1]) for i in range(4)])
    # float32: sums of another batch size
    torch.testing.assert_close(model(inputs), alone, atol=1e-6, rtol=1e-5)


@every
@pytest.mark.parametrize("view", ["rgb", "flow"])
def test_one_view_of_two_listens_to_its_own_part_alone(name, view):
    model, inputs = videos.build(load(name)), videos.batch(4, 1).inputs
    other = inputs.clone()
    hidden = {"rgb": videos.VIEWS["flow"], "flow": videos.VIEWS["rgb"]}[view]
    other[..., hidden] = 9.0
    assert torch.equal(model.classify(inputs, view=view), model.classify(other, view=view))
    # both views: far above float32's rounding; TA3N starts with small weights
    assert (model.classify(inputs) - model.classify(other)).abs().max() > 1e-5
    assert torch.equal(model.probabilities(inputs, view=view), model.probabilities(other, view=view))


@pytest.mark.parametrize("name", ONE_VIEW)
def test_a_model_of_one_view(name):
    model = videos.build(load(name), views=None)
    source, target = videos.batch(6, 1), videos.batch(4, 2, labelled=False)
    terms = load(name).losses(model, source, target, 0.9)
    assert model(source.inputs).shape == (6, 3)
    assert all(term.isfinite() for term in terms.values())


@every
def test_terms_are_finite_scalars_of_the_same_names_throughout_training(name):
    model = videos.build(load(name))
    source, target = videos.batch(6, 1), videos.batch(4, 2, labelled=False)
    steps = [load(name).losses(model, source, target, progress) for progress in (0.0, 0.4, 0.7, 1.0)]
    assert all(terms.keys() == steps[0].keys() for terms in steps)
    assert all(term.shape == () and term.isfinite() for terms in steps for term in terms.values())


@every
def test_every_parameter_learns_at_some_time_of_training(name):
    model = videos.build(load(name))
    source, target = videos.batch(6, 1), videos.batch(4, 2, labelled=False)
    learnt = set()
    for progress in (0.1, 0.9):
        found = videos.gradients(model, *load(name).losses(model, source, target, progress).values())
        learnt |= {parameter for parameter, value in found.items() if value.abs().max() > 0}
    silent = {parameter for parameter, _ in model.named_parameters()} - learnt
    if name == "sava":  # its last layer is 0 at the start, and nothing passes it until it has learnt
        silent -= {p for p in silent if p.startswith("attention.") and ".0." in p}
        # a bias that is the same for all clips drops out of their softmax
    assert silent <= {f"attention.{view}.2.bias" for view in videos.VIEWS}
    assert set(map(id, model.new_parameters())) == set(map(id, model.parameters()))
    assert model.backbone_parameters() == []


@every
def test_target_labels_are_not_looked_at(name):
    model = videos.build(load(name))
    source, target = videos.batch(6, 1), videos.batch(6, 2)
    torch.manual_seed(3)
    first = load(name).losses(model, source, target, 0.7)
    target.labels = torch.full((6,), 99)
    torch.manual_seed(3)
    second = load(name).losses(model, source, target, 0.7)
    assert all(torch.equal(first[term], second[term]) for term in first)


@every
def test_corrupted_clips_beside_the_clean_ones_are_not_looked_at(name):
    model = videos.build(load(name))
    source, target = videos.batch(6, 1), videos.batch(4, 2, labelled=False)
    pairs = [
        Batch(torch.stack([b.inputs, torch.full_like(b.inputs, 7.0)], dim=1), b.index, b.labels)
        for b in (source, target)
    ]
    torch.manual_seed(3)
    wanted = load(name).losses(model, source, target, 0.7)
    torch.manual_seed(3)
    found = load(name).losses(model, *pairs, 0.7)
    assert all(torch.equal(found[term], wanted[term]) for term in wanted)


@every
def test_repeats_byte_for_byte_with_deterministic_kernels(name):
    source, target = videos.batch(6, 1), videos.batch(4, 2, labelled=False)
    seen = []
    torch.use_deterministic_algorithms(True)
    try:
        for _ in range(2):
            model = videos.build(load(name)).train()
            seen.append(videos.gradients(model, *load(name).losses(model, source, target, 0.7).values()))
    finally:
        torch.use_deterministic_algorithms(False)
    assert seen[0].keys() == seen[1].keys()
    assert all(torch.equal(seen[0][parameter], seen[1][parameter]) for parameter in seen[0])


@every
def test_options_of_the_stream_are_heeded(name):
    module = load(name)
    first = videos.build(module).streams["rgb"].encoder[0]
    assert first.weight.shape == (5, 4)
    assert videos.build(module, dim=6).streams["flow"].encoder[0].weight.shape == (6, 3)
    assert videos.build(module, dropout=0.3).streams["flow"].encoder[-1].p == 0.3
    assert videos.build(module, segments=4)(torch.zeros(2, 4, 7)).shape == (2, 3)


@pytest.mark.parametrize(
    ("name", "shift", "options", "model", "gain"),
    [
        ("dann", 1.5, {}, {}, 0.4),
        ("adabn", 1.5, {}, {}, 0.3),
        ("mmd", 1.5, {}, {}, 0.4),
        ("dan", 1.5, {}, {}, 0.4),
        pytest.param("ta3n", 1.5, {}, {"init_std": None, "relation_dim": 16}, 0.4, marks=pytest.mark.slow),
        ("daaa", 1.5, {}, {}, 0.3),
        pytest.param("sava", 1.5, {}, {"hidden_dim": 16}, 0.4, marks=pytest.mark.slow),
        pytest.param("tcon", 1.5, {}, {"hidden_dim": 16}, 0.3, marks=pytest.mark.slow),
        ("mm_sada", 1.0, {"reversal_high": 1.0}, {}, 0.1),
        ("mcd", 0.7, {"reversal_high": 4.0}, {}, 0.08),
    ],
)
def test_alignment_cures_a_shift_that_it_can_cure(name, shift, options, model, gain):
    """Against source only, which is near 0.52 at 1.5, 0.69 at 1.0, 0.87 at 0.7; 1 can be reached.

    Asked for are about two thirds of the gains measured.
    """
    found = [videos.accuracy(load(name), seed, shift=shift, options=options, model=model) for seed in range(2)]
    assert sum(found) / 2 > plain_accuracy(shift) + gain


@cache
def plain_accuracy(shift):
    return sum(videos.accuracy(source_only, seed, shift=shift, options={}, model={}) for seed in range(2)) / 2
