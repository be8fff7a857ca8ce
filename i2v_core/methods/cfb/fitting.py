"""What the training of both branches shares: tables, views of both domains, the fit itself, test predictions."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from torch import nn

from i2v_core import clips, experiment, probabilities, storage, training
from i2v_core.batches import Items, Stream
from i2v_core.clips import ViewClips
from i2v_core.experiment import Run
from i2v_core.media.views import View
from i2v_core.methods.cfb import prediction
from i2v_core.methods.cfb.branch import Branch, losses


@dataclass(frozen=True)
class Setup:
    """One branch and its data. arguments: of the model's constructor; settings: as the stage got them."""

    job: Run
    settings: dict
    workers: int
    classes: list[str]
    images: pd.DataFrame
    videos: pd.DataFrame
    tests: pd.DataFrame
    source: View
    target: View
    branch: Branch
    arguments: dict

    def source_clips(self) -> ViewClips:
        """The generated source videos, whole, with their labels."""
        labels = self.images["label"].astype(int).tolist()
        sampler = partial(clips.whole, frames=self.settings["inputs"]["frames"])
        return ViewClips(self.source, storage.keys(self.images), sampler, labels)

    def outputs(self, videos: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """Class probabilities and pooled features of target videos, by the branch as it now is."""
        return prediction.outputs(
            self.branch,
            self.target,
            storage.keys(videos),
            frames=self.settings["inputs"]["test_frames"],
            batch_size=self.settings["inference_batch"],
            device=training.choose_device(self.job.settings.device),
            workers=self.workers,
        )


def prepare(job: Run, arguments: dict, model: tuple[nn.Module, dict], views: tuple[View, View]) -> Setup:
    """Reads the tables of a stage's arguments. model: with the arguments to make it again; views: source and target."""
    source, target_train, target_test = (
        storage.read_csv(arguments[name], ("id", "dataset")) for name in ("source", "target_train", "target_test")
    )
    settings = arguments["settings"]
    sources = len(source) if settings["method"].get("by_epoch") else 0
    branch = Branch(model[0], paces=settings["method"]["paces"], sources=sources)
    classes = experiment.read_classes(arguments["classes"])
    tables = (classes, source, target_train, target_test)
    return Setup(job, settings, arguments["workers"], *tables, *views, branch, model[1])


def fit(setup: Setup, source: Items, before_epoch: Callable[[int], None]) -> None:
    """Trains the branch on `source` and, where the method asks for them, on unlabelled target clips."""
    method = {**setup.settings["method"], "frames": setup.settings["inputs"]["frames"]}
    experiment.train(
        setup.job,
        setup.branch,
        lambda batch, progress: losses(setup.branch, batch, method),
        _streams(setup, source),
        backbone=setup.branch.model.backbone_parameters(),
        new=setup.branch.new_parameters(),
        before_epoch=before_epoch,
    )


def finish(setup: Setup, test_probabilities: Path, *, kind: str) -> None:
    """Predicts the test videos, then writes the record and, last, the model."""
    values, ids = setup.outputs(setup.tests)[0], setup.tests["id"].tolist()
    ones = np.ones(len(ids), np.int64)
    probabilities.write(probabilities.Probabilities(ids, ones, values, setup.classes), test_probabilities)
    description = {"model": setup.arguments, "inputs": setup.settings["inputs"]}
    experiment.finish(setup.job, (setup.branch.model, kind, setup.classes, description))


def _streams(setup: Setup, source: Items) -> dict[str, Stream]:
    method, frames = setup.settings["method"], setup.settings["inputs"]["frames"]
    keys, items = storage.keys(setup.videos), {"source": source}
    if method["paces"]:
        items["paced"] = ViewClips(setup.target, keys, partial(clips.paced, frames=frames, paces=method["paces"]))
    if method["transfer"]:
        items["target"] = ViewClips(setup.target, keys, partial(clips.strided, frames=frames))
    return {name: Stream(part, setup.job.settings.batch_size) for name, part in items.items()}
