import numpy as np
import pytest
import torch

from i2v_core.methods.stcda.clustering import Assignment
from i2v_core.methods.stcda.pseudo_labels import PseudoLabels


def found(rgb, flow, kept=(True, True, True)):
    labels = {"rgb": np.array(rgb), "flow": np.array(flow)}
    return Assignment(labels, {}, labels, dict.fromkeys(labels, np.array(kept)), 1, True)


def labels():
    return PseudoLabels(("rgb", "flow"), 3)


def test_each_view_has_its_own_labels():
    kept = labels()
    kept.assign(found([2, 0, 1], [1, 1, 0]))
    assert kept.of("rgb", torch.tensor([2, 0])).tolist() == [1, 2]
    assert kept.of("flow", torch.tensor([2, 0, 0])).tolist() == [0, 1, 1]


def test_videos_that_were_not_kept_have_none_and_later_labels_replace_earlier_ones():
    kept = labels()
    kept.assign(found([2, 0, 1], [2, 0, 1]))
    kept.assign(found([1, 1, 1], [1, 1, 1], kept=(True, False, True)))
    assert kept.of("flow", torch.arange(3)).tolist() == [1, -1, 1]


def test_labels_are_in_the_state():
    kept, restored = labels(), labels()
    kept.assign(found([2, 0, 1], [1, 1, 0]))
    restored.load_state_dict(kept.state_dict())
    assert restored.assigned
    assert torch.equal(restored.of("rgb", torch.arange(3)), kept.of("rgb", torch.arange(3)))


def test_unfit_labels_are_named():
    with pytest.raises(ValueError, match=r"^pseudo labels: none found, a clustering wanted; call `relabel`"):
        labels().of("rgb", torch.tensor([0]))
    with pytest.raises(ValueError, match=r"^pseudo labels: \[3\] videos of rgb, flow found, \[4\] of rgb, flow wanted"):
        PseudoLabels(("rgb", "flow"), 4).assign(found([2, 0, 1], [1, 1, 0]))
    with pytest.raises(ValueError, match=r"^pseudo labels: \[3\] videos of rgb, flow found, \[3\] of rgb wanted"):
        PseudoLabels(("rgb",), 3).assign(found([2, 0, 1], [1, 1, 0]))
