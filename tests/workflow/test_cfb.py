"""The flow-memory-bank system on the tiny graph: tables, banks, what reads target labels, kills of the media rules."""

import os
import signal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from i2v_core import storage
from tests.workflow import project
from tests.workflow.test_kills import wait_for

TABLES = [f"results/tables/cfb/table{number}.csv" for number in range(1, 6)]
BANK = f"{project.RUN}/cfb/flow/bank=random/bank"
FLOW = "data/derived/mini-hmdb51/flow"
# Many frames of a camera at rest: long enough to be killed, and never out of view.
STILL = "synthesis: {frames: 400, settings: {translation: [0.0, 0.0], angle_deg: [0.0, 0.0]}}"
VIDEOS = "data/derived/mini-stanford40/synthetic/paper_plausible/frames"


@pytest.fixture(scope="module")
def tables(finished, tmp_path_factory) -> Path:
    """The finished project with all tables and figures of CFB. Not to be changed."""
    folder = project.copied(finished, tmp_path_factory.mktemp("cfb") / "project")
    project.run(folder, project.command("cfb"))
    return folder


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        (1, ["source-only", "full"]),
        (2, ["so-rgb", "so-rgb-flow", "bank"]),
        (3, ["bank-similarity-sum", "bank"]),
        (4, ["bank-dan"]),
        (5, ["clip-so-rgb"]),
    ],
)
def test_each_table_has_its_trained_rows_beside_published_ones(tables, table, rows):
    found = pd.read_csv(tables / f"results/tables/cfb/table{table}.csv")
    own = found.dropna(subset="mean")
    assert own["method"].tolist() == rows
    assert own["published"].notna().all()
    assert set(own["published_benchmark"]) == {"e2h"}
    assert own["mean"].between(0, 100).all()
    assert (tables / f"results/tables/cfb/table{table}.md").read_text().startswith(f"# Table {table} of CFB")


def test_all_figures_are_there(tables):
    names = {
        path.relative_to(tables / "results/figures/cfb").as_posix()
        for path in tables.glob("results/figures/cfb/**/*.*")
    }
    pictures = {f"mini-e2h/{name}" for name in ("generated.png", "generated.gif", "flow.png", "bank.png", "bank.csv")}
    assert names == pictures | {f"figure{k}.{suffix}" for k in (4, 5) for suffix in ("png", "csv")}


def test_a_second_run_has_nothing_to_do(tables):
    assert "Nothing to be done" in project.run(tables, project.command("cfb", options=("-n",)))


def test_the_bank_holds_training_videos_of_the_target_with_pseudo_labels(tables):
    (path,) = (tables / BANK).glob("*.csv")  # two epochs, the first of them without a bank
    bank = storage.read_csv(path, ("class", "rank", "id", "label", "confidence"))
    assert path.name == "epoch02.csv"
    assert set(bank["id"]) <= set(storage.read_csv(tables / project.SPLIT / "target_train.csv")["id"])
    assert bank.groupby("class").size().max() <= 2
    assert (bank.groupby("class")["confidence"].diff().dropna() <= 0).all()


def test_rows_share_their_rgb_branch(tables):
    branches = {path.name for path in (tables / project.RUN / "cfb/rgb").iterdir()}
    assert branches == {"depth", "depth+pace", "depth+dan", "clip"}


@pytest.mark.slow
def test_crop_motion_clip_with_a_bank_and_changed_values_run_too(tables, tmp_path):
    copy = project.copied(tables, tmp_path / "project")
    rows = ("so-st-i2v", "clip-full", "so-rgb+lambda_1=0", "bank+size=1", "so-rgb-flow+pace+paces=3")
    scores = [f"{project.RUN}/cfb/{row}/scores.json" for row in rows]
    project.run(copy, project.command(*scores))
    assert all((copy / path).is_file() for path in scores)


def test_only_scores_and_pictures_read_target_labels(tables):
    text = project.run(tables, project.command("cfb", options=("--detailed-summary",)))
    lines = [line.split("\t") for line in text.splitlines() if line.count("\t") > 4]
    table = [dict(zip(lines[0], row, strict=False)) for row in lines[1:]]
    readers = {row["rule"] for row in table if "target_labels" in row["input-file(s)"]}
    assert readers == {"score_predictions", "cfb_tsne", "cfb_flow_pictures", "cfb_bank_quality"}


