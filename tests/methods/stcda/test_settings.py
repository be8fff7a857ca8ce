import pytest

from i2v_core.methods.stcda.settings import Settings


def test_defaults_are_those_of_the_paper():
    found = Settings(stage=3)
    assert (found.alpha, found.beta) == (2.0, 0.5)
    assert found.levels == ("clip", "video")
    assert found.domains == ("source", "target")
    assert (found.alignment, found.fuse, found.pseudo_labels) == ("vca", True, "updated")


def test_banks_are_in_all_stages_and_discriminators_in_the_third():
    for stage in (1, 2, 3):
        assert Settings(stage=stage).has_contrast
        assert not Settings(stage=stage).is_adversarial
        assert Settings(stage=stage, alignment="adversarial").is_adversarial == (stage == 3)
    assert not Settings(stage=2, alpha=0).has_contrast
    assert not Settings(stage=3, alignment="adversarial", beta=0).is_adversarial


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"stage": 4}, r"^stage: 4 found, one of 1, 2, 3 wanted"),
        ({"positive_from": "memory"}, r"^positive_from: 'memory' found, one of bank, online wanted"),
        ({"alignment": "mmd"}, r"^alignment: 'mmd' found, one of vca, adversarial wanted"),
        ({"pseudo_labels": "true"}, r"^pseudo_labels: 'true' found, one of updated, fixed wanted"),
        ({"levels": ["frame"]}, r"^levels: \['frame'\] found, some of clip, video wanted"),
        ({"levels": []}, r"^levels: \[\] found"),
        ({"domains": ["test"]}, r"^domains: \['test'\] found, some of source, target wanted"),
        ({"alpha": -1}, r"^alpha: -1 found, 0 or more wanted"),
        ({"beta": float("nan")}, r"^beta: nan found, 0 or more wanted"),
        ({"negatives": 0}, r"^negatives: 0 found, 1 or more wanted"),
        ({"video_inter_negatives": -1}, r"^video_inter_negatives: -1 found, 0 or more wanted"),
        ({"video_warm_up": 1.5}, r"^video_warm_up: 1.5 found, a share of the stage in \[0, 1\] wanted"),
        ({"stage": 1, "alpha": 0}, r"^alpha: 0 found in stage 1, which trains the contrast alone; leave stage 1 out"),
    ],
)
def test_other_values_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        Settings(**{"stage": 2, **change})
