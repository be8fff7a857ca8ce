"""Progress of long work: a bar on a terminal, a line now and then in a log file."""

import logging
import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import track as bar

logger = logging.getLogger(__name__)
Item = TypeVar("Item")
SECONDS_BETWEEN_LINES = 10.0


def track(items: Iterable[Item], description: str, total: int) -> Iterator[Item]:
    """Yields the items and shows how far it is."""
    if sys.stderr.isatty():
        yield from bar(items, description, total, console=Console(stderr=True), transient=True)
        return
    started = last = time.monotonic()
    for done, item in enumerate(items):
        yield item
        now = time.monotonic()
        if now - last > SECONDS_BETWEEN_LINES:
            left = (now - started) / (done + 1) * (total - done - 1)
            logger.info("%s: %d of %d, about %d s left", description, done + 1, total, left)
            last = now
