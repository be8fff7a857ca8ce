import struct

import av
import numpy as np
import pytest
from PIL import Image

from i2v_core.media import decoding
from tests import toy


def corner(height: int = 48, width: int = 64) -> np.ndarray:
    """Grey, with a red upper left quarter."""
    image = np.full((height, width, 3), 128, np.uint8)
    image[: height // 2, : width // 2] = (230, 20, 20)
    return image


def near(found: np.ndarray, wanted: np.ndarray, allowed: float) -> bool:
    return found.shape == wanted.shape and float(np.abs(found.astype(float) - wanted).mean()) < allowed


def test_a_lossless_image_comes_back_exactly(tmp_path):
    Image.fromarray(corner()).save(tmp_path / "a.png")
    assert np.array_equal(decoding.read_image(tmp_path / "a.png"), corner())


def test_a_grayscale_image_gets_three_equal_channels(tmp_path):
    Image.fromarray(corner()[..., 0]).save(tmp_path / "a.png")
    assert np.array_equal(decoding.read_image(tmp_path / "a.png"), np.repeat(corner()[..., :1], 3, axis=2))


def test_sixteen_bits_are_scaled_not_cut_off(tmp_path):
    levels = np.array([[0, 255, 256, 32768, 65535]], np.uint16)
    Image.fromarray(levels).save(tmp_path / "a.png")
    assert decoding.read_image(tmp_path / "a.png")[0, :, 0].tolist() == [0, 0, 1, 128, 255]


@pytest.mark.parametrize("mode", ["P", "RGBA", "LA", "1"])
def test_other_modes_become_rgb(tmp_path, mode):
    image = Image.fromarray(corner()).convert(mode)
    image.save(tmp_path / "a.png")
    found = decoding.read_image(tmp_path / "a.png")
    assert (found.shape, found.dtype) == ((48, 64, 3), np.uint8)
    assert np.array_equal(found, np.asarray(image.convert("RGB")))


def test_a_cmyk_jpeg_keeps_its_colours(tmp_path):
    Image.fromarray(corner()).convert("CMYK").save(tmp_path / "a.jpg", quality=95)
    assert near(decoding.read_image(tmp_path / "a.jpg"), corner(), 4)  # of 255: JPEG and the way through CMYK


@pytest.mark.parametrize(
    ("tag", "turned"), [(3, lambda x: x[::-1, ::-1]), (6, lambda x: np.rot90(x, -1)), (2, np.fliplr)]
)
def test_an_image_is_upright_by_its_exif_tag(tmp_path, tag, turned):
    exif = Image.Exif()
    exif[0x0112] = tag
    Image.fromarray(corner()).save(tmp_path / "a.png", exif=exif)
    assert np.array_equal(decoding.read_image(tmp_path / "a.png"), turned(corner()))


@pytest.mark.parametrize(("size", "expected"), [(24, (24, 32)), (48, (48, 64)), (100, (48, 64)), (None, (48, 64))])
def test_a_short_side_shrinks_and_never_enlarges(tmp_path, size, expected):
    Image.fromarray(corner()).save(tmp_path / "a.png")
    toy.write_video(tmp_path / "a.avi", np.repeat(corner()[None], 3, axis=0))
    assert decoding.read_image(tmp_path / "a.png", short_side_px=size).shape[:2] == expected
    assert decoding.read_video(tmp_path / "a.avi", short_side_px=size)[0].shape[1:3] == expected


def test_a_shrunk_image_is_averaged(tmp_path):
    checks = (np.indices((32, 32)).sum(axis=0) % 2 * 200).astype(np.uint8)
    Image.fromarray(checks).save(tmp_path / "a.png")
    assert np.unique(decoding.read_image(tmp_path / "a.png", short_side_px=16)).tolist() == [100]


@pytest.mark.parametrize("share", [0.0, 0.5, 0.95])
def test_a_cut_image_is_an_error(tmp_path, share):
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)).save(tmp_path / "a.jpg")
    content = (tmp_path / "a.jpg").read_bytes()
    (tmp_path / "a.jpg").write_bytes(content[: int(len(content) * share)])
    with pytest.raises(ValueError, match=r"a\.jpg: not a readable image \(.*\); replace it or drop it"):
        decoding.read_image(tmp_path / "a.jpg")


