"""Settings of the trajectories; the defaults are the constants of the 2013 release of IDT."""

from dataclasses import dataclass

PATCH_PX = 32  # side of the square around a point, of 2 x 2 cells
CELLS_IN_TIME = 3


@dataclass(frozen=True)
class Settings:
    """track_length: steps of a track, a multiple of 3. grid_px: of new points. scales: at most, each smaller than the
    one before by sqrt(2), as long as a side holds a patch of 32 px. quality: of a new point's corner, as a share of the
    best in the image. camera: "homography" takes the motion of the camera out, "none" leaves it in, as dense
    trajectories before IDT. keypoints: at most that many an image for the homography.

    Raises ValueError for a value out of range.
    """

    track_length: int = 15
    grid_px: int = 5
    scales: int = 8
    quality: float = 0.001
    camera: str = "homography"
    keypoints: int = 1000

    def __post_init__(self) -> None:
        for name in ("track_length", "grid_px", "scales", "quality", "keypoints"):
            if not getattr(self, name) > 0:
                raise ValueError(f"idt_lite {name}: {getattr(self, name)} found, more than 0 wanted; see params.yaml")
        if self.track_length % CELLS_IN_TIME:
            raise ValueError(
                f"idt_lite track_length: {self.track_length} found, a multiple of {CELLS_IN_TIME} wanted, the cells in "
                "time; 15 is IDT's"
            )
        if self.camera not in ("homography", "none"):
            raise ValueError(f"idt_lite camera: {self.camera!r} found, 'homography' or 'none' wanted; see params.yaml")