@pytest.mark.parametrize(
    ("change", "trained"),
    [
        ("cfb: {lambda_3: 0.5}", {"rgb/depth+dan", "flow/bank=random+dan"}),
        ("cfb: {clip: {training: {lr: 0.1}}}", {"rgb/clip"}),
        ("cfb: {lambda_2: 0.3}", {"rgb/depth+pace", "flow/bank=random+pace"}),
        ("compute: {workers: 1}", set()),
    ],
)
def test_a_changed_parameter_trains_again_what_depends_on_it(tables, tmp_path, change, trained):
    (tmp_path / "change.yaml").write_text(change)
    planned = project.jobs(tables, *TABLES, overlays=(str(tmp_path / "change.yaml"),))
    found = {path.removeprefix("cfb/").removesuffix("/model.pt") for path in planned if path.endswith("/model.pt")}
    assert found == trained


def test_another_synthesis_makes_videos_and_what_is_trained_on_them_again_and_no_flow_of_the_target(tables, tmp_path):
    (tmp_path / "change.yaml").write_text("synthesis: {jpeg_quality: 50}")
    planned = project.jobs(tables, *TABLES, overlays=(str(tmp_path / "change.yaml"),))
    assert {"synthetic_videos", "flow", "train_cfb_rgb", "train_cfb_flow"} <= set(planned.values())
    assert {rule for rule in planned.values() if rule.startswith("pretrain")} == set()
    assert [path for path, rule in planned.items() if rule == "flow" and "synthetic" not in path] == []


@pytest.mark.slow
def test_permuted_target_labels_change_no_branch_no_bank_and_no_prediction(tables, tmp_path):
    folder = project.sources(tmp_path / "elsewhere")
    labels = f"{project.SPLIT}/target_labels.csv"
    project.run(folder, project.command(labels))
    table = storage.read_csv(folder / labels)
    table[["class", "label"]] = np.roll(table[["class", "label"]].to_numpy(), 1, axis=0)
    storage.write_csv(table, folder / labels)
    project.run(folder, project.command(*TABLES))
    patterns = [f"results/**/cfb/**/{name}" for name in ("model.pt", "epoch*.csv", "*.h5", "predictions_test.csv")]
    expected, found = (project.contents(place, *patterns) for place in (tables, folder))
    assert len(found) > 30
    assert found == {path: value for path, value in expected.items() if path in found}
    # Rows with pace prediction and features are of figures alone, which may have been made.
    assert {path for path in expected if "+pace" not in path and "features" not in path} <= found.keys()


@pytest.mark.slow
@pytest.mark.parametrize(("folder", "change"), [(FLOW, "flow: {tvl1: {warps: 60}}"), (VIDEOS, STILL)])
def test_killed_media_jobs_go_on_at_the_shard_to_the_same_bytes(tables, tmp_path, folder, change):
    shards = "datasets: {mini-hmdb51: {shards: 2}, mini-stanford40: {shards: 2}}\n"
    wanted = [f"{folder}/shard0.h5", f"{folder}/shard1.h5"]

    def prepared(name: str) -> tuple[Path, list[str]]:
        copy = project.copied(tables, tmp_path / name)
        overlays = project.overlay(copy, shards + change)
        before = [path.replace("/flow/", "/frames/") for path in wanted] if folder == FLOW else []
        before = before or [f"data/derived/mini-stanford40/depth/shard{k}.h5" for k in (0, 1)]
        project.run(copy, project.command(*before, overlays=overlays))
        for path in wanted:
            (copy / path).unlink(missing_ok=True)
        command = project.command(*wanted, overlays=overlays)
        command[command.index("--cores") + 1] = "1"  # one shard after the other
        return copy, command

    whole, command = prepared("whole")
    project.run(whole, command)
    killed, command = prepared("killed")
    process = project.start(killed, command, tmp_path / "killed.txt")
    done = [killed / path for path in wanted]
    wait_for(lambda: any(_stands_alone(killed / folder, shard) for shard in (0, 1)), process)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(60)
    (first,) = [path for path in done if path.exists()]
    made = first.stat().st_mtime_ns
    text = project.run(killed, command)
    assert text.count(f"output: {folder}") == 1
    assert first.stat().st_mtime_ns == made
    assert project.contents(killed, *wanted) == project.contents(whole, *wanted)
    assert project.left_overs(killed) == []


def _stands_alone(folder: Path, shard: int) -> bool:
    """Whether this shard is there and the other one half-written."""
    return (folder / f"shard{shard}.h5").exists() and any(folder.glob(f".shard{1 - shard}.*.partial.h5"))
