"""The report of a run on own folders, one HTML file: videos to look at, pseudo labels, scores, times, parameters."""

import json
from pathlib import Path

from i2v_core import cli, storage
from i2v_core.evaluation.report import sections
from i2v_core.evaluation.report.sections import Given


def run(
    *,
    name: str,
    method: str,
    predictions: Path,
    index: Path,
    problems: list[Path],
    source: Path,
    target_labels: Path,
    stores: list[Path],
    features: Path,
    scores: list[Path],
    score_names: list[str],
    pseudo_labels: list[Path],
    stage_names: list[str],
    times: Path,
    choices: dict,
    parameters: dict,
    out: Path,
) -> None:
    """predictions: of list_predictions. index: of the target. problems: tables of files that were left out. source:
    labelled items. scores, pseudo_labels: files, with a name for each. features: of describe_videos. times: folder of
    snakemake's benchmarks. choices: `choices` [[key, value, why]] and `warnings` of the settings file; parameters: the
    sections of params.yaml that the run used.
    """
    given = Given(
        dataset=Path(index).parent.name,
        predictions=storage.read_csv(predictions, ("path", "class", "confidence")),
        index=storage.read_csv(index, ("id", "path")),
        problems=[storage.read_csv(path, ("path", "problem", "found")) for path in problems],
        source=storage.read_csv(source, ("id", "class", "kind")),
        truth=storage.read_csv(target_labels, ("id", "class")).set_index("id")["class"].to_dict(),
        scores={title: storage.read_json(path) for title, path in zip(score_names, scores, strict=True)},
        stages={title: storage.read_csv(path) for title, path in zip(stage_names, pseudo_labels, strict=True)},
    )
    parts = [
        *sections.head(name, method, given, choices["warnings"]),
        *sections.results(given),
        *sections.videos(given, stores),
        *sections.pseudo_labels(given),
        *sections.map_of_videos(given, features),
        *sections.run_times(times, name),
        *sections.settings(choices["choices"], json.dumps(parameters, indent=1, sort_keys=True)),
    ]
    with storage.atomic(out) as temporary:
        temporary.write_text(sections.document(f"{name}: {method}", parts), encoding="utf-8")


if __name__ == "__main__":
    cli.entry(run)
