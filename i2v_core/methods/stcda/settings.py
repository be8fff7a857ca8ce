"""What may be set of STCDA's objective. Defaults are the paper's where it gives a value."""

from collections.abc import Sequence
from dataclasses import dataclass

ALLOWED = {
    "stage": (1, 2, 3),
    "positive_from": ("bank", "online"),
    "alignment": ("vca", "adversarial"),
    "pseudo_labels": ("updated", "fixed"),
}
SOME_OF = {"levels": ("clip", "video"), "domains": ("source", "target")}


@dataclass(frozen=True)
class Settings:
    """Terms, weights and switches (STCDA, section 4.2 and tables 4 to 6).

    stage: 1 contrast alone, 2 with classification, 3 with alignment; alpha, beta: weights in stages 2 and 3.
    levels: of the contrast, "clip" and "video"; domains: whose videos it is on (table 5).
    temperature: of equations 1 and 2. video_temperature: another one for equation 2. video_warm_up: share of the stage
    in which the weight of equation 2 rises linearly to its value; V and its corrupted copies share most clips, so that
    this term is large at first. Choice: neither is used by default, the paper has neither.
    negatives: clips k of other videos. Choice: 1024 as IIC, at most as many as there are.
    video_inter_negatives: clip rows of other videos as more negatives of equation 2; the paper has none.
    positive_from: the other view of a clip from the "bank", as CMC, or "online", the features of this step.
    momentum: of the banks. alignment: "vca", or "adversarial": domain discriminators in its place (table 6b), with
    discriminator_dim hidden units, 100 as MM-SADA.
    fuse: whether distances of both views decide on pseudo labels (table 6b). pseudo_labels: "updated", or "fixed" to
    those of the first clustering (table 6c). match, filter_threshold, min_per_class, tolerance, iterations: see
    `clustering.cluster`.
    Raises ValueError for a value that is not among those allowed.
    """

    stage: int
    alpha: float = 2.0
    beta: float = 0.5
    levels: Sequence[str] = ("clip", "video")
    domains: Sequence[str] = ("source", "target")
    temperature: float = 0.07
    video_temperature: float | None = None
    video_warm_up: float = 0.0
    negatives: int = 1024
    video_inter_negatives: int = 0
    positive_from: str = "bank"
    momentum: float = 0.5
    alignment: str = "vca"
    discriminator_dim: int = 100
    fuse: bool = True
    pseudo_labels: str = "updated"
    match: bool = True
    filter_threshold: float = 1.0
    min_per_class: int = 0
    tolerance: float = 0.005
    iterations: int = 50

    def __post_init__(self) -> None:
        for name, allowed in ALLOWED.items():
            if (found := getattr(self, name)) not in allowed:
                raise ValueError(f"{name}: {found!r} found, one of {', '.join(map(str, allowed))} wanted")
        for name, allowed in SOME_OF.items():
            if not (found := list(getattr(self, name))) or not set(found) <= set(allowed):
                raise ValueError(f"{name}: {found} found, some of {', '.join(allowed)} wanted")
        for name, least in (("alpha", 0), ("beta", 0), ("negatives", 1), ("video_inter_negatives", 0)):
            if not (found := getattr(self, name)) >= least:
                raise ValueError(f"{name}: {found} found, {least} or more wanted")
        if not 0 <= self.video_warm_up <= 1:
            raise ValueError(f"video_warm_up: {self.video_warm_up} found, a share of the stage in [0, 1] wanted")
        if self.stage == 1 and not self.alpha:
            raise ValueError("alpha: 0 found in stage 1, which trains the contrast alone; leave stage 1 out")

    @property
    def has_contrast(self) -> bool:
        """Whether a run with these settings contrasts in its stages, and so has memory banks in each of them."""
        return self.alpha > 0

    @property
    def is_adversarial(self) -> bool:
        """Whether this stage has domain discriminators."""
        return self.stage == 3 and self.beta > 0 and self.alignment == "adversarial"
