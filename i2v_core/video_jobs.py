"""What the training stages on clips of videos share: tables and views of a benchmark, test predictions."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from i2v_core import experiment, probabilities, storage, training
from i2v_core.batches import Batch
from i2v_core.experiment import Run
from i2v_core.video_samples import Clips, VideoClips

OUTPUTS = ("test_probabilities", "predictions")  # of every such stage, besides model, log and record


@dataclass(frozen=True)
class Setup:
    """One job's tables and views. source: labelled videos; videos, tests: the target's, unlabelled."""

    job: Run
    views: Clips
    classes: list[str]
    source: pd.DataFrame
    videos: pd.DataFrame
    tests: pd.DataFrame

    def source_clips(self, *, parts: tuple[str, ...] = ("clean",), **options: object) -> VideoClips:
        """Source videos with their labels."""
        labels = self.source["label"].astype(int).tolist()
        return VideoClips(self.views, storage.keys(self.source), labels, parts, **options)

    def target_clips(
        self, *, parts: tuple[str, ...] = ("clean",), labels: list[int] | None = None, **options: object
    ) -> VideoClips:
        """Target videos, without labels but for the upper bound."""
        return VideoClips(self.views, storage.keys(self.videos), labels, parts, **options)

    def middle_clips(self, table: pd.DataFrame) -> Iterator[Tensor]:
        """The middle windows of a table's videos, in blocks (n, S, ...) on the device of the job."""
        device, keys = training.choose_device(self.job.settings.device), storage.keys(table)
        for start in range(0, len(keys), self.views.block):
            yield torch.from_numpy(self.views.test_clips(keys[start : start + self.views.block])).to(device)

    def standardise(self, net: nn.Module, table: pd.DataFrame) -> None:
        """Sets the standardisation of a network on stored features by the middle windows of a table's videos."""
        net.standardise(torch.cat(list(self.middle_clips(table))).cpu())

    def middle_batches(self, table: pd.DataFrame) -> Iterator[Batch]:
        """The same as batches without labels."""
        for inputs in self.middle_clips(table):
            yield Batch(inputs, torch.arange(len(inputs)))


def prepare(job: Run, arguments: dict, views: Clips) -> Setup:
    """Reads the tables that a stage's arguments name.

    Raises ValueError for a source of images: clips are of videos alone.
    """
    source = storage.read_csv(arguments["source"], ("id", "dataset", "label", "kind"))
    if (source["kind"] != "video").any():
        raise ValueError(f"{arguments['source']}: still images found, videos alone wanted; name another benchmark")
    target = [storage.read_csv(arguments[name], ("id", "dataset")) for name in ("target_train", "target_test")]
    classes = experiment.read_classes(arguments["classes"])
    return Setup(job, views, classes, source, *target)


@torch.no_grad()
def predict_tests(setup: Setup, net: nn.Module, predict: Callable[[Tensor], Tensor], arguments: dict) -> None:
    """Writes probabilities (n, k) of the test videos, `predict` of their clips (n, S, ...), and predictions."""
    net.eval()
    values = torch.cat([predict(inputs).cpu() for inputs in setup.middle_clips(setup.tests)]).numpy()
    ids = setup.tests["id"].tolist()
    found = probabilities.Probabilities(ids, np.ones(len(ids), np.int64), values, setup.classes)
    probabilities.write(found, arguments["test_probabilities"])
    storage.write_csv(probabilities.predictions(found), arguments["predictions"])
