"""Models that go out of the project as one file: networks, classes, and how to prepare a video for them."""
