"""Items that are parts of longer videos: further columns of a catalog, and how problem tables name such a part."""

COLUMNS = ("start_s", "stop_s")  # seconds from the video's start; '' = the whole video


def place(path: str, start_s: object = "", stop_s: object = "") -> str:
    """Where an item is: its path, or of a segment `<path>#t=<start>,<stop>`, a media fragment as in URLs."""
    return path if start_s == "" else f"{path}#t={start_s},{stop_s}"
