"""DVC over the same graph: its stages cover rules and parameters, and it versions what Snakemake made."""

import json
import re
import shutil
from pathlib import Path

import pytest
import yaml
from snakemake.utils import update_config

from tests.workflow import project
from tests.workflow.test_graph import FROM_STAGE3

COMMITTED = (".dvc/config", ".dvc/.gitignore", ".dvcignore", ".gitignore")
RUN = "snakemake "
RECORDS = ".snakemake/metadata"


def pipeline() -> dict:
    """The stages of dvc.yaml, the one of each benchmark under its template's name."""
    stages = yaml.safe_load((project.ROOT / "dvc.yaml").read_text())["stages"]
    return {name: stage.get("do", stage) for name, stage in stages.items()}


def paths(entries: list) -> list[str]:
    """Paths of outs or metrics, which stand with their options."""
    return [entry if isinstance(entry, str) else next(iter(entry)) for entry in entries]


def each_benchmark(templates: list[str]) -> list[str]:
    """The templates with every benchmark of the tiny preset in their place for one."""
    names = yaml.safe_load((project.ROOT / project.TINY).read_text())["tables"]["benchmarks"]
    return list(dict.fromkeys(text.replace("${item}", name) for text in templates for name in names))


def test_every_stage_is_a_call_of_snakemake_that_keeps_its_outputs():
    for stage in pipeline().values():
        assert stage["cmd"].startswith(RUN)
        for entry in [*stage["outs"], *stage.get("metrics", [])]:
            assert list(entry.values()) == [{"persist": True}]  # else dvc deletes them before the command


def test_every_section_of_the_parameters_is_watched_and_exists():
    sections = set(yaml.safe_load((project.ROOT / "params.yaml").read_text()))
    watched = [set(stage["params"]) for stage in pipeline().values()]
    # `i2v adapt` runs the folders, no stage does; checksums stop a run and change no byte of it
    assert set().union(*watched) == sections - {"folders", "checksums"}


def test_every_dependency_is_a_file_of_the_project_or_made_by_a_stage_before():
    made = []
    for stage in pipeline().values():
        for path in stage["deps"]:
            assert (project.ROOT / path).exists() or any(path in (out, str(Path(out).parent)) for out in made), path
        made += paths([*stage["outs"], *stage.get("metrics", [])])


def test_snakemakes_records_of_all_stages_are_put_out_by_the_last(finished):
    owners = [name for name, stage in pipeline().items() if RECORDS in paths(stage["outs"])]
    assert owners == [list(pipeline())[-1]]
    assert any((finished / RECORDS).iterdir())


def made_by(folder: Path, stages: list[dict]) -> set[str]:
    """Files of data and results that the stages' commands make, or made."""
    targets = each_benchmark([stage["cmd"].removeprefix(RUN) for stage in stages])
    text = project.run(folder, project.command(*targets, options=("--detailed-summary",)))
    files = {line.split("\t")[0] for line in text.splitlines()[1:] if line.count("\t") > 4}
    return {path for path in files if path.startswith(("data/", "results/"))}


def put_out_by(stages: list[dict]) -> list[str]:
    """Outputs and metrics of the stages, Snakemake's records apart."""
    outs = [path for stage in stages for path in paths([*stage["outs"], *stage.get("metrics", [])])]
    return each_benchmark([out for out in outs if out != RECORDS])


def test_the_commands_make_exactly_the_files_that_the_stages_put_out(finished):
    stages = list(pipeline().values())
    files, outs = made_by(finished, stages), put_out_by(stages)
    assert [path for path in files if not path.startswith(tuple(outs))] == []
    assert [out for out in outs if not any(path.startswith(out) for path in files)] == []


def test_no_command_adds_to_what_a_stage_before_put_out(finished):
    stages = list(pipeline().values())
    files = made_by(finished, stages)
    for count in range(1, len(stages)):
        folders = tuple(f"{out}/" for out in put_out_by(stages[:count]))
        assert {path for path in files - made_by(finished, stages[:count]) if path.startswith(folders)} == set()


