import pytest

from i2v_core.own import choices
from i2v_core.own.facts import Facts
from i2v_core.own.networks import Networks

CLASSES = ("a", "b", "c", "d")
ENDS = ("epochs", "source_only", "stage4")


def facts(images=50, videos=400, source_videos=0, labelled_classes=4):
    sources = dict.fromkeys(CLASSES, source_videos) if source_videos else {}
    stills = dict.fromkeys(CLASSES, images) if images else {}
    return Facts(stills, videos, labelled=20, source_videos=sources, labelled_classes=labelled_classes)


def chosen(method, given, **networks):
    return {choice.key: choice.value for choice in choices.choose(method, given, Networks(**networks))}


def test_few_videos_train_for_more_epochs_within_bounds():
    epochs = [chosen("cycda", facts(videos=videos))["training.epochs.stage2"] for videos in (10, 100, 400, 10_000)]
    # 170 steps of 16: 70 of 100 videos are kept, 4 steps an epoch, 43 epochs, 40 at most; 280 of 400, 17 steps
    assert epochs == [40, 40, 10, 3]


def test_the_papers_share_is_kept_unless_a_class_would_keep_too_few_videos():
    for videos, stage2, stage4 in ((400, 0.7, 0.8), (43, 0.744, 0.8), (20, 1.0, 1.0)):  # 8 a class of 4: 32 / 43
        found = chosen("cycda", facts(videos=videos))
        assert (found["cycda.p_stage2"], found["cycda.p_stage4"]) == (stage2, stage4)


def test_the_bank_holds_at_most_half_of_a_class():
    assert [chosen("cfb", facts(videos=videos))["cfb.bank.size"] for videos in (8, 40, 400)] == [2, 5, 12]


def test_public_weights_bring_the_sizes_they_were_trained_at():
    small, full = chosen("cycda", facts()), chosen("cycda", facts(), image="timm", video="i3d.pt")
    assert small["image_model.weights"] == small["video_model.weights"] == "pretrained"
    assert (full["image_model.weights"], full["image_model.size_px"]) == ("timm", 224)
    assert (full["video_model.weights"], full["video_model"]["width"]) == ("i3d.pt", 1.0)
    assert full["cycda.frames_per_video"] == 5


@pytest.mark.parametrize("method", choices.METHODS)
def test_every_method_has_choices_with_a_reason_each(method):
    found = choices.choose(method, facts(source_videos=10), Networks())
    assert any(choice.key.rpartition(".")[2] in ("batch_size", "stages", *ENDS) for choice in found)
    assert all(choice.why for choice in found)


@pytest.mark.parametrize(
    ("method", "given", "message"),
    [
        ("dann", facts(), "method 'dann' found, one of cycda"),
        ("stcda", facts(), "stcda: no source videos found"),
        ("divafn", facts(labelled_classes=1), "divafn: labels of 1 classes of videos found, two at least wanted"),
        ("cycda", facts(images=0, source_videos=3), "cycda: no images found"),
    ],
)
def test_a_method_that_cannot_learn_from_what_there_is_says_so(method, given, message):
    with pytest.raises(ValueError, match=message):
        choices.check(method, given)
