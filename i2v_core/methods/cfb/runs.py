"""What the tables and figures of CFB train: rows, the two branches of each, and names that say all of it.

A branch is named by what it trains on and by what it adds, joined by "+", a changed value as key=value.
RGB: `depth` (videos by view synthesis), `st_i2v` (by crop motion), or `clip` for CLIP on those by view synthesis; then
`pace`, a plug-in loss, changed values. Flow: `own` or `bank=<aggregation>`; then `clip` if CLIP labels the target, and
as above.
"""

import numpy as np

from i2v_core.methods.cfb.retrieval import AGGREGATIONS

LOSSES = ("dan", "jan", "mcc", "bnm")
VALUES = {"lambda_1": float, "lambda_2": float, "lambda_3": float, "paces": int, "size": int, "bank": str}
ROWS: dict[str, tuple[str, str | None]] = {
    "so-st-i2v": ("st_i2v", None),
    "so-rgb": ("depth", None),
    "so-rgb-flow": ("depth", "own"),
    "bank": ("depth", "bank=random"),
    "full": ("depth+pace", "bank=random+pace"),
    **{f"bank-{name.replace('_', '-')}": ("depth", f"bank={name}") for name in AGGREGATIONS if name != "random"},
    **{f"bank-{name}": (f"depth+{name}", f"bank=random+{name}") for name in LOSSES},
    "clip-so-rgb": ("clip", None),
    "clip-full": ("clip+pace", "bank=random+clip+pace"),
}
# What Figure 4 varies: panel, the row it starts from with what is added to it, the value that changes.
SWEEPS = {
    "lambda_1": ("so-rgb", ""),
    "size": ("bank", ""),
    "lambda_2": ("so-rgb-flow", "pace"),
    "paces": ("so-rgb-flow", "pace"),
}
RGB_ONLY, FLOW_ONLY = ("lambda_1",), ("size",)


def branches(row: str) -> tuple[str, str | None]:
    """Names of the RGB and the flow branch (None: RGB alone) of a row, or of a row with changes: `bank+size=5`.

    Raises ValueError for an unknown row or change.
    """
    name, *changes = row.split("+")
    if name not in ROWS:
        raise ValueError(f"row {name!r} found, one of {', '.join(ROWS)} wanted")
    rgb, flow = ROWS[name]
    for change in changes:
        key = change.split("=")[0]
        rgb = rgb if key in FLOW_ONLY else f"{rgb}+{change}"
        flow = flow if flow is None or key in RGB_ONLY else f"{flow}+{change}"
    for branch in (rgb, flow):
        options(branch or "own")
    return rgb, flow


def options(branch: str) -> dict:
    """A branch's name as options: `source` (depth, st_i2v, own or none), flags `clip`, `pace`, `transfer`, values.

    Raises ValueError for a part that no branch has.
    """
    found = {"source": None, "clip": False, "pace": False, "transfer": None}
    for part in branch.split("+"):
        key, _, value = part.partition("=")
        if part in ("depth", "st_i2v", "own"):
            found["source"] = part
        elif part in ("clip", "pace"):
            found[part] = True
        elif part in LOSSES:
            found["transfer"] = part
        elif value and key in VALUES:
            found[key] = VALUES[key](value)
        else:
            raise ValueError(f"branch {branch!r}: part {part!r} found, one of those in methods/cfb/runs.py wanted")
    return found


def labeller(flow: str) -> str | None:
    """The RGB branch that labels the target for a flow branch's bank, trained with the same additions."""
    if not flow.startswith("bank="):
        return None
    source = "clip" if options(flow)["clip"] else "depth"
    rest = [part for part in flow.split("+")[1:] if part != "clip" and part.split("=")[0] not in FLOW_ONLY]
    return "+".join([source, *rest])


def labels_target(rgb: str) -> bool:
    """Whether a row's bank, or one with changed values, may be built on this RGB branch; its opinions are then kept."""
    found = options(rgb)
    return found["source"] != "st_i2v" and "lambda_1" not in found


def sweep(parameter: str, value: float | None) -> str:
    """The row of one point of Figure 4, by parameter (a key of SWEEPS) and value; None is the value used elsewhere."""
    row, added = SWEEPS[parameter]
    # No exponents: they have signs that names do not.
    changed = [] if value is None else [f"{parameter}={np.format_float_positional(value, trim='-')}"]
    return "+".join([row, *([added] if added else []), *changed])
