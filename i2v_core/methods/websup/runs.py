"""Rows of web supervision's tables by name: which model, which sources, which parts.

A row is a model and what it has, joined by "+": `image-i` (web images), `image-f` (frames of web videos), `image-if`
(both), `video` (chunks of web videos); `a` for attention, `da` for domain adaptation; then changes such as
`discriminator=threeway`, and of the video model `init=imagenet`, `spatial=trained`, `residual=no`, `bn=trainable`.
"""

from dataclasses import dataclass, field

MODELS = {
    "image-i": ("image", ("image",)),
    "image-f": ("image", ("video",)),
    "image-if": ("image", ("image", "video")),
    "video": ("video", ("video",)),
}
PARTS = ("a", "da")
OPTIONS = {
    "discriminator": ("pairwise3", "shared1", "threeway", "single_layer"),
    "init": ("image", "imagenet"),
    "spatial": ("frozen", "trained"),
    "residual": ("yes", "no"),
    "bn": ("frozen", "trainable_affine", "trainable"),
}
VIDEO_ONLY = ("init", "spatial", "residual", "bn")
FIRST_STAGE = "image-if+a+da"  # Choice: "the same as the image model" (4.3) is the number of this row


@dataclass(frozen=True)
class Plan:
    """kind: image or video; sources: labelled streams; discriminator and lifted: arguments that the name changes."""

    kind: str
    sources: tuple[str, ...]
    attend: bool
    adapt: bool
    from_image_model: bool
    discriminator: dict = field(default_factory=dict)
    lifted: dict = field(default_factory=dict)

    @property
    def sees_target(self) -> bool:
        """Whether training has target videos (without labels)."""
        return self.attend or self.adapt


def parsed(row: str) -> Plan:
    """The plan of a row. Raises ValueError for an unknown model, part, option or value, and for what stands twice."""
    name, *changes = row.split("+")
    if name not in MODELS:
        raise ValueError(f"row {row!r}: model {name!r} found, one of {', '.join(MODELS)} wanted")
    kind, sources = MODELS[name]
    parts = [change for change in changes if "=" not in change]
    pairs = [change.split("=", 1) for change in changes if "=" in change]
    if len({*parts, *(key for key, _ in pairs)}) < len(changes):
        raise ValueError(f"row {row!r}: a part stands twice, each once wanted")
    for part in parts:
        if part not in PARTS:
            raise ValueError(f"row {row!r}: {part!r} found, one of {', '.join((*PARTS, *OPTIONS))} wanted")
    found = dict(pairs)
    for key, value in found.items():
        known = [option for option in OPTIONS if kind == "video" or option not in VIDEO_ONLY]
        if key not in known:
            raise ValueError(f"row {row!r}: {key!r} found, one of {', '.join((*PARTS, *known))} wanted")
        if value not in OPTIONS[key]:
            raise ValueError(f"row {row!r}: {key}={value} found, one of {', '.join(OPTIONS[key])} wanted")
    if "discriminator" in found and "da" not in parts:
        raise ValueError(f"row {row!r}: a discriminator without da found, which nothing would train; add da")
    kinds = {"single_layer": {"single_layer": True}}
    discriminator = found.get("discriminator")
    lifted = {key: found[key] for key in ("spatial", "bn") if key in found}
    if found.get("spatial") == "trained":
        lifted.setdefault("bn", "trainable")
    if "residual" in found:
        lifted["residual"] = found["residual"] == "yes"
    return Plan(
        kind,
        sources,
        attend="a" in parts,
        adapt="da" in parts,
        from_image_model=kind == "video" and found.get("init", "image") == "image",
        discriminator=kinds.get(discriminator, {"kind": discriminator}) if discriminator else {},
        lifted=lifted,
    )


def before(row: str) -> str | None:
    """The image row that a video row starts from, or None for one that starts from weights alone."""
    return FIRST_STAGE if parsed(row).from_image_model else None
