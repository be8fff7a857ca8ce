"""How the three kitchens of the video world look, one a participant, and the neutral one that `gap` 0 gives to all."""

from dataclasses import dataclass


@dataclass(frozen=True)
class KitchenStyle:
    """A kitchen and its cook. Colours are RGB in 0..255, lengths in metres; a strength is 0 for none, 1 for plenty."""

    # Cook
    skin: tuple = (226, 178, 140)
    sleeve: tuple = (120, 120, 130)
    girth: float = 1.0  # of arms and hands
    # Place
    table: tuple = (200, 190, 175)
    grain: float = 0.3  # of the table: stripes of wood
    speckle: float = 0.2  # of the table: spots of stone
    wall: tuple = (215, 215, 210)
    tile: float = 0.15  # side of the tiles on the wall
    sink: tuple = (150, 155, 160)
    crockery: tuple = (225, 225, 220)  # around which cups, bowls and plates vary
    clutter: float = 2.5  # things that stand about, on average
    # Point of view
    height: float = 0.80  # of the head above the table
    focal: float = 1.0  # in widths of the picture
    horizon: float = 0.32  # where the table meets the wall, share of the picture from above
    sway: float = 0.5  # of the head
    # Recording
    gains: tuple = (1.0, 1.0, 1.0)
    gamma: float = 1.0
    noise: float = 2.5  # grey levels, standard deviation
    smear: float = 0.2


NEUTRAL_KITCHEN = KitchenStyle()

# Choice: judged by eye on the contact sheet alone, as the styles of the other data sets.
KITCHENS: dict[str, KitchenStyle] = {
    # Light wood, white tiles, daylight.
    "P08": KitchenStyle(
        skin=(236, 194, 160), sleeve=(60, 90, 150), table=(206, 164, 112), grain=0.9, speckle=0.0, wall=(232, 232, 226),
        tile=0.16, sink=(168, 172, 176), crockery=(236, 236, 232), clutter=2.0, height=0.82, focal=1.05, horizon=0.30,
        sway=0.5, gains=(1.0, 1.0, 0.98), noise=2.0,
    ),
    # Dark stone, small green tiles, lamp light, a restless head.
    "P01": KitchenStyle(
        skin=(186, 130, 94), sleeve=(150, 52, 60), girth=1.12, table=(78, 80, 88), grain=0.0, speckle=1.0,
        wall=(132, 156, 128), tile=0.08, sink=(96, 100, 106), crockery=(214, 178, 96), clutter=3.5, height=0.92,
        focal=0.92, horizon=0.22, sway=1.1, gains=(1.06, 0.96, 0.80), gamma=1.12, noise=5.0, smear=0.32,
    ),
    # White worktop, wall without tiles, cold light, seen from lower down.
    "P22": KitchenStyle(
        skin=(120, 80, 58), sleeve=(222, 216, 200), girth=0.92, table=(226, 228, 232), grain=0.1, speckle=0.25,
        wall=(126, 140, 168), tile=0.5, sink=(120, 128, 140), crockery=(110, 140, 180), clutter=1.0, height=0.66,
        focal=1.15, horizon=0.40, sway=0.7, gains=(0.86, 0.95, 1.10), gamma=0.92, noise=3.0,
    ),
}  # fmt: skip
