"""Memory of `i2v predict` over many videos, and whether a killed and resumed run says the same as one left alone.

Run: python -m benchmarks.many_videos MODEL FOLDER   # FOLDER: i2v draw many --images 1 --videos 2000
Prints the resident memory after a tenth of the videos, at the end and at its peak, videos per second, and `same` or
`different` for the file of a run that was killed (SIGKILL) at half of them and resumed.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from i2v_core.datasets.importers import video_tree

COMMAND = [sys.executable, "-c", "from i2v_core.commands import main; main()", "predict"]
SAMPLED_SEC = 0.2


def main() -> None:
    """Prints one line of Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("folder", type=Path)
    chosen = parser.parse_args()
    count = len(video_tree.index(chosen.folder)[0])
    with tempfile.TemporaryDirectory() as folder:
        whole, stopped = Path(folder) / "whole.csv", Path(folder) / "stopped.csv"
        started = time.monotonic()
        memory = _watched([*COMMAND, str(chosen.model), str(chosen.folder), "--out", str(whole)], whole)
        seconds = time.monotonic() - started
        again = [*COMMAND, str(chosen.model), str(chosen.folder), "--out", str(stopped)]
        _watched(again, stopped, kill_at=count // 2)
        kept = _lines(stopped)
        subprocess.run([*again, "--resume"], check=True)
        same = "same" if whole.read_bytes() == stopped.read_bytes() else "different"
    early = next(mib for lines, mib in memory if lines >= count / 10)
    print("| videos | MiB after a tenth, at the end, peak | videos/s | killed after, then resumed |")
    print("| --- | --- | --- | --- |")
    peak = max(mib for _, mib in memory)
    print(f"| {count} | {early:.0f}, {memory[-1][1]:.0f}, {peak:.0f} | {count / seconds:.1f} | {kept}: {same} |")


def _watched(command: list[str], out: Path, *, kill_at: int | None = None) -> list[tuple[int, float]]:
    """Lines written and resident MiB, sampled until the process ends or, with kill_at, is killed at so many lines."""
    found = []
    process = subprocess.Popen(command)
    while process.poll() is None:
        lines = _lines(out)
        found.append((lines, _resident_mib(process.pid)))
        if kill_at is not None and lines >= kill_at:
            process.kill()
            process.wait()
            return found
        time.sleep(SAMPLED_SEC)
    if process.returncode:
        sys.exit(f"{' '.join(command)}: exit status {process.returncode}")
    return [row for row in found if row[1]]


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n") - 1 if path.is_file() else 0


def _resident_mib(process: int) -> float:
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS")), 0.0)


if __name__ == "__main__":
    main()
