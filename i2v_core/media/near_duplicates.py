"""Near-duplicates by the cosine of embeddings (web supervision, section 4.1), in blocks, so that memory is bounded."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from torch.nn import functional

COLUMNS = ["id", "dataset", "kind", "label", "frame", "twin", "twin_frame", "cosine"]
COMPARED = ("whitened", "centred", "plain")
BIN = 0.01  # of the histogram


@dataclass(frozen=True)
class Rows:
    """A matrix (n, d) that is read in blocks: an array, a memory map, or a dataset of an open HDF5 file.

    centre (d,), scale (d, d): a row x counts as (x - centre) scale, at length 1; a row of zeros stays one.
    """

    values: np.ndarray
    centre: np.ndarray | None = None
    scale: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.values)

    def block(self, start: int, stop: int, device: torch.device) -> torch.Tensor:
        """Rows of length 1, float32 (stop - start, d)."""
        rows = torch.from_numpy(np.asarray(self.values[start:stop], np.float32)).to(device)
        if self.centre is not None:
            rows = rows - torch.from_numpy(np.asarray(self.centre, np.float32)).to(device)
        if self.scale is not None:
            rows = rows @ torch.from_numpy(np.asarray(self.scale, np.float32)).to(device)
        return functional.normalize(rows, dim=1)


def comparison(target: np.ndarray, how: str) -> dict[str, np.ndarray]:
    """Arguments of `Rows` by which embeddings are compared, from the target's (m, d).

    plain     cosine of embeddings, the paper's
    centred   the target's mean is taken away
    whitened  and directions in which the target varies count less: (C + s I)^(-1/2), C its covariance, s the mean
              of its eigenvalues
    Choice: features of a small network have cosines above 0.9 between most pictures; whitened ones do not.
    Raises ValueError for another word.
    """
    if how not in COMPARED:
        known = ", ".join(COMPARED)
        raise ValueError(f"websup.duplicates.compared: {how!r} found, one of {known} wanted; see params.yaml")
    if how == "plain":
        return {}
    rows = np.asarray(target, np.float64)
    centre = rows.mean(axis=0)
    if how == "centred":
        return {"centre": centre}
    values, vectors = np.linalg.eigh(np.atleast_2d((rows - centre).T @ (rows - centre) / len(rows)))
    return {"centre": centre, "scale": (vectors / np.sqrt(values + values.mean())) @ vectors.T}


@torch.inference_mode()
def most_similar(
    queries: Rows, references: Rows, *, block: int = 8192, device: torch.device | str = "cpu"
) -> tuple[np.ndarray, np.ndarray]:
    """The largest cosine of each query to any reference, and which one -> float32 (n,), int64 (n,).

    cos(q, r) = q' . r' / (|q'| |r'|), rows as `Rows` changes them
    Memory: two blocks of rows and a block x block of cosines. Of equal references the first one counts.
    Raises ValueError without a reference, for widths that differ, and for a block below 1.
    """
    if not len(references) or queries.values.shape[1:] != references.values.shape[1:] or block < 1:
        found = (queries.values.shape, references.values.shape, block)
        raise ValueError(
            f"near-duplicates: queries, references, block {found} found, (n, d), (m, d) with m >= 1 wanted"
        )
    device = torch.device(device)
    best, place = np.full(len(queries), -np.inf, np.float32), np.zeros(len(queries), np.int64)
    for first in range(0, len(queries), block):
        part = queries.block(first, min(first + block, len(queries)), device)
        own = torch.full((len(part),), -np.inf, device=device)
        at = torch.zeros(len(part), dtype=torch.int64, device=device)
        for start in range(0, len(references), block):
            cosines = part @ references.block(start, min(start + block, len(references)), device).T
            largest = cosines.amax(dim=1)
            nearest = (cosines == largest[:, None]).int().argmax(dim=1) + start
            better = largest > own
            own, at = torch.where(better, largest, own), torch.where(better, nearest, at)
        best[first : first + len(part)], place[first : first + len(part)] = own.cpu().numpy(), at.cpu().numpy()
    return best, place


def per_item(frames: pd.DataFrame, twins: pd.DataFrame, index: pd.DataFrame) -> pd.DataFrame:
    """One row per web item, columns COLUMNS: of a video the key frame that is most like a key frame of the target.

    frames: `id, frame, cosine, place`, a row per key frame of the web items; twins: `id, frame` of the target's key
    frames, in the order that place counts; index: `id, dataset, kind, label` of the web items. Of equal key frames the
    first counts. Raises ValueError for an item of the index without a key frame.
    """
    order = frames.sort_values(["cosine"], ascending=False, kind="stable").drop_duplicates("id").set_index("id")
    missing = sorted(set(index["id"]) - set(order.index))
    if missing:
        raise ValueError(f"near-duplicates: no embedding of {len(missing)} items ({missing[0]}), one of each wanted")
    best = order.loc[index["id"]].reset_index()
    found = twins.iloc[best["place"].to_numpy()].reset_index(drop=True)
    table = index[["id", "dataset", "kind", "label"]].reset_index(drop=True)
    table = table.assign(frame=best["frame"], twin=found["id"], twin_frame=found["frame"], cosine=best["cosine"])
    return table[COLUMNS]


def removed(items: pd.DataFrame, *, threshold: float) -> pd.Series:
    """Whether each item goes: a cosine above the threshold (0.9 in the paper), not one equal to it."""
    return items["cosine"] > threshold


def by_class(items: pd.DataFrame, gone: pd.Series) -> pd.DataFrame:
    """Items, removed items and their share, per kind and label -> `kind, label, items, removed, share`."""
    groups = items.assign(gone=gone).groupby(["kind", "label"], sort=True)["gone"]
    table = pd.DataFrame({"items": groups.size(), "removed": groups.sum().astype(int)})
    return table.assign(share=table["removed"] / table["items"]).reset_index()


def histogram(items: pd.DataFrame) -> pd.DataFrame:
    """How many items have their largest cosine in each bin of 0.01, from the lowest that is filled to 1 ->
    `kind, from, to, items`: what a threshold is checked by where another network embeds.
    """
    rows = []
    for kind, part in items.groupby("kind", sort=True):
        bins = np.minimum(np.floor(part["cosine"].to_numpy(np.float64) / BIN + 1e-6).astype(int), round(1 / BIN) - 1)
        counts = dict(zip(*np.unique(bins, return_counts=True), strict=True))
        for number in range(min(counts), round(1 / BIN)):
            rows.append((kind, number * BIN, (number + 1) * BIN, int(counts.get(number, 0))))
    return pd.DataFrame(rows, columns=["kind", "from", "to", "items"])
