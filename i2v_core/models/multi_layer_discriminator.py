"""A domain discriminator over the embeddings of several layers (web supervision, section 3.3)."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from i2v_core.models.gradient_reversal import reverse_gradient


class MultiLayerDiscriminator(nn.Module):
    """d_l = D_l(relu(d_(l-1) concat E_l(x))), d_0 empty; the last d_l are the logits.

    widths: C_l of each layer's pooled embedding E_l. D_l is Linear to hidden_dim; the last is Linear, ReLU, Linear to
    `outputs` logits, without normalisation. Choice: the paper does not say what D_l is.
    single_layer: the ablation, the last embedding alone: Linear, ReLU, Linear.
    Raises ValueError without widths.
    """

    def __init__(
        self, widths: Sequence[int], *, hidden_dim: int = 256, outputs: int = 1, single_layer: bool = False
    ) -> None:
        super().__init__()
        if not widths:
            raise ValueError("discriminator: widths of no layer found, one or more wanted")
        self.widths = list(widths)[-1:] if single_layer else list(widths)
        before = [0, *[hidden_dim] * (len(self.widths) - 1)]
        self.layers = nn.ModuleList(
            nn.Linear(hidden + width, hidden_dim) for hidden, width in zip(before, self.widths, strict=True)
        )
        self.logits = nn.Linear(hidden_dim, outputs)

    def forward(self, embeddings: Sequence[Tensor], coefficient: float) -> Tensor:
        """Logits: embeddings (n, C_l) of all layers, the deepest last -> (n, outputs).

        The gradient that reaches each embedding is times -coefficient: what lies behind learns as usual.
        """
        used = embeddings[-len(self.widths) :]
        d = None
        for layer, embedding in zip(self.layers, used, strict=True):
            reversed_ = reverse_gradient(embedding, coefficient)
            d = layer(torch.relu(reversed_ if d is None else torch.cat([d, reversed_], dim=1)))
        return self.logits(torch.relu(d))
