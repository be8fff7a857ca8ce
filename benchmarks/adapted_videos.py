"""Memory of `i2v adapt` on few and on many videos, and whether a killed and resumed run predicts the same.

Run: python -m benchmarks.adapted_videos IMAGES VIDEOS [--few 500] [--options "--method cycda --set cycles=1"]
VIDEOS: i2v draw many --images 1 --videos 2000. Three runs, in the project's folder: on `few` of the videos, on all, and
on all again, where everything is killed (SIGKILL) when the run has lasted half as long as the one before, and resumed.
Prints for each the largest resident memory of one process, and of all that belong to the run, in MiB.
"""

import argparse
import shlex
import sys
import tempfile
import time
from pathlib import Path

import psutil

from i2v_core.datasets.importers import video_tree

COMMAND = [sys.executable, "-c", "from i2v_core.commands import main; main()", "adapt"]
SAMPLED_SEC = 0.2


def main() -> None:
    """Prints a table of Markdown and a line on the predictions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("images", type=Path)
    parser.add_argument("videos", type=Path)
    parser.add_argument("--few", type=int, default=500)
    parser.add_argument("--options", default="", help="of i2v adapt, in one word")
    chosen = parser.parse_args()
    paths, options = video_tree.index(chosen.videos)[0]["path"].tolist(), shlex.split(chosen.options)
    print("| videos | seconds | MiB of one process | MiB of all |")
    print("| --- | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        for path in paths[:: max(1, len(paths) // chosen.few)][: chosen.few]:
            link = Path(folder) / path
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to((chosen.videos / path).resolve())
        _adapted("bench-few", chosen.images, Path(folder), options, title=str(chosen.few))
    seconds = _adapted("bench-all", chosen.images, chosen.videos, options, title=str(len(paths)))
    killed = {"images": chosen.images, "videos": chosen.videos, "options": options}
    _adapted("bench-killed", **killed, title=f"{len(paths)}, until killed", seconds=seconds / 2)
    _adapted("bench-killed", **killed, title=f"{len(paths)}, resumed")
    whole, resumed = (
        sorted(path.read_bytes() for path in Path("results", name, "own").glob("*/predictions.csv"))
        for name in ("bench-all", "bench-killed")
    )
    print("predictions of the resumed run:", "same" if whole and whole == resumed else "different")


def _adapted(
    name: str, images: Path, videos: Path, options: list[str], *, title: str, seconds: float | None = None
) -> float:
    """Runs to the end, or kills everything after so many seconds; prints a row -> seconds it took."""
    command = [*COMMAND, "--images", str(images), "--videos", str(videos), "--name", name, *options]
    started, largest, together = time.monotonic(), 0.0, 0.0
    with (Path("logs") / f"{name}.log").open("a") as log:
        process = psutil.Popen(command, stdout=log, stderr=log)
        while process.poll() is None:
            alive = [process, *process.children(recursive=True)]
            sizes = [_resident_mib(one) for one in alive]
            largest, together = max(largest, *sizes), max(together, sum(sizes))
            if seconds is not None and time.monotonic() - started > seconds:
                for one in alive:
                    one.kill()
                psutil.wait_procs(alive)
                break
            time.sleep(SAMPLED_SEC)
    took = time.monotonic() - started
    print(f"| {title} | {took:.0f} | {largest:.0f} | {together:.0f} |", flush=True)
    if seconds is None and process.returncode:
        sys.exit(f"{shlex.join(command)}: exit status {process.returncode}; see logs/{name}.log")
    return took


def _resident_mib(process: psutil.Process) -> float:
    try:
        return process.memory_info().rss / 2**20
    except psutil.NoSuchProcess:
        return 0.0


if __name__ == "__main__":
    main()
