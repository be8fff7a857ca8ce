"""Pictures and videos as files, the same bytes each time."""

from pathlib import Path

import av
import numpy as np
from PIL import Image


def write_photo(picture: np.ndarray, path: Path, *, quality: int, has_alpha: bool = False) -> None:
    """Writes uint8 RGB `(h, w, 3)` by the suffix of `path`; a picture without colour as a grey one."""
    is_grey = bool((picture[..., 0] == picture[..., 1]).all() and (picture[..., 0] == picture[..., 2]).all())
    image = Image.fromarray(np.ascontiguousarray(picture[..., 0]) if is_grey else np.ascontiguousarray(picture))
    if has_alpha:
        image = image.convert("RGBA")
    if path.suffix == ".jpg":
        image.save(path, quality=quality)
    else:
        image.save(path)


def write_video(frames: np.ndarray, path: Path, *, fps: int, quantiser: int) -> None:
    """Encodes uint8 RGB `(t, h, w, 3)` as MPEG-4 part 2 at one quantiser (2 fine, 31 coarse), container by the suffix.

    One thread and bit-exact flags: equal frames give equal bytes.
    """
    height, width = frames.shape[1:3]
    with av.open(str(path), "w", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("mpeg4", rate=fps)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        coder = stream.codec_context
        coder.thread_count, coder.gop_size = 1, 12
        coder.options = {"flags": "+bitexact", "qmin": str(quantiser), "qmax": str(quantiser)}
        if path.suffix == ".avi":
            coder.codec_tag = "XVID"
        for picture in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")))
        container.mux(stream.encode())
