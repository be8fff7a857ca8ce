import numpy as np
import pytest
from matplotlib import image

from i2v_core.media import flow_store, frames
from i2v_core.stages import draw_flow_pictures
from tests import toy


def arguments(folder) -> dict:
    """Toy world with flow; every image became a video of 6 frames."""
    paths = toy.world(folder)
    videos = frames.FrameStore([paths["videos0"], paths["videos1"]])
    generated = [
        (f"i{k}", toy.clip(list(toy.COLOURS)[k % 3], domain="images", length=6, seed=k), 8.0) for k in range(12)
    ]
    frames.write_store(generated, folder / "generated.h5", dataset="toy-images")
    lengths = {"toy-images": [(f"i{k}", 6) for k in range(12)]}
    lengths["toy-videos"] = [(key.split("/")[1], videos.length(key)) for key in videos]
    for dataset, items in lengths.items():
        flows = [(name, np.full((length - 1, 32, 40, 2), (2.0, 0.0), np.float32)) for name, length in items]
        flow_store.write_flows(flows, folder / f"{dataset}-flow.h5", dataset=dataset)
    return {
        **{name: paths[name] for name in ("source", "target_train", "target_labels")},
        "frames": [folder / "generated.h5", paths["videos0"], paths["videos1"]],
        "flow": [folder / "toy-images-flow.h5", folder / "toy-videos-flow.h5"],
        "classes": ["red", "blue"],
        "moments": 2,
        "scale_px": 4.0,
        "title": "toy world",
        "out": folder / "flow.png",
    }


def test_draws_a_picture_that_repeats_byte_for_byte(tmp_path):
    given = arguments(tmp_path)
    draw_flow_pictures.run(**given)
    first = given["out"].read_bytes()
    draw_flow_pictures.run(**given)
    assert given["out"].read_bytes() == first
    pixels = (image.imread(given["out"])[..., :3] * 255).round().astype(int)
    # all flow is 2 px to the right, half of the scale: hue 0, saturation 1/2, red 255 and the others 127 or 128;
    # 2 px are stored as round(12.7) = 13 of 127, read as 2.047 px
    half_red = (pixels[..., 0] == 255) & (np.abs(pixels[..., 1] - 124) <= 2) & (pixels[..., 1] == pixels[..., 2])
    # 2 classes x 2 sides x 2 moments = 8 pictures of flow, together more than a tenth of the figure
    assert half_red.mean() > 0.1


@pytest.mark.parametrize("change", [{"moments": 1}, {"scale_px": 8.0}, {"classes": ["green"]}])
def test_each_setting_is_drawn(change, tmp_path):
    given = arguments(tmp_path)
    draw_flow_pictures.run(**given)
    first = given["out"].read_bytes()
    draw_flow_pictures.run(**{**given, **change})
    assert given["out"].read_bytes() != first


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"moments": 0}, r"moments: 0 frames of each video found, at least 1 wanted"),
        (
            {"classes": ["pink"]},
            r"class 'pink': no source video found, one wanted; choose among \['blue', '",
        ),
    ],
)
def test_bad_settings_are_named(change, message, tmp_path):
    given = arguments(tmp_path)
    with pytest.raises(ValueError, match=message):
        draw_flow_pictures.run(**{**given, **change})
    assert not given["out"].exists()


def test_a_class_that_the_target_lacks_is_named(tmp_path):
    given = arguments(tmp_path)
    lines = given["target_labels"].read_text().replace(",blue,2", ",red,0")
    given["target_labels"].write_text(lines)
    with pytest.raises(ValueError, match=r"class 'blue': no target video found, one wanted; choose among"):
        draw_flow_pictures.run(**given)
