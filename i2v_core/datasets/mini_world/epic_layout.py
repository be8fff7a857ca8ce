"""Writer of EPIC-Kitchens-55: untrimmed videos of three kitchens, the annotation table, and MM-SADA's domain files."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from i2v_core import seeding
from i2v_core.datasets.mini_world.kitchen_clips import Segment, kitchen, segment_pictures
from i2v_core.datasets.mini_world.kitchen_verbs import NOUNS, OTHER_VERBS, VERBS
from i2v_core.datasets.mini_world.media_files import write_video
from i2v_core.datasets.mini_world.video_settings import WORLD, VideoSettings

DOMAINS = {"D1": "P08", "D2": "P01", "D3": "P22"}
# Numbers of the videos of each participant, those that MM-SADA tests on and others.
VIDEO_NUMBERS = {
    "P08": {"train": (*range(1, 9), *range(11, 14), *range(18, 29)), "test": (9, 10, 14, 15, 16, 17)},
    "P01": {"train": (*range(1, 11), *range(16, 20)), "test": (11, 12, 13, 14, 15)},
    "P22": {"train": tuple(range(5, 18)), "test": (1, 2, 3, 4)},
}
OTHERS_SHARE = 1 / 8  # of the benchmark's segments: verbs that are none of its classes, besides
PICKLED = (
    *("uid", "participant_id", "video_id", "narration", "start_timestamp", "stop_timestamp", "start_frame"),
    *("stop_frame", "verb", "verb_class"),
)
ANNOTATED = (*PICKLED, "noun", "noun_class", "all_nouns", "all_noun_classes")
PICKLE_PROTOCOL = 4  # of the real files' time


@dataclass(frozen=True)
class Video:
    """A video of a participant and the segments in it, in order; part is train or test."""

    participant: str
    name: str
    part: str
    segments: list[Segment]


def write_epic_kitchens(root: Path, seed: int, settings: VideoSettings) -> None:
    """videos/<Pxx>/<Pxx_yy>.MP4 and, in annotations/, EPIC_train_action_labels.csv and D{1,2,3}_{train,test}.pkl.

    As in the real set the CSV has the train videos alone, of all participants and verbs, and the pickles have the verbs
    of the benchmark alone; the labels of test segments stand in D<k>_test.pkl only.
    """
    videos = [
        video
        for participant in sorted(VIDEO_NUMBERS)
        for part in ("train", "test")
        for video in planned(participant, part, seed, settings)
    ]
    videos.sort(key=lambda video: video.name)
    (root / "annotations").mkdir(parents=True)
    for participant in VIDEO_NUMBERS:
        (root / "videos" / participant).mkdir(parents=True)
    rows = []
    for video in videos:
        frames = _pictures(video, seed, settings)
        path = root / "videos" / video.participant / f"{video.name}.MP4"
        write_video(frames, path, fps=settings.fps, quantiser=settings.codec_quantiser)
        rows += _rows(video, settings.fps, first_uid=len(rows))
    with pd.option_context("future.infer_string", False):  # text as objects, as pandas had it when the set was made
        table = pd.DataFrame(rows)
    is_train = table.pop("part") == "train"
    table[is_train][list(ANNOTATED)].to_csv(
        root / "annotations" / "EPIC_train_action_labels.csv", index=False, lineterminator="\n"
    )
    is_known = table["verb"].isin([word for verb in VERBS.values() for word in verb.spoken])
    for domain, participant in DOMAINS.items():
        for part, chosen in (("train", is_train), ("test", ~is_train)):
            mine = table[chosen & is_known & (table["participant_id"] == participant)]
            _write_pickle(mine, root / "annotations" / f"{domain}_{part}.pkl")


def planned(participant: str, part: str, seed: int, settings: VideoSettings) -> list[Video]:
    """The videos of a participant's part: as many segments of each verb as the settings say, in random order."""
    count = settings.kitchen_train_segments if part == "train" else settings.kitchen_test_segments
    verbs = [name for name in VERBS for _ in range(count)]
    verbs += [name for name in OTHER_VERBS for _ in range(round(OTHERS_SHARE * len(verbs)))]
    seeding.generator(seed, WORLD, "epic_kitchens", participant, part).shuffle(verbs)
    numbers = VIDEO_NUMBERS[participant][part]
    used = numbers[: max(1, math.ceil(len(verbs) / settings.segments_per_video))]
    videos, place = [], 0
    for number, chosen in zip(used, np.array_split(np.array(verbs, dtype=object), len(used)), strict=True):
        segments = []
        for name in chosen:
            rng = seeding.generator(seed, WORLD, "epic_kitchens", participant, part, place)
            segments.append(_segment(rng, name, settings))
            place += 1
        videos.append(Video(participant, f"{participant}_{number:02d}", part, segments))
    return videos


def _segment(rng: np.random.Generator, name: str, settings: VideoSettings) -> Segment:
    """A segment by chance; lengths in quarters of a second, which two decimals can say."""
    verb, quarter = (VERBS | OTHER_VERBS)[name], settings.fps / 4
    long = rng.integers(round(4 * settings.segment_sec_min), round(4 * settings.segment_sec_max) + 1)
    pauses = rng.integers(1, max(1, round(2 * settings.pause_sec_max)) + 1, size=2)
    before, frames, after = (max(1, round(number * quarter)) for number in (pauses[0], long, pauses[1]))
    noun, spoken = verb.kinds[rng.integers(len(verb.kinds))], verb.spoken[rng.integers(len(verb.spoken))]
    return Segment(name, noun, spoken, before, frames, after)


def _pictures(video: Video, seed: int, settings: VideoSettings) -> np.ndarray:
    """All pictures of a video. Choice: it cuts from one segment to the next in the middle of a pause."""
    style = settings.style(video.participant)
    room = kitchen(seeding.generator(seed, WORLD, "epic_kitchens", video.name), style)
    parts = [
        segment_pictures(seeding.generator(seed, WORLD, "epic_kitchens", video.name, place), room, segment)
        for place, segment in enumerate(video.segments)
    ]
    return np.concatenate(parts)


def _rows(video: Video, fps: int, *, first_uid: int) -> list[dict]:
    rows, here = [], 0
    for place, segment in enumerate(video.segments):
        start = here + segment.before
        stop = start + segment.frames
        here = stop + segment.after
        noun, number = segment.noun, NOUNS[segment.noun]
        rows.append(
            {
                "uid": first_uid + place,
                "participant_id": video.participant,
                "video_id": video.name,
                "narration": f"{segment.spoken.replace('-', ' ')} {noun}",
                "start_timestamp": _timestamp(start / fps),
                "stop_timestamp": _timestamp(stop / fps),
                "start_frame": max(1, start),
                "stop_frame": stop,
                "verb": segment.spoken,
                "verb_class": (VERBS | OTHER_VERBS)[segment.verb].number,
                "noun": noun,
                "noun_class": number,
                "all_nouns": f"['{noun}']",
                "all_noun_classes": f"[{number}]",
                "part": video.part,
            }
        )
    return rows


def _timestamp(seconds: float) -> str:
    hundredths = round(100 * seconds)
    minutes, rest = divmod(hundredths, 6000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest / 100:05.2f}"


def _write_pickle(rows: pd.DataFrame, path: Path) -> None:
    """A data frame of objects and whole numbers, as pandas pickles it; equal rows give equal bytes."""
    with pd.option_context("future.infer_string", False):
        content = {name: rows[name].tolist() for name in PICKLED}
        table = pd.DataFrame(content, columns=pd.Index(PICKLED, dtype=object))
        table.to_pickle(path, protocol=PICKLE_PROTOCOL)
