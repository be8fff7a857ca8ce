"""How the domains of the video world look: one named style each, and the neutral one that `gap` 0 gives to all."""

from dataclasses import dataclass, fields, replace


@dataclass(frozen=True)
class Style:
    """The look of a domain. Pairs are a range, low and high; a strength is 0 for none and about 1 for plenty."""

    # People and place
    dimness: float = 0.3  # of palettes: 0 light and vivid, 1 dark places and pale clothes
    contrast: float = 0.18  # of wall, floor and things behind the action; 1 hides it
    clutter: float = 0.3  # things in the scene
    extras: float = 0.0  # people who only stand about, on average
    stadium: float = 0.0  # share of places that are a sports ground with a stand
    # Point of view
    turn_deg: float = 0.0  # from an action's usual view
    spread_deg: float = 12.0  # on either side
    share: tuple = (0.72, 0.86)  # height of the action in the picture
    distance_m: tuple = (4.0, 6.0)
    height_m: tuple = (1.0, 1.7)  # of the camera
    follow: float = 0.7  # share of an actor's way that the camera pans with
    # Camera
    pan: float = 0.3
    shake: float = 0.3
    zoom: float = 0.3
    slide: float = 0.3
    # Recording
    smear: float = 0.2  # share of the frame before in a frame
    softness_px: float = 0.35
    grain: float = 2.5  # grey levels, standard deviation
    saturation: float = 1.0
    gamma: float = 1.0
    lift: float = 6.0  # grey level of black
    gains: tuple = (1.0, 1.0, 1.0)  # of red, green, blue
    vignette: float = 0.0  # darkening of the corners
    bars: float = 0.0  # height of the black bars of a wide screen, share of the picture


NEUTRAL = Style()

# Choice: judged by eye on the contact sheet alone; see `styles` and `gap` of the settings to change them.
STYLES: dict[str, Style] = {
    # Amateurs: a hand-held but steady camera, plain light, the action whole and in the middle.
    "ucf101": Style(
        dimness=0.25, contrast=0.20, clutter=0.35, share=(0.72, 0.88), shake=0.5, pan=0.2, zoom=0.15, slide=0.1,
        follow=0.75, grain=3.0, saturation=1.05, lift=8.0,
    ),
    # Films: wide, graded, grainy, moving, from unusual sides, people about.
    "hmdb51": Style(
        dimness=0.75, contrast=0.30, clutter=0.7, extras=0.5, turn_deg=24.0, spread_deg=18.0, share=(0.64, 0.92),
        distance_m=(3.2, 7.0), height_m=(0.6, 2.1), follow=0.55, pan=1.0, shake=0.35, zoom=1.1, slide=1.2, smear=0.32,
        softness_px=0.55, grain=5.0, saturation=0.62, gamma=1.12, lift=4.0, gains=(1.0, 0.92, 0.78), vignette=0.45,
        bars=0.06,
    ),
    # Broadcast from the stand: far away, from above, panning with the athlete.
    "olympic_sports": Style(
        dimness=0.15, contrast=0.36, clutter=0.1, extras=0.9, stadium=1.0, turn_deg=-14.0, spread_deg=16.0,
        share=(0.52, 0.68), distance_m=(9.0, 14.0), height_m=(2.4, 3.6), follow=1.0, pan=1.1, shake=0.15, zoom=0.9,
        slide=0.1, smear=0.26, softness_px=0.5, grain=3.5, saturation=1.15, gamma=0.95, lift=14.0,
        gains=(0.93, 1.0, 1.03),
    ),
}  # fmt: skip

# Width and height of a video in pixels; not part of a style, as a style may be blended with another.
FRAME_SIZES_PX = {"ucf101": (96, 72), "hmdb51": (116, 72), "olympic_sports": (96, 72)}


def blended(first: object, second: object, amount: float) -> object:
    """The style `amount` of the way from one to another of the same type: 0 the first, 1 the second, 2 beyond it.

    Every number and every number of a tuple goes on a straight line; what is neither is the second's.
    """

    def mixed(low: object, high: object) -> object:
        if isinstance(high, tuple):
            return tuple(mixed(a, b) for a, b in zip(low, high, strict=True))
        if isinstance(high, bool) or not isinstance(high, (int, float)):
            return high
        return low + amount * (high - low)

    names = [field.name for field in fields(second)]
    return replace(second, **{name: mixed(getattr(first, name), getattr(second, name)) for name in names})
