"""A memory of the latest feature of every source sample, to draw positives and negatives from."""

import torch
from torch import Tensor, nn


class FeatureBank(nn.Module):
    """One feature per source sample, overwritten by the sample's index; all of it is in the state dict.

    size: source samples N; dim: width D of a feature; labels (N,) integer classes.
    Deviation: the released code keys its bank by tensors, never replaces a feature and draws from all stale ones; here
    a sample has one feature, its latest.
    Raises ValueError if there are not `size` labels.
    """

    def __init__(self, *, size: int, dim: int, labels: Tensor) -> None:
        super().__init__()
        if labels.shape != (size,):
            raise ValueError(f"labels: shape {tuple(labels.shape)} found, ({size},) wanted, one class per sample")
        self.register_buffer("features", torch.zeros(size, dim))
        self.register_buffer("valid", torch.zeros(size, dtype=torch.bool))
        self.register_buffer("labels", labels.clone().long())

    def update(self, indices: Tensor, features: Tensor) -> None:
        """Puts features (n, D) at indices (n,), without their gradient.

        Raises ValueError for other shapes, for an index outside the bank and for one that occurs twice.
        """
        size, dim = self.features.shape
        if indices.ndim != 1 or features.shape != (len(indices), dim):
            found = f"{tuple(indices.shape)} and {tuple(features.shape)}"
            raise ValueError(f"indices and features: shapes {found} found, (n,) and (n, {dim}) wanted")
        if len(indices) and not (indices.min() >= 0 and indices.max() < size):
            raise ValueError(f"indices: {indices.min()} to {indices.max()} found, 0 to {size - 1} wanted")
        if len(indices.unique()) < len(indices):
            raise ValueError(f"indices: {len(indices)} with repeats found, each sample once wanted")
        self.features[indices] = features.detach().to(self.features.dtype)
        self.valid[indices] = True

    def sample(self, classes: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """Draws for each class of `classes` (n,) a feature of that class and one of any other class, with repeats.

        The positive is uniform over the class's present features, the negative over all present features of the other
        classes, so that frequent classes come oftener (CycDA's code).
        -> positives (n, D), negatives (n, D), usable bool (n,): False, with rows of zeros, where one of the two has no
        candidate. The draws depend on the generator's state and the bank alone, and take 2 n of its numbers.
        """
        # Sorted by class, the present samples of a class are neighbours: ranks `first` to `first + count - 1`.
        order = torch.argsort(self.labels, stable=True)
        labels, present = self.labels[order], self.valid[order].cumsum(0)
        until = torch.cat([present.new_zeros(1), present])
        first = until[torch.searchsorted(labels, classes)]
        count = until[torch.searchsorted(labels, classes, right=True)] - first
        others = until[-1] - count
        # 53 random bits: no count that fits in memory makes one sample measurably likelier than another.
        shares = torch.rand(2, len(classes), generator=generator, dtype=torch.float64, device=generator.device)
        near, far = shares.to(classes.device)
        near = (near * count).long() + first
        far = (far * others).long()
        far = torch.where(far >= first, far + count, far)
        usable = (count > 0) & (others > 0)
        ranks = torch.where(usable, torch.stack([near, far]), 0) + 1
        positions = torch.searchsorted(present, ranks).clamp(max=len(order) - 1)
        chosen = self.features[order[positions]] * usable[:, None]
        return chosen[0], chosen[1], usable
