"""Fakes of EPIC-Kitchens' three domains in MM-SADA's selection: segments cut by time stamps, read from pickles."""

from pathlib import Path

import pandas as pd

from i2v_core.datasets.importers import epic_kitchens
from tests.datasets import trees
from tests.datasets.fakes.parts import EMPTY, Fake, Fault, emptied, gone, left_behind

KITCHENS = {"D1": "P08", "D2": "P01", "D3": "P22"}
TESTED = {"D1": (9, 10, 14, 15, 16, 17), "D2": (11, 12, 13, 14, 15), "D3": (1, 2, 3, 4)}  # videos, as published


def epic_tables(domain: str) -> dict[str, pd.DataFrame]:
    """Training and test table of a domain: a segment of each of the eight verbs in either, videos as published."""
    kitchen, tested = KITCHENS[domain], TESTED[domain]
    trained = [number for number in range(1, 20) if number not in tested][:3]
    columns = ["uid", "participant_id", "video_id", "narration", "start_timestamp", "stop_timestamp", "start_frame"]
    columns += ["stop_frame", "verb", "verb_class"]
    tables = {}
    for part, videos in (("train", trained), ("test", tested)):
        base = 1000 * int(kitchen[1:]) + (500 if part == "test" else 0)
        rows = [
            (base + verb, kitchen, f"{kitchen}_{videos[verb % len(videos)]:02d}", "open, then close",
             f"00:01:{verb:02d}.5", f"00:01:{verb:02d}.75", 1, 2, name, verb)
            for verb, name in enumerate(epic_kitchens.VERBS.values())
        ]  # fmt: skip
        tables[part] = pd.DataFrame(rows, columns=columns)
    return tables


def write_epic_kitchens(domain: str):
    """A writer of all three kitchens, whose rows are those of one domain."""

    def write(root: Path) -> list[tuple[str, ...]]:
        rows, trained = [], []
        (root / "annotations").mkdir()
        for name, kitchen in KITCHENS.items():
            tables = epic_tables(name)
            trained.append(tables["train"])
            for part, table in tables.items():
                trees.pickled(table, root / f"annotations/{name}_{part}.pkl")
                for segment in table.itertuples():
                    path = f"videos/{part}/{kitchen}/{segment.video_id}.MP4"
                    trees.put(root / path)
                    times = [f"{60 + segment.verb_class}{end}" for end in (".5", ".75")]
                    identity = f"{segment.video_id}_{segment.uid:05d}"
                    if name == domain:
                        rows.append((identity, path, "video", segment.verb, segment.video_id, part, part, part, *times))
            left_behind(root, f"videos/train/{kitchen}")
        other = trained[0].assign(uid=range(8), verb="throw", verb_class=8)
        text = pd.concat([*trained, other]).to_csv(index=False)
        trees.put(root / "annotations/EPIC_train_action_labels.csv", text)
        return sorted(rows)

    return write


def _worse_epic(domain: str, part: str) -> Fault:
    """The first segment ends before it starts."""
    table = epic_tables(domain)[part]
    table.loc[0, "stop_timestamp"] = "00:00:59.99"
    file = f"annotations/{domain}_{part}.pkl"
    found = f"line 1: uid {table['uid'][0]} from 00:01:00.5 to 00:00:59.99"
    wanted = "times hh:mm:ss.ss, the first before the second"
    return Fault(lambda root: trees.pickled(table, root / file), [(file, "bad-split-line", found, wanted)])


def _epic(domain: str) -> Fake:
    table, kitchen = epic_tables(domain)["train"], KITCHENS[domain]
    first = f"{kitchen}/{table['video_id'][0]}.MP4"
    named = f"the video named in annotations/{domain}_train.pkl line 1"
    faults = {
        "missing": Fault(gone(f"videos/train/{first}"), [(f"videos/{first}", "missing", "not there", named)]),
        "bad-split-line": _worse_epic(domain, "train"),
        "undecodable": Fault(emptied(f"videos/train/{first}"), [(f"videos/train/{first}", *EMPTY)]),
    }
    return Fake("epic_kitchens", write_epic_kitchens(domain), faults, {"domain": domain})


FAKES = {f"epic_kitchens_{domain}": _epic(domain) for domain in KITCHENS}
