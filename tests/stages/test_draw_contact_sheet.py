"""The contact sheet has one row a class, found in any layout."""

import cv2
import numpy as np
import pytest

from i2v_core.stages import draw_contact_sheet, make_mini_world

FEW = {
    "photos_per_class": 2,
    "groups_per_class": 3,
    "clips_per_group": 1,
    "frames_min": 6,
    "frames_max": 6,
    "short_share": 0.0,
}


def made(folder, dataset):
    make_mini_world.run(dataset=dataset, out=folder / dataset, listing=folder / f"{dataset}.csv", seed=1, settings=FEW)
    return folder / dataset


def test_classes_of_several_data_sets_share_rows(tmp_path):
    photos, videos = [made(tmp_path, "stanford40"), made(tmp_path, "hii")], [made(tmp_path, "hmdb51")]
    draw_contact_sheet.run(photos=photos, videos=videos, out=tmp_path / "sheet.png")
    sheet = cv2.imread(str(tmp_path / "sheet.png"))
    height, width = sheet.shape[:2]
    # 13 + 3 photo classes, of which all HMDB51 classes but walk are among them: 17 rows.
    assert height == 17 * draw_contact_sheet.CELL_PX[1]
    assert width <= 1600
    # The first row is archery: it has photos, and no HMDB51 video.
    first = sheet[: draw_contact_sheet.CELL_PX[1]]
    assert first[:, : draw_contact_sheet.NAME_PX].max() > 150
    assert np.ptp(first[:, draw_contact_sheet.NAME_PX + 4 * draw_contact_sheet.CELL_PX[0] :]) == 0


def test_a_missing_folder_and_one_without_media_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere: no such folder"):
        draw_contact_sheet.run(photos=[tmp_path / "nowhere"], videos=[], out=tmp_path / "sheet.png")
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match=r"empty: no .avi or .mp4 file found"):
        draw_contact_sheet.run(photos=[], videos=[tmp_path / "empty"], out=tmp_path / "sheet.png")
    assert not (tmp_path / "sheet.png").exists()
