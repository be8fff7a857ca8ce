"""Files as PyTorch wrote them until 0.3, as pytorch-i3d's are: no archive, tensors of the first form."""

from pathlib import Path

import torch
from torch import Tensor


class _First:
    """Pickled by the function that rebuilt tensors before they knew of gradients."""

    def __init__(self, tensor: Tensor) -> None:
        self._tensor = tensor.contiguous()

    def __reduce__(self) -> tuple:
        tensor = self._tensor
        arguments = (tensor._typed_storage(), tensor.storage_offset(), tuple(tensor.shape), tensor.stride())
        return torch._utils._rebuild_tensor, arguments


def write(state: dict[str, Tensor], path: Path) -> Path:
    """A state dict in such a file; counters of batches did not exist then."""
    kept = {key: _First(value) for key, value in state.items() if not key.endswith("num_batches_tracked")}
    torch.save(kept, path, _use_new_zipfile_serialization=False)
    return path
