"""Trains CFB's flow branch, on the generated videos' own flow or, after the warm-up, on flows from the bank."""

import logging
import shutil
from pathlib import Path

import numpy as np
import pandas as pd

from i2v_core import cli, experiment, storage
from i2v_core.media.flow_store import FlowStore
from i2v_core.media.views import Flow
from i2v_core.methods.cfb import bank, by_epoch, fitting
from i2v_core.methods.cfb.bank_clips import BankClips
from i2v_core.models.i3d_steps import I3DSteps

logger = logging.getLogger(__name__)


def run(
    *,
    source: Path,
    target_train: Path,
    target_test: Path,
    classes: Path,
    source_stores: list[Path],
    target_stores: list[Path],
    rgb_by_epoch: list[Path],
    weights: str,
    settings: dict,
    seed: int,
    workers: int = 0,
    out: Path,
    log: Path,
    record: Path,
    banks: Path,
    test_probabilities: Path,
) -> None:
    """settings: as of train_cfb_rgb; `method.bank` holds size, aggregation and empty, or is null for no bank.

    source_stores, target_stores: of flow. rgb_by_epoch: the RGB branch's file, none without a bank. banks: a folder,
    one table `class, rank, id, label, confidence` per refresh, named by the epoch that trains on it, from 1.
    """
    arguments = dict(locals())
    job = experiment.begin("train_cfb_flow", arguments, outputs=("banks", "test_probabilities"))
    names = experiment.read_classes(classes)
    model = I3DSteps(classes=len(names), in_channels=2, **settings["model"], weights=weights or None)
    sizes = {name: settings["inputs"][name] for name in ("resize_px", "size_px")}
    views = tuple(Flow(FlowStore(stores), **sizes) for stores in (source_stores, target_stores))
    setup = fitting.prepare(job, arguments, (model, {"in_channels": 2, **settings["model"]}), views)
    parts, method = experiment.parts(job), settings["method"]
    items = setup.source_clips()
    if method["bank"]:
        frames = settings["inputs"]["frames"]
        items = BankClips(items, views[1], storage.keys(setup.videos), method["bank"]["aggregation"], frames)

    def before_epoch(epoch: int) -> None:
        if method["bank"] and epoch >= method["warm_up_epochs"]:
            table = _refresh(setup, items, rgb_by_epoch[0], epoch)
            before = parts / f"epoch{epoch:02d}.csv"
            previous = storage.read_csv(before, tuple(bank.COLUMNS)) if before.is_file() else None
            logger.info("epoch %d: bank of %s", epoch + 1, bank.summary(table, previous, setup.classes))
            storage.write_csv(table, parts / f"epoch{epoch + 1:02d}.csv")

    fitting.fit(setup, items, before_epoch)
    with storage.atomic(banks) as temporary:
        parts.mkdir(parents=True, exist_ok=True)
        shutil.copytree(parts, temporary)
    fitting.finish(setup, test_probabilities, kind="i3d-steps")


def _refresh(setup: fitting.Setup, items: BankClips, rgb_by_epoch: Path, epoch: int) -> pd.DataFrame:
    """Labels the target by both branches as they are before the epoch, and fills the bank anew (CFB, 3.2)."""
    ids, options = setup.videos["id"].tolist(), setup.settings["method"]["bank"]
    rgb = by_epoch.read(rgb_by_epoch, epoch, ids=ids, classes=setup.classes)
    fused = (rgb.probabilities.astype(np.float64) + setup.outputs(setup.videos)[0]) / 2
    table = bank.build(fused, ids, setup.classes, size=options["size"], empty=options["empty"])
    rows = {name: row for row, name in enumerate(ids)}
    items.rows = {label: [rows[name] for name in part["id"]] for label, part in table.groupby("label")}
    items.source_features, items.target_features = rgb.source_features, rgb.features
    return table


if __name__ == "__main__":
    cli.entry(run)
