"""Where training keeps the pseudo labels of the target's videos: beside the networks, so a resumed run has them."""

import torch
from torch import Tensor, nn

from i2v_core.methods.stcda.clustering import Assignment

NONE = -1  # of a video without a pseudo label


class PseudoLabels(nn.Module):
    """One class per view and target video, -1 for none; all in the state dict."""

    def __init__(self, views: tuple[str, ...], videos: int) -> None:
        super().__init__()
        self.views = views
        self.register_buffer("labels", torch.full((len(views), videos), NONE))
        self.register_buffer("assigned", torch.tensor(False))

    def assign(self, found: Assignment) -> None:
        """Takes the labels of a clustering in place of those before; videos that it did not keep have none.

        Raises ValueError for another number of videos or other views.
        """
        videos = self.labels.shape[1]
        counts = {len(labels) for labels in found.labels.values()}
        if counts != {videos} or set(found.labels) != set(self.views):
            raise ValueError(
                f"pseudo labels: {sorted(counts)} videos of {', '.join(found.labels)} found, [{videos}] of "
                f"{', '.join(self.views)} wanted"
            )
        for row, view in zip(self.labels, self.views, strict=True):
            kept, labels = (torch.from_numpy(part[view]) for part in (found.kept, found.labels))
            row.copy_(torch.where(kept, labels, NONE))
        self.assigned.fill_(True)

    def of(self, view: str, index: Tensor) -> Tensor:
        """Labels of target videos for the network of a view: positions (n,) -> (n,).

        Raises ValueError before the first clustering.
        """
        if not self.assigned:
            raise ValueError("pseudo labels: none found, a clustering wanted; call `relabel` before the first epoch")
        return self.labels[self.views.index(view), index]
