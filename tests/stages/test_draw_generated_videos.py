from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageSequence

from i2v_core import storage
from i2v_core.media import frames
from i2v_core.stages import draw_generated_videos
from tests import toy

CELL = (draw_generated_videos.CELL_PX[0], draw_generated_videos.CELL_PX[1] + draw_generated_videos.NAME_PX)


@pytest.fixture
def given(tmp_path):
    """Two stores with two videos of each of three classes; the table also knows a photo without a video."""
    rows = []
    for shard in range(2):
        clips = []
        for colour in toy.COLOURS:
            clips.append((f"{colour}{shard}", toy.clip(colour, domain="videos", length=5, seed=shard), 25.0))
            rows.append({"id": f"{colour}{shard}", "dataset": "d", "class": colour, "label": len(rows)})
        frames.write_store(clips, tmp_path / f"{shard}.h5", dataset="d")
    rows.append({"id": "a-first", "dataset": "d", "class": "red", "label": 0})
    storage.write_csv(pd.DataFrame(rows), tmp_path / "source.csv")
    return {
        "stores": [tmp_path / "0.h5", tmp_path / "1.h5"],
        "source": tmp_path / "source.csv",
        "out": tmp_path / "sheet.png",
        "preview": tmp_path / "moving.webp",
    }


def cells(path):
    sheet = np.asarray(Image.open(path))
    rows, columns = sheet.shape[0] // CELL[1], sheet.shape[1] // CELL[0]
    return sheet.reshape(rows, CELL[1], columns, CELL[0], 3).transpose(0, 2, 1, 3, 4)[
        :, :, draw_generated_videos.NAME_PX :
    ]


def share_of(cell, colour):
    return (np.abs(cell.astype(int) - toy.COLOURS[colour]).max(axis=-1) < 60).mean()


def test_a_row_a_class_from_the_photo_to_the_last_frame(given):
    draw_generated_videos.run(**given, columns=3)
    found = cells(given["out"])
    assert found.shape[:2] == (3, 3)
    for row, colour in zip(found, ("blue", "green", "red"), strict=True):
        assert share_of(row[0], colour) > 0.05
        # The square goes 2 px a frame to the right, from frame 0 over 2 to 4, cells are about three times as large.
        places = [
            np.nonzero(np.abs(cell.astype(int) - toy.COLOURS[colour]).max(axis=-1) < 60)[1].mean() for cell in row
        ]
        assert 8 < places[1] - places[0] < 16
        assert 8 < places[2] - places[1] < 16


def test_the_first_video_of_a_class_is_taken(given):
    draw_generated_videos.run(**given)
    both = cells(given["out"])
    draw_generated_videos.run(**{**given, "stores": given["stores"][:1]})
    assert np.array_equal(cells(given["out"]), both)
    storage.write_csv(storage.read_csv(given["source"]).iloc[::-1], given["source"])
    draw_generated_videos.run(**given)
    assert np.array_equal(cells(given["out"]), both)
    draw_generated_videos.run(**{**given, "stores": given["stores"][1:]})
    assert not np.array_equal(cells(given["out"]), both)


@pytest.mark.parametrize("suffix", [".webp", ".gif"])
def test_the_preview_moves(given, tmp_path, suffix):
    preview = tmp_path / f"p{suffix}"
    draw_generated_videos.run(**{**given, "preview": preview}, fps=10)
    with Image.open(preview) as moving:
        assert moving.size == (3 * CELL[0], CELL[1])
        assert moving.info["loop"] == 0
        pictures = [np.asarray(frame.convert("RGB")).astype(int) for frame in ImageSequence.Iterator(moving)]
    assert len(pictures) == 5
    assert all(np.abs(one - two).mean() > 1 for one, two in pairwise(pictures))


def test_classes_and_columns_are_limited(given):
    draw_generated_videos.run(**given, classes=2, columns=9)
    found = cells(given["out"])
    assert found.shape[:2] == (2, 5)  # five frames are all there are
    assert share_of(found[0, 0], "blue") > 0.05
    assert share_of(found[1, 0], "red") > 0.05


def test_the_same_inputs_give_the_same_bytes_and_fps_matters(given):
    made = []
    for fps in (8.0, 8.0, 4.0):
        draw_generated_videos.run(**given, fps=fps)
        made.append((given["out"].read_bytes(), given["preview"].read_bytes()))
    assert made[0] == made[1]
    assert made[0][1] != made[2][1]


def test_errors(given, tmp_path):
    with pytest.raises(ValueError, match=r"moving.mp4: suffix '.mp4' found, one of \['.gif', '.webp'\] wanted"):
        draw_generated_videos.run(**{**given, "preview": tmp_path / "moving.mp4"})
    storage.write_csv(storage.read_csv(given["source"]).tail(1), given["source"])
    with pytest.raises(ValueError, match=r"source.csv: none of its items is in the stores of generated videos; run"):
        draw_generated_videos.run(**given)
    assert not given["out"].exists()
