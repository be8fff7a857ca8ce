"""All knobs of the video world in one place: how much data, and how far apart its domains are."""

from dataclasses import dataclass, field, fields, replace

from i2v_core.datasets.mini_world.kitchen_styles import KITCHENS, NEUTRAL_KITCHEN, KitchenStyle
from i2v_core.datasets.mini_world.styles import NEUTRAL, STYLES, Style, blended

WORLD = "video_world"  # the first name of all its seeds
WHERE = "see the settings of the video world in params.yaml"


@dataclass(frozen=True)
class VideoSettings:
    """Amounts, sizes and strengths. `gap` is the way from one look for all domains (0) to the styles as shipped (1).

    styles: changes of single values of a named style, as {"hmdb51": {"grain": 2.0}, "P01": {"sway": 0.0}}.
    """

    # Amounts
    groups_per_class: int = 24  # of UCF101 and HMDB51
    clips_per_group: int = 2
    olympic_train_videos: int = 14  # a class
    olympic_test_videos: int = 6
    photos_per_class: int = 50  # of BU101
    kitchen_train_segments: int = 18  # a kitchen and verb
    kitchen_test_segments: int = 7
    segments_per_video: int = 15
    # Videos: form
    fps: int = 12
    frames_min: int = 28
    frames_max: int = 44
    segment_sec_min: float = 2.0
    segment_sec_max: float = 3.5
    pause_sec_max: float = 1.0  # between two segments, in quarters of a second
    codec_quantiser: int = 4  # of MPEG-4, 2 (fine) to 31 (coarse)
    # Domains
    gap: float = 1.0
    speed_jitter: float = 0.10  # relative, uniform on either side
    styles: dict = field(default_factory=dict)

    def style(self, name: str) -> Style | KitchenStyle:
        """The style of a data set or of a participant's kitchen, `styles` and `gap` applied."""
        shipped, neutral = (STYLES, NEUTRAL) if name in STYLES else (KITCHENS, NEUTRAL_KITCHEN)
        return blended(neutral, replace(shipped[name], **self.styles.get(name, {})), self.gap)


def video_settings_from(values: dict) -> VideoSettings:
    """Settings with the given values in place of the shipped ones.

    Raises ValueError for an unknown name, style or value of a style, a value of another type or below 0, a range upside
    down, or a number of groups that the three splits cannot share.
    """
    known = {entry.name: entry.type for entry in fields(VideoSettings)}
    _refuse_unknown("video world settings", values, known)
    for name, value in values.items():
        if name != "styles":
            _check(f"video world setting {name}", value, whole=known[name] in (int, "int"))
    styles = values.get("styles", {})
    _refuse_unknown("video world styles", styles, {**STYLES, **KITCHENS})
    changed = {name: _style_values(name, changes) for name, changes in styles.items()}
    settings = VideoSettings(**(values | {"styles": changed}))
    for low, high in (("frames_min", "frames_max"), ("segment_sec_min", "segment_sec_max")):
        if getattr(settings, low) > getattr(settings, high):
            found = f"{getattr(settings, low)} and {getattr(settings, high)}"
            raise ValueError(
                f"video world settings {low}, {high}: {found} found, the first at most the second wanted; {WHERE}"
            )
    if settings.groups_per_class < 3:
        raise ValueError(
            f"video world setting groups_per_class: {settings.groups_per_class} found, at least 3 wanted, one for the"
            f" tests of each split; {WHERE}"
        )
    return settings


def _refuse_unknown(what: str, found: dict, known: dict) -> None:
    unknown = sorted(set(found) - set(known))
    if unknown:
        raise ValueError(f"{what}: {unknown} found, names from {sorted(known)} wanted; {WHERE}")


def _check(what: str, value: object, *, whole: bool) -> None:
    wanted = (int,) if whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, wanted) or value < 0:
        kind = "a whole number" if whole else "a number"
        raise ValueError(f"{what}: {value!r} found, {kind} not below 0 wanted; {WHERE}")


def _style_values(name: str, changes: dict) -> dict:
    """The changes of a style with lists as tuples; a turn of the view may be negative, nothing else."""
    shipped = STYLES[name] if name in STYLES else KITCHENS[name]
    _refuse_unknown(f"video world style {name}", changes, {entry.name: None for entry in fields(shipped)})
    checked = {}
    for key, value in changes.items():
        was = getattr(shipped, key)
        numbers = value if isinstance(was, tuple) and isinstance(value, (list, tuple)) else [value]
        if isinstance(was, tuple) and len(numbers) != len(was):
            raise ValueError(f"video world style {name}, {key}: {value!r} found, {len(was)} numbers wanted; {WHERE}")
        for number in numbers:
            is_turn = key == "turn_deg" and isinstance(number, (int, float)) and not isinstance(number, bool)
            _check(f"video world style {name}, {key}", abs(number) if is_turn else number, whole=False)
        checked[key] = tuple(numbers) if isinstance(was, tuple) else value
    return checked
