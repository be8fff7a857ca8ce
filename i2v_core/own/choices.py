"""Settings chosen from the number of items, each with its reason; any of them can be overridden.

Choice: the papers' numbers of epochs and shares are for thousands of videos. What stays the same here is the number of
training steps that the presets take (the mini world's for the small stand-in networks, the papers' order of magnitude
for public weights), within bounds; and that each class keeps some videos with pseudo labels.
"""

import math

from i2v_core.own.choice import Choice
from i2v_core.own.facts import Facts
from i2v_core.own.networks import Networks

METHODS = ("cycda", "cfb", "websup", "stcda", "divafn", "source-only")
EPOCHS = (3, 40)  # least and most
KEPT_PER_CLASS = 8  # videos of a class, on average, that keep a pseudo label, where there are so many
VIDEOS_PER_SHARD = 500
IMAGES_PER_SHARD = 5000
CYCLES = 2


def check(method: str, facts: Facts) -> None:
    """Raises ValueError for an unknown method and for one that cannot learn from what there is."""
    if method not in METHODS:
        raise ValueError(f"method {method!r} found, one of {', '.join(METHODS)} wanted")
    if method != "stcda" and not facts.images:
        raise ValueError(f"method {method}: no images found, labelled images wanted (a folder with a folder a class)")
    if method == "divafn" and facts.labelled_classes < 2:
        raise ValueError(
            f"method divafn: labels of {facts.labelled_classes} classes of videos found, two at least wanted: it "
            "learns from some labelled videos beside the images (--labels)"
        )
    if method == "stcda" and not facts.source_videos:
        raise ValueError(
            f"method {method}: no source videos found; it learns from labelled videos, not from images: "
            "give a folder of them with a folder a class"
        )


def choose(method: str, facts: Facts, networks: Networks) -> list[Choice]:
    """All choices for a method. Raises ValueError as `check`."""
    check(method, facts)
    networks.check(method)
    makers = {
        "cycda": _cycda,
        "cfb": _cfb,
        "websup": _websup,
        "stcda": _stcda,
        "divafn": _divafn,
        "source-only": _source_only,
    }
    return [*networks.choices(method), *makers[method](facts, networks)]


def shards(items: int, per_shard: int) -> int:
    """Into how many stores a dataset is cut: jobs side by side, and what is lost if one is killed."""
    return max(1, math.ceil(items / per_shard))


def _source_only(facts: Facts, networks: Networks) -> list[Choice]:
    batch = networks.batch["image"]
    return [_epochs("training.epochs.source_only", sum(facts.images.values()), batch, networks.steps["source_only"])]


def _cycda(facts: Facts, networks: Networks) -> list[Choice]:
    frames = networks.frames_per_video
    longest = max(sum(facts.images.values()), facts.videos * frames)
    share = _share(facts, 0.7)
    kept = math.ceil(facts.videos * share.value)
    image, video = networks.batch["image"], networks.batch["video"]
    return [
        Choice("cycda.frames_per_video", frames, "of each video and epoch"),
        share,
        _share(facts, 0.8, key="cycda.p_stage4"),
        *_source_only(facts, networks),
        _epochs("training.epochs.stage1", longest, image, networks.steps["image"]),
        _epochs("training.epochs.stage2", kept, video, networks.steps["video"]),
        _epochs("training.epochs.stage3", longest, image, networks.steps["image"]),
        _epochs("training.epochs.stage4", kept, video, networks.steps["video"]),
    ]


def _share(facts: Facts, paper: float, *, key: str = "cycda.p_stage2") -> Choice:
    """The share of videos that keep a pseudo label: the paper's, more where that leaves a class too few."""
    wanted = min(1.0, KEPT_PER_CLASS * len(facts.classes) / facts.videos)
    if wanted > paper:
        why = f"{facts.per_class:.0f} videos a class: {paper:g}, the paper's, would keep fewer than {KEPT_PER_CLASS}"
        return Choice(key, round(wanted, 3), why)
    return Choice(key, paper, "the paper's")


def _cfb(facts: Facts, networks: Networks) -> list[Choice]:
    size = max(2, min(networks.bank_size, int(facts.per_class / 2)))
    items = max(sum(facts.images.values()), facts.videos)
    epochs = _epochs("cfb.training.epochs", items, networks.batch["cfb"], networks.steps["cfb"])
    warm_up = max(1, epochs.value // 4)
    return [
        *_source_only(facts, networks),
        Choice(
            "cfb.bank.size", size, f"flows of a class in the bank: at most half of its {facts.per_class:.0f} videos"
        ),
        epochs,
        Choice("cfb.warm_up_epochs", warm_up, "a quarter of them, before the bank is filled"),
    ]


def _websup(facts: Facts, networks: Networks) -> list[Choice]:
    items = sum(facts.images.values()) + sum(facts.source_videos.values())
    batch = networks.batch
    found = [
        *_source_only(facts, networks),
        _epochs("websup.image.training.epochs", items, batch["websup_image"], networks.steps["image"]),
    ]
    if facts.source_videos:
        videos = sum(facts.source_videos.values())
        found.append(_epochs("websup.video.training.epochs", videos, batch["websup_video"], networks.steps["video"]))
    return found


def _stcda(facts: Facts, networks: Networks) -> list[Choice]:
    videos = max(sum(facts.source_videos.values()), facts.videos)
    epochs = _epochs("", videos, networks.batch["stcda"] // 2, networks.steps["stcda"]).value
    rate = 0.01  # the paper's in stages 1 and 2
    stages = [{"epochs": epochs, "lr": rate}, {"epochs": epochs, "lr": rate}]
    stages.append({"epochs": math.ceil(epochs * 4 / 3), "lr": rate, "schedule": "quarters"})
    return [
        Choice("stcda.stages", stages, f"{videos} videos in the larger domain: as many steps as the preset takes"),
        Choice("stcda.method.negatives", min(1024, max(64, facts.videos)), "entries of the memory bank that are drawn"),
    ]


def _divafn(facts: Facts, networks: Networks) -> list[Choice]:
    size = max(8, min(64, facts.labelled))
    return [Choice("divafn.objective.batch_size", size, f"{facts.labelled} videos have labels and train")]


def _epochs(key: str, items: int, batch: int, steps: int) -> Choice:
    """As many epochs as make `steps` steps over `items` items, within bounds."""
    each = max(1, items // batch)
    value = min(EPOCHS[1], max(EPOCHS[0], math.ceil(steps / each)))
    return Choice(key, value, f"{items} items make {each} steps an epoch; about {steps} steps wanted")