def test_a_missing_or_wrong_image_is_an_error(tmp_path):
    (tmp_path / "text.jpg").write_text("no image")
    for name in ("text.jpg", "none.jpg"):
        with pytest.raises(ValueError, match=rf"{name}: not a readable image"):
            decoding.read_image(tmp_path / name)


@pytest.mark.parametrize(("name", "codec"), [("a.avi", "mpeg4"), ("a.mp4", "libx264"), ("a.mkv", "libx264")])
def test_a_video_gives_all_frames_in_rgb_and_its_rate(tmp_path, name, codec):
    clip = toy.clip("red", domain="videos", length=9, seed=0, height=48, width=64)
    found, rate = decoding.read_video(toy.write_video(tmp_path / name, clip, codec=codec, fps=10))
    assert near(found, clip, 8)  # of 255: a lossy codec with colours at half resolution
    assert rate == 10.0


def test_a_video_is_upright_by_its_rotation(tmp_path):
    path = toy.write_video(tmp_path / "a.mp4", np.repeat(corner()[None], 4, axis=0), codec="libx264")
    plain, _ = decoding.read_video(path)
    found, _ = decoding.read_video(toy.rotate(path))
    assert np.array_equal(found, np.rot90(plain, -1, axes=(1, 2)))
    assert found[0, 5, -5, 0] > found[0, 5, 5, 0] + 50  # red is now in the upper right
    assert decoding.read_video(path, short_side_px=24)[0].shape[1:3] == (32, 24)


def test_pictures_that_change_their_size_are_an_error(tmp_path):
    """Two streams of one codec, one after the other, as screen recordings have them."""
    clips = [toy.clip("red", domain="videos", length=6, seed=1, height=height, width=48) for height in (32, 64)]
    parts = [toy.write_video(tmp_path / f"{len(clip[0])}.mpg", clip, codec="mpeg1video").read_bytes() for clip in clips]
    (tmp_path / "both.mpg").write_bytes(b"".join(parts))
    with pytest.raises(ValueError, match=r"both\.mpg: not a readable video \(a picture of \(48, 64\) px after ones of"):
        decoding.read_video(tmp_path / "both.mpg")


def video(path, length: int = 40):
    clip = toy.clip("green", domain="videos", length=length, seed=1, height=48, width=64)
    return toy.write_video(path, clip)


@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 0.9])
def test_a_cut_video_is_an_error(tmp_path, share):
    content = video(tmp_path / "a.avi").read_bytes()
    (tmp_path / "a.avi").write_bytes(content[: int(len(content) * share)])
    with pytest.raises(ValueError, match=r"a\.avi: (not a readable video|truncated).*; replace it or drop it") as error:
        decoding.read_video(tmp_path / "a.avi")
    assert "\n" not in str(error.value)


def chunks(content: bytes) -> list[int]:
    """Where the coded frames of an .avi file begin."""
    places, start = [], content.index(b"movi")
    while (start := content.find(b"00dc", start)) >= 0 and start < content.find(b"idx1"):
        places.append(start)
        start += 8 + struct.unpack("<I", content[start + 4 : start + 8])[0]
    return places


def test_a_video_cut_between_frames_is_an_error_with_both_counts(tmp_path):
    content = video(tmp_path / "a.avi").read_bytes()
    (tmp_path / "a.avi").write_bytes(content[: chunks(content)[20]])
    with pytest.raises(ValueError, match=r"a\.avi: truncated, 20 of 40 frames decoded; replace it or drop it"):
        decoding.read_video(tmp_path / "a.avi")


def test_a_header_that_is_off_by_two_is_no_error(tmp_path):
    content = video(tmp_path / "a.avi").read_bytes()
    (tmp_path / "a.avi").write_bytes(content[: chunks(content)[38]])
    assert len(decoding.read_video(tmp_path / "a.avi")[0]) == 38


def test_a_file_without_pictures_is_an_error(tmp_path):
    with av.open(str(tmp_path / "a.wav"), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), format="s16", layout="mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    (tmp_path / "text.avi").write_text("no video")
    for name in ("a.wav", "text.avi", "none.avi"):
        with pytest.raises(ValueError, match=rf"{name}: not a readable video \(.+; 0 frames decoded\)"):
            decoding.read_video(tmp_path / name)
