"""Web supervision: what is planned, what rows share, and, once, all tables and figures."""

import re
from collections import Counter

import pandas as pd
import pytest

from tests.workflow import project

RUN = "results/mini-web-ucf101/split1/seed0/websup"
TABLES = [f"results/tables/websup/{name}.csv" for name in ("table1", "table2", "table3", "table4", "text")]
AREAS = "results/tables/websup/attention-image.csv"
SHEET = "results/figures/websup/attention.png"


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    return project.sources(tmp_path_factory.mktemp("websup") / "project")


def inputs(folder, path):
    """What a dry run says that the job of an output reads."""
    text = project.run(folder, project.command(path, options=("-n",)))
    block = next(part for part in re.split(r"\n(?=(?:local)?rule )", text) if f"output: {path}" in part)
    return re.search(r"    input: (.*)", block)[1].split(", ")


def test_tables_share_rows_and_video_rows_start_from_one_image_model(fresh):
    counts = Counter(project.jobs(fresh, *TABLES).values())
    assert counts["train_web_image"] == 3  # image-i, image-if+a+da, image-if+a
    assert counts["train_web_video"] == 4  # video, video+a+da, and two of the text
    assert counts["near_duplicates"] == 2
    assert f"{RUN}/image-if+a+da/model.pt" in inputs(fresh, f"{RUN}/video+a+da/model.pt")
    assert f"{RUN}/image-if+a+da/model.pt" not in inputs(fresh, f"{RUN}/video+init=imagenet/model.pt")


def test_only_rows_that_adapt_or_attend_read_target_videos_and_none_reads_labels_or_what_was_planted(fresh):
    for row, sees in (("image-if+a", True), ("video", False)):
        read = inputs(fresh, f"{RUN}/{row}/model.pt")
        assert any("mini-ucf101" in path for path in read) == sees, row
        assert any(path.endswith("target_train.csv") for path in read) == sees, row
        assert not any("target_labels" in path or "truth" in path for path in read), row


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("tables: {websup: {table1: {methods: [image-x]}}}", "tables.websup.table1.methods: row 'image-x'"),
        (
            "tables: {websup: {figures: {attention: image-if+da}}}",
            "figures.attention: 'image-if+da' found, a row with attention",
        ),
        ("tables: {websup: {figures: {domains: video}}}", "figures.domains: 'video' found, an image row wanted"),
        ("websup: {shots: {fps: 3}}", "websup.shots: 'fps' found, one of margin_sec"),
        ("websup: {image: {inputs: {size_px: 64}}}", "websup.image.inputs.size_px: 64 found, at most short_side_px 32"),
        ("mini_web_world: {settings: {pages: 1}}", "mini_web_world.settings: web world settings: ['pages'] found"),
    ],
)
def test_wrong_parameters_are_named_before_any_job(fresh, text, message):
    found = project.run(
        fresh, project.command(*TABLES, overlays=project.overlay(fresh, text), options=("-n",)), status=1
    )
    assert message in found


@pytest.mark.slow
def test_all_tables_and_figures_are_made_and_a_finished_one_has_nothing_to_do(tmp_path):
    folder = project.sources(tmp_path / "project")
    project.run(folder, project.command("websup"))
    table = pd.read_csv(folder / TABLES[0])
    own = table[table["mean"].notna()]
    assert own["method"].tolist() == ["image-i", "image-if+a+da", "video", "video+a+da"]
    assert own["published"].tolist() == [62.9, 72.6, 72.6, 74.9]
    areas = pd.read_csv(folder / "results/tables/websup/attention-image.csv")
    assert "off_topic" in set(areas["against"])
    assert (folder / "results/figures/websup/domains.png").stat().st_size > 10_000
    removed = pd.read_csv(folder / "data/derived/mini-web-images/duplicates/mini-ucf101/removed.csv")
    assert list(removed) == ["id", "dataset", "kind", "label", "frame", "twin", "twin_frame", "cosine"]
    kept = set(pd.read_csv(folder / "data/derived/benchmarks/mini-web-ucf101/split1/web/source.csv")["id"])
    assert kept.isdisjoint(removed["id"])
    assert "Nothing to be done" in project.run(folder, project.command("websup", options=("-n",)))
    assert again(folder, "websup: {passes: 2}") == {"weigh_web_sources", "attention_areas", "attention_sheet"}
    changed = again(folder, "websup: {duplicates: {threshold: 0.5}}")
    assert {"near_duplicates", "web_sources", "train_web_image", "train_web_video"} <= changed
    assert {"shots", "keyframe_embeddings", "split"}.isdisjoint(changed)


def again(folder, change):
    """The rules that a changed parameter runs again."""
    overlays = project.overlay(folder, change)
    return set(project.jobs(folder, *TABLES, AREAS, SHEET, overlays=overlays).values())
