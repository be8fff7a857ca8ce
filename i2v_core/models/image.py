"""The image model phi^I of CycDA: backbone, feature reduction, classifier, domain discriminator."""

from pathlib import Path

import torch
from torch import Tensor, nn

from i2v_core import eager, ranks, storage
from i2v_core.models.gradient_reversal import reverse_gradient
from i2v_core.models.heads import perceptron
from i2v_core.models.normalisation import Normalisation
from i2v_core.models.weights import Reading, load, renamed, tensors

timm = eager.import_timm()


class ImageModel(nn.Module):
    """Backbone -> Linear -> z; classifier and discriminator on z: Linear, ReLU, Linear each (CycDA, official code).

    classes: outputs k. backbone: a convolutional net of timm, by name; backbone_options: its own arguments, for example
    {"channels": [16, 32, 64, 128]} for a narrow ResNet.
    feature_dim: width D of z (128 on B->U, else 64); None makes z the backbone's own feature. hidden_dim: both heads'.
    weights: None for random ones, "timm" for a download of timm's, else a file with a state dict in timm's layout,
    which for ResNets is torchvision's too; its classifier is left out.
    freeze_until: the backbone's children up to and including this one are not trained ("layer3" in the official code).
    Choice: only parameters are fixed; running statistics of batch normalisation still move, as in the official code.
    normalisation: "imagenet", "kinetics" or "none".
    Raises ValueError for an unknown backbone or child and for weights that do not fit, OSError if a download fails.
    """

    def __init__(
        self,
        *,
        classes: int,
        backbone: str = "resnet18",
        backbone_options: dict | None = None,
        feature_dim: int | None = 64,
        hidden_dim: int = 64,
        weights: str | Path | None = None,
        freeze_until: str | None = None,
        normalisation: str = "imagenet",
    ) -> None:
        super().__init__()
        self.normalisation = Normalisation(normalisation)
        self.backbone = make_backbone(backbone, backbone_options or {}, weights)
        if freeze_until is not None:
            _freeze(self.backbone, freeze_until)
        self.feature_dim = feature_dim or self.backbone.num_features
        self.reduction = nn.Linear(self.backbone.num_features, feature_dim) if feature_dim else nn.Identity()
        self.classifier = perceptron(self.feature_dim, hidden_dim, classes)
        self.discriminator = perceptron(self.feature_dim, hidden_dim, 2)

    def features(self, images: Tensor) -> Tensor:
        """z: images (n, 3, h, w) in [0, 1] -> (n, D). Raises ValueError for another shape."""
        if images.ndim != 4 or images.shape[1] != 3:
            raise ValueError(f"images: shape {tuple(images.shape)} found, (n, 3, h, w) wanted")
        # Channels last: faster on CPUs and on GPUs with tensor cores.
        images = self.normalisation(images).contiguous(memory_format=torch.channels_last)
        return self.reduction(ranks.share(self.backbone, images))

    def classify(self, z: Tensor) -> Tensor:
        """Class logits: (n, D) -> (n, k)."""
        return self.classifier(z)

    def discriminate(self, z: Tensor, coefficient: float) -> Tensor:
        """Domain logits, source first: (n, D) -> (n, 2); the gradient that reaches z is times -coefficient."""
        return self.discriminator(reverse_gradient(z, coefficient))

    def forward(self, images: Tensor) -> Tensor:
        """Class logits: images (n, 3, h, w) in [0, 1] -> (n, k)."""
        return self.classify(self.features(images))

    def backbone_parameters(self) -> list[nn.Parameter]:
        """Parameters that may come pretrained, frozen ones included."""
        return list(self.backbone.parameters())

    def new_parameters(self) -> list[nn.Parameter]:
        """Parameters of the reduction and the two heads."""
        return [p for part in (self.reduction, self.classifier, self.discriminator) for p in part.parameters()]


def make_backbone(name: str, options: dict, weights: str | Path | None) -> nn.Module:
    """A model of timm by name without its classifier: images -> (n, `num_features`). weights: see `ImageModel`."""
    try:
        made = timm.create_model(name, num_classes=0, **options)
    except (RuntimeError, TypeError) as error:
        raise ValueError(f"backbone {name!r} with {options}: timm cannot make it ({_first_line(error)})") from None
    if weights == "timm":
        try:
            return timm.create_model(name, num_classes=0, pretrained=True, **options)
        except Exception as error:
            raise OSError(
                f"weights of {name!r} from timm: no download ({_first_line(error)}); give a local file as weights"
            ) from None
    if weights is not None:
        path, wanted = Path(weights), f"weights of timm's {name!r}"
        load(made, read(path, wanted=wanted), path, wanted=wanted, without=classifier(made))
    return made


def read(path: Path, *, wanted: str) -> Reading:
    """A state dict in timm's layout, a torch file or safetensors. Raises ValueError for what is none."""
    return renamed(tensors(storage.load_weights(path), path, wanted=wanted), layout="timm")


def classifier(backbone: nn.Module) -> tuple[str, ...]:
    """Prefixes of the keys of a timm model's classifier, which it has in a file and not here."""
    head = backbone.pretrained_cfg["classifier"]
    return tuple(f"{part}." for part in ([head] if isinstance(head, str) else head))


def _freeze(backbone: nn.Module, until: str) -> None:
    names = [name for name, _ in backbone.named_children()]
    if until not in names:
        raise ValueError(f"freeze_until: the backbone has no child {until!r}; one of {', '.join(names)} wanted")
    for name in names[: names.index(until) + 1]:
        backbone.get_submodule(name).requires_grad_(False)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
