"""A small training job on the toy world, for tests of the one training loop."""

import copy

import torch
from torch import nn
from torch.nn import functional

from i2v_core import training
from i2v_core.batches import Frames, Stream
from i2v_core.training import Settings


class Job:
    """A small net with dropout and batch normalisation, trained on 12 images in batches of 4."""

    def __init__(self, store, folder, **changes):
        self.settings = Settings(**{"epochs": 4, "batch_size": 4, "lr": 0.05, "device": "cpu", **changes})
        training.prepare(self.settings, 0)
        self.nets = nn.Sequential(
            nn.Flatten(), nn.Linear(3 * 8 * 8, 8), nn.BatchNorm1d(8), nn.Dropout(0.3), nn.Linear(8, 3)
        )
        images = Frames(store, [f"toy-images/i{k}" for k in range(12)], 8, [k % 3 for k in range(12)])
        self.streams = {"source": Stream(images, self.settings.batch_size)}
        self.log, self.state = folder / "log.csv", folder / "state.pt"
        self.progress = []

    def losses(self, batch, progress):
        self.progress.append(progress)
        logits = self.nets(batch["source"].inputs)
        return {"classification": functional.cross_entropy(logits, batch["source"].labels)}

    def fit(self, losses=None, *, seed=0, fingerprint="f", before_epoch=None):
        optimiser = training.make_optimiser(
            list(self.nets[:2].parameters()), list(self.nets[2:].parameters()), self.settings
        )
        training.fit(
            self.nets,
            losses or self.losses,
            self.streams,
            optimiser,
            self.settings,
            seed=seed,
            log=self.log,
            state=self.state,
            fingerprint=fingerprint,
            before_epoch=before_epoch,
        )
        return copy.deepcopy(self.nets.state_dict())


def fitted(store, folder, **changes):
    folder.mkdir(exist_ok=True)
    (folder / "state.pt").unlink(missing_ok=True)
    return Job(store, folder, **changes).fit()


def equal(first, second):
    return all(torch.equal(first[name], second[name]) for name in first)
