"""Every data set of the papers in small, under its true names and with its known quirks, for importers and commands."""

from tests.datasets.fakes import kitchens, photos, videos

FAKES = photos.FAKES | videos.FAKES | kitchens.FAKES
FAULTS = [(name, kind) for name, fake in FAKES.items() for kind in fake.faults]
