"""Source samples of CFB's flow branch that take their flow from the memory bank."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from i2v_core.batches import Sample
from i2v_core.clips import ViewClips
from i2v_core.media import sampling
from i2v_core.media.views import View, augmented
from i2v_core.methods.cfb import retrieval
from i2v_core.seeding import generator


@dataclass
class BankClips:
    """Source samples whose flow is replaced by flows of the bank under the same label (CFB, equation 4).

    own: the source's own flows, taken while the bank is empty and for classes without an entry (Choice: the paper
    does not say what such classes train on). view: of the target's flows. keys: of all target training videos.
    aggregation, frames: see `retrieval.weights` and `sampling.random_strided` (Choice: a random start).
    rows: entries of each class as positions in `keys`, by falling confidence; the features of sources and targets are
    for the aggregations that weight by similarity.
    """

    is_clip: ClassVar[bool] = True
    own: ViewClips
    view: View
    keys: Sequence[str]
    aggregation: str
    frames: int
    rows: dict[int, list[int]] = field(default_factory=dict)
    source_features: np.ndarray | None = None
    target_features: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.own)

    def draw(self, position: int, seed: int, *turn: int) -> Sample:
        """A mixture of bank flows of the class of the source sample at `position`, drawn anew at each visit."""
        label = self.own.labels[position]
        rows = self.rows.get(label, [])
        if not rows:
            return self.own.draw(position, seed, *turn)
        random = generator(seed, "bank", *turn, position)
        shares = retrieval.weights(self.aggregation, self._similarity(position, rows), len(rows), random)
        flow = sum(share * self._read(row, random) for share, row in zip(shares, rows, strict=True) if share > 0)
        return Sample(augmented(self.view, flow.astype(np.float32), random), position, label)

    def _similarity(self, position: int, rows: list[int]) -> np.ndarray | None:
        if self.source_features is None:
            return None
        return retrieval.cosine(self.source_features[position], self.target_features[rows])

    def _read(self, row: int, random: np.random.Generator) -> np.ndarray:
        key = self.keys[row]
        return self.view.read(key, sampling.random_strided(self.view.length(key), random, frames=self.frames))
