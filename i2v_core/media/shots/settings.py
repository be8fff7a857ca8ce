"""Thresholds of shot detection."""

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Settings:
    """Hecate's values. A share is of the video's frames: each test leaves out at most so many, the worst first.

    margin_sec: of both ends (Hecate's 5 and 10 % of the duration are computed before it knows the duration). dark: mean
    luminance in 0..1 up to which a frame goes; blurred: mean gradient; uniform: share of the grey histogram in its
    fullest six bins. cut: difference to both neighbours; edges: share of edges that come or go. min_shot_sec: of a cut.
    hecate_compat: four faults of the tool as they are: differences clipped at 0, shares of edges over those of the
    frame before, a first shot that begins at the first frame whatever is wrong with it, and no shot at all where all
    frames are left out.
    """

    margin_sec: float = 0.5
    dark: float = 0.075
    blurred: float = 0.08
    uniform: float = 0.80
    low_quality_share: float = 0.15
    cut: float = 0.50
    edges: float = 0.10
    transition_share: float = 0.10
    min_shot_sec: float = 2.0
    min_shot_frames: int = 6
    hecate_compat: bool = False


def settings_from(values: dict) -> Settings:
    """Settings with the given values in place of Hecate's. Raises ValueError for an unknown name or a value below 0."""
    known = [field.name for field in fields(Settings)]
    for name, value in values.items():
        if name not in known:
            raise ValueError(f"websup.shots: {name!r} found, one of {', '.join(known)} wanted; see params.yaml")
        if value < 0:
            raise ValueError(f"websup.shots.{name}: {value} found, 0 or more wanted; see params.yaml")
    return Settings(**values)
