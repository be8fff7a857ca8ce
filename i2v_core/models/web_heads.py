"""What stands on the embeddings in both models of web supervision: classifier, attention, discriminators."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from i2v_core.losses.domain import binary_domain_loss
from i2v_core.models.multi_layer_discriminator import MultiLayerDiscriminator
from i2v_core.models.target_attention import TargetAttention

DOMAINS = ("image", "video", "target")
# L^I, L^V and L^B of equation 1: the first domain has the label 1, the second 0.
PAIRS = (("target", "image"), ("target", "video"), ("image", "video"))
KINDS = ("pairwise3", "shared1", "threeway")


class WebHeads(nn.Module):
    """classifier: one Linear on the deepest embedding; attention; discriminators over all layers.

    widths: C_l of the layers' embeddings, the deepest last. sources: domains that have labels, of `DOMAINS`.
    attention: arguments of `TargetAttention`, and `share_w` (default true: one W for all sources, as the paper writes
    one symbol). discriminator: arguments of `MultiLayerDiscriminator`, and `kind`.
    Choice: `pairwise3`, a discriminator for each pair, as one (`shared1`) is asked for both answers on web images; a
    single one over all domains (`threeway`) is the other way out.
    Raises ValueError for another kind.
    """

    def __init__(
        self,
        widths: Sequence[int],
        *,
        classes: int,
        sources: Sequence[str],
        attention: dict | None = None,
        discriminator: dict | None = None,
    ) -> None:
        super().__init__()
        attention, discriminator = dict(attention or {}), dict(discriminator or {})
        share_w, self.kind = attention.pop("share_w", True), discriminator.pop("kind", "pairwise3")
        if self.kind not in KINDS:
            raise ValueError(f"discriminator kind: {self.kind!r} found, one of {', '.join(KINDS)} wanted")
        self.domains = [name for name in DOMAINS if name in (*sources, "target")]
        self.pairs = [pair for pair in PAIRS if set(pair) <= set(self.domains)]
        self.classifier = nn.Linear(widths[-1], classes)
        names = ["all"] if share_w else list(sources)
        self.attention = nn.ModuleDict({name: TargetAttention(widths[-1], **attention) for name in names})
        parts = {"pairwise3": ["_".join(pair) for pair in self.pairs]}.get(self.kind, ["all"])
        outputs = len(self.domains) if self.kind == "threeway" else 1
        self.discriminators = nn.ModuleDict(
            {name: MultiLayerDiscriminator(widths, outputs=outputs, **discriminator) for name in parts}
        )

    def attention_name(self, source: str) -> str:
        """The name in `attention` of what weighs a source domain: `all`, which they share, or its own."""
        return "all" if "all" in self.attention else source

    def attention_of(self, source: str) -> TargetAttention:
        """The attention of a source domain."""
        return self.attention[self.attention_name(source)]

    def domain_losses(self, layers: dict[str, Sequence[Tensor]], coefficient: float) -> dict[str, Tensor]:
        """Discriminators' losses by name, behind gradient reversal (equation 1, see `binary_domain_loss`).

        layers: embeddings (n, C_l) of each domain of the batch; a row without web images has the pair of the others
        alone. `threeway`: one cross entropy over the domains, each with the same weight.
        """
        if self.kind == "threeway":
            judge, losses = self.discriminators["all"], []
            for domain in layers:
                place, logits = self.domains.index(domain), judge(layers[domain], coefficient)
                losses.append(functional.cross_entropy(logits, torch.full_like(logits[:, 0], place).long()))
            return {"domain": torch.stack(losses).sum()}
        found = {}
        for pair in (pair for pair in self.pairs if set(pair) <= set(layers)):
            name = "_".join(pair)
            judge = self.discriminators["all" if self.kind == "shared1" else name]
            found[f"domain_{name}"] = binary_domain_loss(*(judge(layers[domain], coefficient) for domain in pair))
        return found

    def decayed_parameters(self) -> list[nn.Parameter]:
        """Parameters of the classifier and the discriminators."""
        return [*self.classifier.parameters(), *self.discriminators.parameters()]

    def undecayed_parameters(self) -> list[nn.Parameter]:
        """Parameters of attention: Choice: no weight decay, which would draw W from the identity to 0."""
        return list(self.attention.parameters())
