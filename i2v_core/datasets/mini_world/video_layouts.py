"""Writers of the video data sets: UCF101, HMDB51, and the pretraining videos in the layout of Kinetics-400."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from i2v_core import seeding
from i2v_core.datasets.mini_world import clips
from i2v_core.datasets.mini_world.classes import PRETRAINING_CLASSES, VIDEO_CLASSES
from i2v_core.datasets.mini_world.media_files import write_video
from i2v_core.datasets.mini_world.settings import Settings

SPLITS = (1, 2, 3)
# Titles of sources: file names hold any of ( ) ! # [ ] & + ; ~ @, words of other classes, and names that end alike.
TITLES = (
    "Mini_Trip[2]", "Road_Mini_Trip[2]", "(A)_Day_Out!", "Film#7", "Tom&Ann", "Home+Video", "Tape;old", "~Garden",
    "Me@Park", "The_Run_(1999)", "How_to_smoke_fish", "walk_the_line!", "[HQ]Show", "Plain_Title", "Wave;wave",
)  # fmt: skip
GroupWriter = Callable[[str, int, list[Path]], None]  # writes the clips of a class's group (from 1) to the paths
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def _write_group(dataset: str, name: str, group: int, paths: list[Path], seed: int, settings: Settings) -> None:
    """The clips of one group of a class, into `paths`."""
    action = VIDEO_CLASSES[dataset][name]
    shared = clips.group_by_chance(seeding.generator(seed, dataset, name, group), settings)
    for number, path in enumerate(paths, start=1):
        rng = seeding.generator(seed, dataset, name, group, number)
        frames, _ = clips.render_clip(action, shared, rng, settings, with_depth=False)
        write_video(frames, path, fps=settings.fps, quantiser=settings.codec_quantiser)


def held_out_split(group: int, groups: int) -> int:
    """The split (1, 2 or 3) in which a group (from 1) is for testing: the groups in order, divided in three."""
    return (group - 1) * len(SPLITS) // groups + 1


def write_ucf101(root: Path, seed: int, settings: Settings) -> None:
    """The UCF101 of the mini world."""

    def write_group(name: str, group: int, paths: list[Path]) -> None:
        _write_group("ucf101", name, group, paths, seed, settings)

    classes = list(VIDEO_CLASSES["ucf101"])
    lay_out_ucf101(root, classes, settings.groups_per_class, settings.clips_per_group, write_group)


def lay_out_ucf101(root: Path, classes: list[str], groups: int, clips_per_group: int, write_group: GroupWriter) -> None:
    """UCF-101/<Class>/v_<Class>_gXX_cYY.avi and ucfTrainTestlist, with CRLF line ends as in the real lists."""
    lists: dict[str, list[str]] = {f"{part}list0{split}.txt": [] for part in ("train", "test") for split in SPLITS}
    for index, name in enumerate(classes, start=1):
        (root / "UCF-101" / name).mkdir(parents=True)
        stem = "v_HandStandPushups" if name == "HandstandPushups" else f"v_{name}"  # the real set's one odd spelling
        for group in range(1, groups + 1):
            files = [f"{stem}_g{group:02d}_c{clip:02d}.avi" for clip in range(1, clips_per_group + 1)]
            write_group(name, group, [root / "UCF-101" / name / file for file in files])
            for split in SPLITS:
                is_test = split == held_out_split(group, groups)
                lines = [f"{name}/{file}" + ("" if is_test else f" {index}") for file in files]
                lists[f"{'test' if is_test else 'train'}list0{split}.txt"] += lines
    lists["classInd.txt"] = [f"{index} {name}" for index, name in enumerate(classes, start=1)]
    (root / "ucfTrainTestlist").mkdir()
    for file, lines in lists.items():
        (root / "ucfTrainTestlist" / file).write_bytes("".join(f"{line}\r\n" for line in lines).encode())


def write_hmdb51(root: Path, seed: int, settings: Settings) -> None:
    """The HMDB51 of the mini world."""

    def write_group(name: str, group: int, paths: list[Path]) -> None:
        _write_group("hmdb51", name, group, paths, seed, settings)

    classes = list(VIDEO_CLASSES["hmdb51"])
    lay_out_hmdb51(root, classes, settings.groups_per_class, settings.clips_per_group, write_group)


def lay_out_hmdb51(root: Path, classes: list[str], groups: int, clips_per_group: int, write_group: GroupWriter) -> None:
    """<class>/<free name>.avi and testTrainMulti_7030_splits: code 1 train, 2 test, 0 unused, lines end in a blank."""
    folder = root / "testTrainMulti_7030_splits"
    folder.mkdir(parents=True)
    for name in classes:
        (root / name).mkdir()
        lines: dict[int, list[str]] = {split: [] for split in SPLITS}
        for group in range(1, groups + 1):
            files = [_free_name(name, group, clip) for clip in range(clips_per_group)]
            write_group(name, group, [root / name / file for file in files])
            for split in SPLITS:
                code = _hmdb51_code(group, groups, split)
                lines[split] += [f"{file} {code} " for file in files]
        for split in SPLITS:
            text = "".join(f"{line}\n" for line in sorted(lines[split]))
            (folder / f"{name}_test_split{split}.txt").write_text(text)


def _free_name(name: str, group: int, clip: int) -> str:
    """A file name as in the real set: source, class, then codes of view, camera, people, direction, quality, clip."""
    title = TITLES[(group - 1) % len(TITLES)] + (
        "" if group <= len(TITLES) else f"_part{(group - 1) // len(TITLES) + 1}"
    )
    return f"{title}_{name}_f_cm_np{2 if name in ('hug', 'punch') else 1}_fr_med_{clip}.avi"


def _hmdb51_code(group: int, groups: int, split: int) -> int:
    """2 for a third of the groups, 0 for one of the others where there are six or more, 1 for the rest."""
    if held_out_split(group, groups) == split:
        return 2
    unused = 1 + (split * groups // len(SPLITS)) % groups  # the first group after the tested ones
    return 0 if groups >= 6 and group == unused else 1


def write_pretrain_videos(root: Path, seed: int, settings: Settings) -> None:
    """train/<class>/<id of 11 characters>_<start>_<end>.mp4, each with its own people, place, palette and strengths."""
    for name, action in PRETRAINING_CLASSES.items():
        (root / "train" / name).mkdir(parents=True)
        for number in range(1, settings.pretrain_videos_per_class + 1):
            rng = seeding.generator(seed, "pretrain_videos", name, number)
            varied = replace(settings, gap=settings.gap * rng.uniform(0.0, 1.3), figure_share_max=0.9)
            frames, _ = clips.render_clip(action, clips.group_by_chance(rng, varied), rng, varied, with_depth=False)
            start = int(rng.integers(0, 300))
            key = "".join(LETTERS[place] for place in rng.integers(len(LETTERS), size=11))
            path = root / "train" / name / f"{key}_{start:06d}_{start + 10:06d}.mp4"
            write_video(frames, path, fps=settings.fps, quantiser=settings.codec_quantiser)