@pytest.fixture(scope="module")
def reproduced(finished, tmp_path_factory) -> Path:
    """A git and DVC project whose params.yaml is the tiny preset, after `dvc repro` and a commit. Not to be changed."""
    folder = project.copied(finished, tmp_path_factory.mktemp("reproduced") / "project")
    for name in COMMITTED:
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy2(project.ROOT / name, folder / name)
    config = yaml.safe_load((folder / "params.yaml").read_text())
    update_config(config, yaml.safe_load((folder / project.TINY).read_text()))
    (folder / "params.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
    project.run(folder, ["git", "init", "-q"])
    project.run(folder, ["git", "config", "user.name", "test"])
    project.run(folder, ["git", "config", "user.email", "test@localhost"])
    commit(folder)
    project.run(folder, ["dvc", "repro"])
    commit(folder)
    return folder


@pytest.fixture
def versioned(reproduced, tmp_path) -> Path:
    """Such a project to change."""
    return project.copied(reproduced, tmp_path / "first")


def commit(folder: Path) -> None:
    project.run(folder, ["git", "add", "-A"])
    project.run(folder, ["git", "commit", "-q", "-m", "state"])


def rules_run(text: str) -> set[str]:
    """The rules that snakemake started in what a command printed."""
    return set(re.findall(r"^(?:local)?rule (\w+):$", text, re.MULTILINE))


@pytest.mark.slow
def test_repro_checkout_metrics_plots_and_experiments(versioned):
    assert "up to date" in project.run(versioned, ["dvc", "status"])
    assert "Nothing to be done" in project.run(versioned, ["snakemake", "-n"])

    for folder in ("results", "data/derived", RECORDS):
        shutil.rmtree(versioned / folder)
    project.run(versioned, ["dvc", "checkout"])
    assert "up to date" in project.run(versioned, ["dvc", "status"])
    assert "Nothing to be done" in project.run(versioned, ["snakemake", "-n"])

    metrics = json.loads(project.run(versioned, ["dvc", "metrics", "show", "--json"]))
    values = metrics[""]["data"]["results/metrics/mini-e2h.json"]["data"]
    rows = {"full", "so-rgb", "so-rgb-flow", "bank", "bank-similarity-sum", "bank-dan", "clip-so-rgb"}
    assert values["accuracy"].keys() == {"source-only", "dann", "dann-i3d", "cycda-1", "supervised-target", *rows}
    project.run(versioned, ["dvc", "plots", "show", "-o", "plots"])
    assert "vega" in (versioned / "plots/index.html").read_text()
    shutil.rmtree(versioned / "plots")

    text = project.run(versioned, ["dvc", "exp", "run", "-S", "cycda.temperature=0.1"])
    assert "Stage 'data' didn't change" in text
    assert {"train_class_aware", "metrics"} <= rules_run(text)
    unrelated = {"frames", "pretrain", "train_source_only", "train_spatial_alignment", "train_supervised_target"}
    assert rules_run(text) & unrelated == set()
    changes = json.loads(project.run(versioned, ["dvc", "params", "diff", "--json"]))["params.yaml"]
    assert {name: (change["old"], change["new"]) for name, change in changes.items()} == {
        "cycda.temperature": (0.05, 0.1)
    }
    project.run(versioned, ["dvc", "metrics", "diff"])
    assert "Nothing to be done" in project.run(versioned, ["snakemake", "-n", "results/metrics/mini-e2h.json"])


@pytest.mark.slow
def test_a_clone_pulls_results_and_records_and_makes_again_what_a_change_needs(versioned, tmp_path):
    project.run(versioned, ["dvc", "remote", "add", "--default", "store", str(tmp_path / "store")])
    project.run(versioned, ["dvc", "push"])
    commit(versioned)

    project.run(tmp_path, ["git", "clone", "-q", versioned.name, "second"])
    second = tmp_path / "second"
    project.run(second, ["dvc", "pull"])
    assert "up to date" in project.run(second, ["dvc", "status"])
    for targets in ([], [project.TABLE], ["report"]):
        text = project.run(second, ["snakemake", "-n", *targets])
        assert "Nothing to be done" in text
        assert "missing provenance" not in text
    files = ("results/**/*.csv", "results/**/*.pt", "data/derived/**/*.h5")
    assert project.contents(second, *files) == project.contents(versioned, *files) != {}

    overlays = project.overlay(second, "cycda: {temperature: 0.1}")
    assert project.jobs(second, overlays=overlays) == FROM_STAGE3
    project.run(second, project.command(project.TABLE, overlays=overlays))
    assert project.jobs(second, overlays=overlays) == {}
    assert project.jobs(second) == FROM_STAGE3  # the first value again

    loss = second / "i2v_core/losses/contrastive.py"
    loss.write_text(loss.read_text() + "UNUSED = 1\n")
    assert project.jobs(second, overlays=overlays) == FROM_STAGE3
