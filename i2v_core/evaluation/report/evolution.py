"""How pseudo labels changed from stage to stage."""

from collections.abc import Mapping

import pandas as pd


def table(stages: Mapping[str, pd.DataFrame], truth: Mapping[str, str]) -> pd.DataFrame:
    """A row per stage, in the order given: `stage, videos, kept, mean confidence, changed, classes, right`.

    stages: tables `id, class, confidence, kept` by title. truth: class by id, of any of the videos. kept, changed and
    right are shares: of all videos; of the videos whose label is another than in the stage before (nothing in the
    first); of the kept videos whose label is known (nothing where none is).
    """
    rows, before = [], None
    for title, labels in stages.items():
        now = dict(zip(labels["id"], labels["class"], strict=True))
        kept = labels[labels["kept"] == 1]
        known = [truth[name] == label for name, label in zip(kept["id"], kept["class"], strict=True) if name in truth]
        rows.append(
            {
                "stage": title,
                "videos": len(labels),
                "kept": len(kept) / len(labels),
                "mean confidence": float(labels["confidence"].mean()),
                "changed": "" if before is None else sum(before.get(name) != now[name] for name in now) / len(now),
                "classes": labels["class"].nunique(),
                "right": sum(known) / len(known) if known else "",
            }
        )
        before = now
    return pd.DataFrame(rows)
