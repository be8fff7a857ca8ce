"""Makes the table of DIVAFN's run times, as CSV and as Markdown."""

from pathlib import Path

from i2v_core import cli, storage
from i2v_core.evaluation import run_times


def run(*, times: list[Path], benchmarks: list[str], published_as: list[str], out: Path, markdown: Path) -> None:
    """times: of time_divafn, one for each of `benchmarks`. published_as: see `run_times.table`; "-" for none.

    Raises ValueError if the lists differ in length.
    """
    if not len(times) == len(benchmarks) == len(published_as):
        counts = f"{len(times)} times, {len(benchmarks)} benchmarks, {len(published_as)} published names"
        raise ValueError(f"{counts} found, as many of each wanted")
    tables = {name: storage.read_csv(path, run_times.MEASURED) for name, path in zip(benchmarks, times, strict=True)}
    names = {name: None if key == "-" else key for name, key in zip(benchmarks, published_as, strict=True)}
    found = run_times.table(tables, names)
    storage.write_csv(found, out)
    with storage.atomic(markdown) as temporary:
        text = run_times.markdown(found, command="snakemake results/tables/divafn/run_time.csv")
        temporary.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    cli.entry(run)
