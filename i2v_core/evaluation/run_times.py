"""The table of run times: ours, measured here, beside those that DIVAFN prints (section IV.H)."""

import pandas as pd

from i2v_core.evaluation import published

PUBLISHED = "divafn_run_time"
MEASURED = ("share", "row", "seconds", "seconds_per_video", "n_train_videos", "n_test_videos")
COLUMNS = ("benchmark", *MEASURED, "published_seconds_per_video", "published_machine")


def table(times: dict[str, pd.DataFrame], published_as: dict[str, str | None]) -> pd.DataFrame:
    """One row per benchmark, share and row with columns COLUMNS.

    times: of time_divafn by benchmark, columns MEASURED. published_as: what a benchmark is in the published table, as
    s2u10. Only rows of DIVAFN itself have a published number; the paper times no other.
    """
    rows = []
    for benchmark, measured in times.items():
        for entry in measured[list(MEASURED)].to_dict("records"):
            cell = _published(published_as[benchmark], entry)
            rows.append({"benchmark": benchmark, **entry, **cell})
    return pd.DataFrame(rows, columns=list(COLUMNS))


def markdown(found: pd.DataFrame, *, command: str) -> str:
    """The table for reading: a line per benchmark and share, a column per row of it, in milliseconds per test video."""
    names = list(dict.fromkeys(found["row"]))
    heads = ["benchmark", "videos that train", *(f"{name}, ours (ms)" for name in names), "DIVAFN, published (ms)"]
    lines = ["# Run times of DIVAFN", "", _line(heads), _line(["---", "---:"] + ["---:"] * (len(heads) - 2))]
    for (benchmark, share), part in found.groupby(["benchmark", "share"], sort=False):
        own = part.set_index("row")["seconds_per_video"]
        printed = part["published_seconds_per_video"].dropna()
        cells = [f"{1000 * own[name]:.2f}" if name in own else "-" for name in names]
        lines.append(_line([benchmark, f"{share} %", *cells, f"{1000 * printed.iloc[0]:.0f}" if len(printed) else "-"]))
    machines = ", ".join(dict.fromkeys(found["published_machine"].dropna()))
    return "\n".join(
        [
            *lines,
            "",
            "Wall time of training and of the test together, by test video, without feature extraction, where this was "
            "made; unlike other files here it differs from run to run.",
            f"Published: {machines or 'nothing'}; on other data and much larger features: the columns do not compare.",
            "",
            f"Made by `{command}`.",
            "",
        ]
    )


def _published(name: str | None, entry: dict) -> dict:
    cells = published.table(PUBLISHED)
    found = cells[cells["benchmark"] == f"divafn_{name}_{entry['share']}"]
    if entry["row"] != "divafn" or found.empty:
        return {}
    return {
        "published_seconds_per_video": float(found["value"].iloc[0]),
        "published_machine": found["note"].iloc[0].partition(";")[0],
    }


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"
