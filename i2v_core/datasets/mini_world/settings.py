"""All knobs of the mini world in one place: how much data, and how far apart its two domains are."""

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Settings:
    """Amounts, sizes and strengths. A share is in 0..1; a strength is 0 for none, 1 as shipped, up to about 2.

    `gap` multiplies all strengths of the video domain at once: 0 gives steady, clear videos in the photos' colours.
    """

    # Amounts
    photos_per_class: int = 40
    groups_per_class: int = 15
    clips_per_group: int = 2
    pretrain_images_per_class: int = 60
    pretrain_videos_per_class: int = 24
    # Videos: form
    video_width_px: int = 96
    video_height_px: int = 72
    fps: int = 12
    frames_min: int = 20
    frames_max: int = 44
    short_share: float = 0.06  # clips of 12 to 16 frames
    codec_quantiser: int = 5  # of MPEG-4, 2 (fine) to 31 (coarse)
    # Videos: the gap to the photos
    gap: float = 1.0
    camera_motion: float = 1.0  # pan, hand shake, zoom, sideways travel
    clutter: float = 1.0  # things in the scene, contrast of the background
    noise: float = 1.0  # of the sensor
    motion_blur: float = 1.0
    palette_shift: float = 1.0  # dim light, colour cast, dull clothes
    off_centre: float = 1.0
    figure_share_min: float = 0.66  # height of the action in the frame
    figure_share_max: float = 0.88
    view_spread: float = 0.7  # factor on each action's range of view angles, both domains
    speed_jitter: float = 0.10  # relative, uniform on either side; the speed pairs differ by 2 to 3 times
    object_cue_videos: float = 0.1  # how clearly objects tell drink from smoke
    # Videos: how hard they are in themselves
    background_contrast: float = 0.35  # of wall, floor and things behind the action; 1 hides it
    # Photos
    photo_side_min_px: int = 90
    photo_side_max_px: int = 160
    photo_share_min: float = 0.74  # height of the action in the photo
    photo_share_max: float = 0.94
    photo_pose_spread: float = 0.05  # cycles around the peak phase
    photo_style_share: float = 0.65  # stylised rather than plain photos
    photo_text_share: float = 0.12
    photo_gray_share: float = 0.05
    photo_off_topic_share: float = 0.025  # no such action in the picture
    photo_wrong_label_share: float = 0.025  # another action of the same data set
    photo_clutter: float = 0.35  # as `clutter`, in photos
    photo_contrast: float = 0.6  # as `background_contrast`, in photos
    object_cue_photos: float = 1.0
    # Pretraining
    pretrain_video_look_share: float = 0.4  # share of the pretraining images that look like video frames

    def strength(self, name: str) -> float:
        """A strength of the video domain, `gap` applied."""
        return self.gap * getattr(self, name)


def settings_from(values: dict) -> Settings:
    """Settings with the given values in place of the shipped ones.

    Raises ValueError for an unknown name, a value of another type, a value out of range, or a range upside down.
    """
    known = {field.name: field.type for field in fields(Settings)}
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise ValueError(f"mini world settings: {unknown} found, names from {sorted(known)} wanted; see params.yaml")
    for name, value in values.items():
        wanted = (int,) if known[name] in (int, "int") else (int, float)
        if isinstance(value, bool) or not isinstance(value, wanted) or value < 0:
            kind = "a whole number" if wanted == (int,) else "a number"
            raise ValueError(f"mini world setting {name}: {value!r} found, {kind} not below 0 wanted; see params.yaml")
        if name.endswith("_share") and value > 1:
            raise ValueError(f"mini world setting {name}: {value!r} found, a share in 0..1 wanted; see params.yaml")
    settings = Settings(**values)
    if settings.video_width_px % 2 or settings.video_height_px % 2:
        found = f"{settings.video_width_px} x {settings.video_height_px}"
        raise ValueError(f"mini world settings video_width_px, video_height_px: {found} found, even numbers wanted")
    for low in ("frames_min", "figure_share_min", "photo_side_min_px", "photo_share_min"):
        high = low.replace("_min", "_max")
        if getattr(settings, low) > getattr(settings, high):
            found = f"{getattr(settings, low)} and {getattr(settings, high)}"
            raise ValueError(f"mini world settings {low}, {high}: {found} found, the first at most the second wanted")
    return settings
