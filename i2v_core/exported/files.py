"""The file of an exported model: plain tensors and values, read without running pickled code.

kind `i2v`; method; classes: names by output index; parts: what training stages saved, by name (see `predictors`); and
what it takes to prepare a video, arguments of stages, None where no part needs it:
frames  short_side_px and jpeg_quality of stored frames
flow    settings, backend, bound_px of `stages.extract_flow`
shots   settings and seed of `stages.detect_shots`
clips   settings of `stages.extract_clip_features`
vectors settings of `stages.choose_keyframes`, `extract_still_vectors` and `extract_video_vectors` (DIVAFN)
"""

from pathlib import Path

from i2v_core import storage

KIND = "i2v"
MEDIA = ("frames", "flow", "shots", "clips", "vectors")


def write(path: Path, *, method: str, parts: dict[str, Path], media: dict) -> None:
    """Joins the model files of `parts` into one, as `join`."""
    join(path, method=method, parts={name: storage.load_weights(file) for name, file in parts.items()}, media=media)


def join(path: Path, *, method: str, parts: dict[str, dict], media: dict) -> None:
    """Writes contents of model files as one. media: by the names of MEDIA.

    Raises ValueError if the parts have different classes, or none.
    """
    classes = {tuple(content["classes"]) for content in parts.values() if "classes" in content}
    if len(classes) != 1:
        raise ValueError(f"parts {list(parts)}: {len(classes)} lists of classes found, one wanted")
    known = {name: media.get(name) for name in MEDIA}
    content = {"kind": KIND, "method": method, "classes": list(classes.pop()), "parts": parts, **known}
    storage.save_weights(content, path)


def read(path: Path) -> dict:
    """The content of an exported model. Raises FileNotFoundError or ValueError if it is none."""
    content = storage.load_weights(path)
    parts = {"kind", "method", "classes", "parts", *MEDIA}
    if not (isinstance(content, dict) and content.get("kind") == KIND and content.keys() >= parts):
        raise ValueError(f"{path}: no exported model found, a model.pt that `i2v adapt` wrote wanted")
    return content
