"""All knobs of the mini world's web data in one place: how much, and how noisy.

The shares are a judgement of what search engines give for the name of an action; they were set once, before any
training, and are not tuned on results.
"""

from dataclasses import dataclass, field, fields

from i2v_core.datasets.mini_world.settings import Settings, settings_from

WORLD = "web_world"  # the first name of all its seeds
WHERE = "see mini_web_world in params.yaml"


@dataclass(frozen=True)
class WebSettings:
    """Amounts and shares. The rest of web images is clean: the action that was searched for."""

    # Web images, of a class
    images_per_class: int = 60
    off_topic_share: float = 0.10  # a place or things, without the action
    text_share: float = 0.08  # mostly words
    cartoon_share: float = 0.12
    wrong_label_share: float = 0.06  # another action
    copies_per_class: int = 3  # frames of the target's videos: resized, recompressed, cropped
    # Web videos, of a class
    videos_per_class: int = 12
    shots_min: int = 2
    shots_max: int = 4
    shot_frames_min: int = 24
    shot_frames_max: int = 44
    irrelevant_share: float = 0.3  # of shots
    wrong_video_share: float = 0.06  # of videos: all shots are of another action
    copy_video_share: float = 0.10  # of videos: one shot is a clip of the target
    banner_share: float = 0.3  # of videos: words at the lower edge
    fps: int = 12
    codec_quantiser: int = 6
    # Videos of Kinetics-400, of a class
    kinetics_train_videos: int = 16
    kinetics_val_videos: int = 8
    # The mini world whose UCF101 is copied
    target_seed: int = 0
    target: dict = field(default_factory=dict)

    def target_settings(self) -> Settings:
        """Settings of that mini world."""
        return settings_from(self.target)


def web_settings_from(values: dict) -> WebSettings:
    """Settings with the given values in place of the shipped ones.

    Raises ValueError for an unknown name, a value of another type or out of range, a range upside down, shares that are
    more than 1 together, and what `settings_from` refuses of the target.
    """
    known = {entry.name: entry.type for entry in fields(WebSettings)}
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise ValueError(f"web world settings: {unknown} found, names from {sorted(known)} wanted; {WHERE}")
    for name, value in values.items():
        if name == "target":
            continue
        wanted = (int,) if known[name] in (int, "int") else (int, float)
        if isinstance(value, bool) or not isinstance(value, wanted) or value < 0 or (wanted != (int,) and value > 1):
            kind = "a whole number not below 0" if wanted == (int,) else "a share in 0..1"
            raise ValueError(f"web world setting {name}: {value!r} found, {kind} wanted; {WHERE}")
    settings = WebSettings(**values)
    for low in ("shots_min", "shot_frames_min"):
        high = low.replace("_min", "_max")
        if not 1 <= getattr(settings, low) <= getattr(settings, high):
            found = f"{getattr(settings, low)} and {getattr(settings, high)}"
            raise ValueError(f"web world settings {low}, {high}: {found} found, from 1 and in order wanted; {WHERE}")
    noisy = settings.off_topic_share + settings.text_share + settings.cartoon_share + settings.wrong_label_share
    if noisy > 1:
        raise ValueError(f"web world shares of images: {noisy:g} together found, at most 1 wanted; {WHERE}")
    settings.target_settings()
    return settings
