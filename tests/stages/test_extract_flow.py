import json

import h5py
import numpy as np
import pytest

from i2v_core import cli
from i2v_core.media import frames, tvl1
from i2v_core.media.flow_store import FlowStore, quantised
from i2v_core.media.frames import FrameStore
from i2v_core.stages import extract_flow
from tests import toy

SETTINGS = {"scales": 3, "warps": 2, "outer_iterations": 2}


@pytest.fixture
def given(tmp_path):
    """A shard of a video, a photo and a video of another size."""
    items = [
        ("a", toy.clip("red", domain="videos", length=4, seed=0), 25.0),
        ("photo", toy.clip("blue", domain="images", length=1, seed=0), 0.0),
        ("b", toy.clip("blue", domain="videos", length=2, seed=0, height=24, width=32), 25.0),
    ]
    frames.write_store(items, tmp_path / "frames.h5", dataset="d")
    return {
        "store": tmp_path / "frames.h5",
        "settings": SETTINGS,
        "backend": "numba",
        "bound_px": 5.0,
        "out": tmp_path / "out" / "flow.h5",
    }


def test_every_item_gets_its_flow(given):
    extract_flow.run(**given)
    videos, found = FrameStore([given["store"]]), FlowStore([given["out"]])
    assert list(found) == list(videos)
    assert found.bound_px == 5.0
    for key in videos:
        assert found.length(key) == videos.length(key)
    for key in ("d/a", "d/b"):
        clip = videos.frames(key, range(videos.length(key)))
        flow = tvl1.video_flow(clip, tvl1.Settings(**SETTINGS), backend="numba")
        assert np.array_equal(found.flows(key, range(len(flow))), quantised(flow, bound_px=5.0))
    assert not found.flows("d/photo", [0]).any()
    with h5py.File(given["out"]) as file:
        assert file.attrs["dataset"] == "d"


def test_flow_points_to_the_next_frame(given):
    extract_flow.run(**given)
    # toy squares move 2 px to the right a frame: 2 / 5 of 127 is 51; the ground around them stands still
    flow = FlowStore([given["out"]]).flows("d/a", [0])[0]
    assert np.percentile(flow[..., 0], 95) > 25
    assert np.median(np.abs(flow)) < 6


@pytest.mark.parametrize(
    ("name", "value"),
    [("settings", {**SETTINGS, "warps": 1}), ("bound_px", 20.0), ("backend", "opencv"), ("backend", "torch")],
)
def test_every_argument_matters_and_a_second_run_repeats(given, name, value):
    extract_flow.run(**given)
    first = given["out"].read_bytes()
    extract_flow.run(**given)
    assert given["out"].read_bytes() == first
    found = FlowStore([given["out"]]).flows("d/a", range(4)).astype(int)
    extract_flow.run(**{**given, name: value})
    if name == "backend":  # another way to the same flow
        again = FlowStore([given["out"]]).flows("d/a", range(4)).astype(int)
        assert np.abs(again - found).mean() < 1  # of steps of 0.04 px
    else:
        assert given["out"].read_bytes() != first


def test_runs_from_the_command_line(given):
    extract_flow.run(**given)
    first = given["out"].read_bytes()
    values = {**given, "settings": json.dumps(given["settings"])}
    arguments = [text for name, value in values.items() for text in (f"--{name.replace('_', '-')}", str(value))]
    cli.entry(extract_flow.run, arguments)
    assert given["out"].read_bytes() == first


def test_an_unknown_setting_is_an_error(given):
    with pytest.raises(ValueError, match=r"TV-L1 settings \['lambda'\] found, any of .*'lambda_'.*; see flow\.tvl1"):
        extract_flow.run(**{**given, "settings": {"lambda": 0.1}})


def test_an_unknown_backend_is_an_error_and_leaves_nothing(given):
    with pytest.raises(ValueError, match="TV-L1 backend: 'gpu' found"):
        extract_flow.run(**{**given, "backend": "gpu"})
    assert not given["out"].exists()


def test_frames_too_small_for_it_have_no_motion(given, tmp_path):
    random = np.random.default_rng(0).integers(0, 255, (3, 12, 40, 3), np.uint8)
    frames.write_store([("s", random, 25.0)], tmp_path / "small.h5", dataset="d")
    extract_flow.run(**{**given, "store": tmp_path / "small.h5"})
    flow = FlowStore([given["out"]]).flows("d/s", [0, 1])
    assert flow.shape == (2, 12, 40, 2)
    assert not flow.any()


def test_a_missing_store_is_an_error(given, tmp_path):
    with pytest.raises(FileNotFoundError, match="none"):
        extract_flow.run(**{**given, "store": tmp_path / "none.h5"})
