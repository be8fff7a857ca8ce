"""Makes one table of a paper: our runs beside the published numbers, as CSV and as Markdown."""

from pathlib import Path

from i2v_core import cli, storage
from i2v_core.evaluation import specs, tables


def run(*, scores: list[Path], spec: dict, out: Path, markdown: Path) -> None:
    """Writes the tidy table to `out` and the wide one for reading to `markdown`.

    scores: the scores.json of every run named in `spec`. spec: what stands in the table, see evaluation/tables.py; its
    runs may be series of runs, see evaluation/specs.py.
    """
    spec = {**spec, "runs": specs.expanded(spec["runs"])}
    tables.check_spec(spec)
    given, named = set(map(Path, scores)), {Path(entry["scores"]) for entry in spec["runs"]}
    if given != named:
        odd = sorted(given ^ named)
        raise ValueError(
            f"table scores: {len(odd)} files are in only one of --scores and the spec's runs, first {odd[0]}; "
            "the same files in both wanted; see the rule that makes the table"
        )
    table = tables.tidy(spec, {entry["scores"]: storage.read_json(entry["scores"]) for entry in spec["runs"]})
    storage.write_csv(table, out)
    with storage.atomic(markdown) as temporary:
        temporary.write_text(tables.markdown(table, spec), encoding="utf-8")


if __name__ == "__main__":
    cli.entry(run)
