import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from i2v_core import cli
from i2v_core.media import frames, idt_lite
from i2v_core.media.frames import FrameStore
from i2v_core.media.trajectory_store import TrajectoryStore
from i2v_core.stages import extract_trajectories
from tests.media.idt_lite.textures import panned, with_object

LITE = {"track_length": 6, "scales": 2, "camera": "none"}
SETTINGS = {"most": None, "idt_lite": LITE}


def moving(*, length=9, seed=0):
    """A textured square that moves to the right over a texture that moves to the left, in gray RGB."""
    video = with_object(panned(length, height=48, width=64, seed=seed), step=2, top=10, left=4, size_px=24, seed=9)
    return np.repeat(video[..., None], 3, axis=3)


@pytest.fixture
def given(tmp_path):
    """A shard of a video, one that stands still and another video."""
    still = np.repeat(moving(length=1), 9, axis=0)
    items = [("a", moving(), 25.0), ("still", still, 25.0), ("b", moving(seed=1), 25.0)]
    frames.write_store(items, tmp_path / "frames.h5", dataset="d")
    return {"store": tmp_path / "frames.h5", "settings": SETTINGS, "seed": 0, "out": tmp_path / "out" / "t.h5"}


def extracted(given, **changes):
    extract_trajectories.run(**{**given, **changes})
    return TrajectoryStore([given["out"]])


def described(given, key, **settings):
    store = FrameStore([given["store"]])
    return idt_lite.describe(
        store.frames(key, range(store.length(key))), idt_lite.Settings(**{**LITE, **settings})
    ).descriptors


def test_every_video_has_its_descriptors(given):
    store = extracted(given)
    assert list(store) == ["d/a", "d/still", "d/b"]
    assert store.width == 2 * 6 + 396
    for key in ("d/a", "d/b"):
        wanted = described(given, key)
        assert len(wanted) == store.found(key) > 10
        assert np.array_equal(store.descriptors(key), wanted.astype(np.float16).astype(np.float32))


def test_a_video_without_tracks_is_an_entry_without_rows(given):
    store = extracted(given)
    assert (store.descriptors("d/still").shape, store.found("d/still")) == ((0, 408), 0)


def test_a_second_run_repeats_and_leaves_one_file(given):
    extracted(given)
    first = given["out"].read_bytes()
    extracted(given)
    assert given["out"].read_bytes() == first
    assert [path.name for path in given["out"].parent.iterdir()] == ["t.h5"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("track_length", 3),
        ("grid_px", 4),
        ("scales", 1),
        ("quality", 0.1),
        ("camera", "homography"),
        ("keypoints", 40),  # of the camera: both runs have it
    ],
)
def test_every_setting_of_the_tracks_matters(given, name, value):
    base = {**LITE, "camera": "homography"} if name == "keypoints" else LITE
    extracted(given, settings={"most": None, "idt_lite": base})
    first = given["out"].read_bytes()
    extracted(given, settings={"most": None, "idt_lite": {**base, name: value}})
    assert given["out"].read_bytes() != first


def test_most_keeps_some_of_the_same_by_seed_and_name(given):
    whole = extracted(given)
    everything = {key: whole.descriptors(key) for key in whole}
    drawn = []
    for seed in (0, 0, 1):
        store = extracted(given, settings={**SETTINGS, "most": 7}, seed=seed)
        for key in ("d/a", "d/b"):
            assert store.found(key) == len(everything[key])
            kept = store.descriptors(key)
            assert len(kept) == 7
            places = [int(np.argmax((everything[key] == row).all(axis=1))) for row in kept]
            assert np.array_equal(everything[key][places], kept)
            assert places == sorted(places)
        drawn.append(store.descriptors("d/a"))
    assert np.array_equal(drawn[0], drawn[1])
    assert not np.array_equal(drawn[0], drawn[2])


def test_what_is_drawn_of_a_video_does_not_depend_on_its_shard(given, tmp_path):
    first = extracted(given, settings={**SETTINGS, "most": 7}).descriptors("d/b")
    frames.write_store([("b", moving(seed=1), 25.0)], tmp_path / "alone.h5", dataset="d")
    alone = extracted(given, settings={**SETTINGS, "most": 7}, store=tmp_path / "alone.h5")
    assert np.array_equal(alone.descriptors("d/b"), first)


def test_files_of_the_binary_are_read_in_place_of_the_frames(given, tmp_path):
    folder = tmp_path / "idt"
    folder.mkdir()
    for name, count in (("a", 3), ("still", 0), ("b", 2)):
        rows = np.random.default_rng(count).random((count, 436)).round(4)
        (folder / f"{name}.txt").write_text("".join(" ".join(map(str, row)) + "\n" for row in rows))
    store = extracted(given, original=folder)
    assert store.width == 426
    assert [store.found(key) for key in store] == [3, 0, 2]
    wanted = np.random.default_rng(3).random((3, 436)).round(4)[:, 10:]
    np.testing.assert_allclose(store.descriptors("d/a"), wanted, rtol=2**-11, atol=2**-24)  # float16
    assert len(extracted(given, original=folder, settings={**SETTINGS, "most": 1}).descriptors("d/a")) == 1
    (folder / "b.txt").unlink()
    before = given["out"].read_bytes()
    with pytest.raises(FileNotFoundError, match=r"idt/b\.txt: no such file of trajectories; run the IDT binary"):
        extracted(given, original=folder)
    assert given["out"].read_bytes() == before


def test_runs_from_the_command_line(given):
    extracted(given)
    first = given["out"].read_bytes()
    values = {**given, "settings": json.dumps(given["settings"])}
    cli.entry(extract_trajectories.run, [text for name, value in values.items() for text in (f"--{name}", str(value))])
    assert given["out"].read_bytes() == first


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"most": 0, "idt_lite": {}}, "trajectories most: 0 found, at least 1, or null for all, wanted"),
        ({"most": None, "idt_lite": {"patch": 16}}, r"idt_lite settings \['patch'\] found, any of .*'track_length'"),
        ({"most": None, "idt_lite": {"track_length": 7}}, "idt_lite track_length: 7 found, a multiple of 3 wanted"),
    ],
)
def test_unfit_settings_are_errors_that_leave_nothing(given, settings, message):
    with pytest.raises(ValueError, match=message):
        extracted(given, settings=settings)
    assert not given["out"].exists()


def test_small_frames_are_an_error_that_names_the_video(given, tmp_path):
    frames.write_store([("s", np.zeros((2, 24, 40, 3), np.uint8), 25.0)], tmp_path / "small.h5", dataset="d")
    with pytest.raises(ValueError, match="item 'd/s': idt_lite: frames of 40 x 24 px found, sides of at least 32 px"):
        extracted(given, store=tmp_path / "small.h5")
    assert list(given["out"].parent.iterdir()) == []


def test_a_killed_run_leaves_no_output(given, tmp_path):
    long = [(f"v{k}", moving(length=19, seed=k), 25.0) for k in range(60)]
    frames.write_store(long, given["store"], dataset="d")
    values = {**given, "settings": json.dumps({"most": None, "idt_lite": {}})}
    options = [text for name, value in values.items() for text in (f"--{name}", str(value))]
    process = subprocess.Popen([sys.executable, "-m", "i2v_core.stages.extract_trajectories", *options])
    folder, deadline = given["out"].parent, time.monotonic() + 120
    while not (folder.is_dir() and list(folder.iterdir())) and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not given["out"].exists()
    frames.write_store([("a", moving(), 25.0)], given["store"], dataset="d")
    extracted(given)
    assert [path.name for path in folder.iterdir()] == ["t.h5"]
