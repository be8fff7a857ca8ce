"""What lies in the user's folders, by names and by the headers of some videos; nothing is decoded."""

from dataclasses import dataclass, field
from pathlib import Path

import av
import numpy as np

from i2v_core.datasets.importers import folders, video_tree, web_videos

PROBED = 20  # videos


@dataclass(frozen=True)
class Facts:
    """images: files by class; videos: files of the target; labelled: those with a label, of labelled_classes;
    source_videos: labelled videos of the source by class; frames: of a video, the mean of some headers.
    """

    images: dict[str, int]
    videos: int
    labelled: int = 0
    source_videos: dict[str, int] = field(default_factory=dict)
    frames: float = 0.0
    labelled_classes: int = 0

    @property
    def classes(self) -> list[str]:
        """Names by code point."""
        return sorted(set(self.images) | set(self.source_videos))

    @property
    def per_class(self) -> float:
        """Target videos of a class, if all had as many."""
        return self.videos / len(self.classes)


def look(images: Path | None, videos: Path, *, labels: Path | None = None, source_videos: Path | None = None) -> Facts:
    """Counts files. Raises FileNotFoundError for what is not there, ValueError for what cannot be learned from."""
    if images is None and source_videos is None:
        raise ValueError("neither images nor source videos given, one of them wanted: a folder with a folder a class")
    stills = _by_class(folders.index(images)[0]) if images else {}
    labelled = _by_class(web_videos.index(source_videos)[0]) if source_videos else {}
    target, problems = video_tree.index(videos, labels=str(labels or ""))
    found = Facts(
        stills,
        len(target),
        int((target["label"] != "").sum()),
        labelled,
        _mean_frames([Path(videos) / path for path in target["path"]]),
        target.loc[target["label"] != "", "label"].nunique(),
    )
    if len(found.classes) < 2:
        raise ValueError(
            f"{images or source_videos}: classes {found.classes} found, two at least wanted, a folder each"
        )
    if found.videos < 2:
        raise ValueError(f"{videos}: {found.videos} videos found, two at least wanted ({video_tree.EXPECTED})")
    if labels and (target["label"] == "").all():
        first = problems.loc[problems["problem"] == "missing", "path"].head(1).tolist()
        raise ValueError(f"{labels}: no row names a video (first: {first}), paths below {videos} wanted, with /")
    unknown = sorted(set(target["label"]) - set(found.classes) - {""})
    if unknown:
        raise ValueError(f"{labels}: class {', '.join(unknown)} found, some of {found.classes} wanted")
    return found


def _mean_frames(paths: list[Path]) -> float:
    """Mean number of frames of PROBED evenly spread videos, as their headers have it; 0 where none says."""
    counts = []
    for place in np.unique(np.linspace(0, len(paths) - 1, min(PROBED, len(paths))).astype(int)):
        try:
            with av.open(str(paths[place])) as container:
                stream = container.streams.video[0]
                length = float((container.duration or 0) / av.time_base * (stream.average_rate or 0))
                counts.append(stream.frames or length)
        except (av.FFmpegError, IndexError, OSError, ValueError):  # reported when it is decoded
            continue
    return float(np.mean(counts)) if counts else 0.0


def _by_class(catalog) -> dict[str, int]:
    return catalog.groupby("label").size().sort_index().to_dict()
