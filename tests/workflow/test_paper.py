"""The paper's preset on folders of the real data sets' size, with empty files under their true names."""

from pathlib import Path

import pytest

from tests.workflow import paper_folders, project
from tests.workflow.paper_folders import PAPER


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    return paper_folders.planned(tmp_path_factory.mktemp("paper") / "project")


def counted(folder: Path, target: str) -> dict[str, int]:
    """Jobs of a dry run by rule."""
    text = project.run(folder, ["snakemake", "-n", target, "--configfile", PAPER])
    pairs = [line.split() for line in text.splitlines() if len(line.split()) == 2]
    return {name: int(count) for name, count in pairs if count.isdigit()}


def test_the_whole_graph_of_the_paper_is_planned_without_touching_a_frame(planned):
    counts = counted(planned, project.TABLE)
    assert counts["catalog"] == counts["index"] == 5
    assert counts["frames"] == 74  # 8 + 2 + 16 + 32 + 16 shards
    assert counts["split"] == counts["train_source_only"] == counts["train_supervised_target"] == 9
    assert counts["train_class_aware"] == 27  # three cycles of three splits of three benchmarks
    assert counts["train_spatio_temporal"] == 36
    assert counts["score_predictions"] == 63  # seven methods
    assert "pretrain" not in counts


def test_all_tables_and_figures_of_the_flow_memory_bank_are_planned(planned):
    counts = counted(planned, "cfb")
    assert counts["depth"] == counts["synthetic_videos"] == 26  # 8 + 2 + 16 shards of photos
    assert counts["flow"] == 26 + 48  # generated ones, and 32 + 16 shards of videos
    # RGB branches of three seeds: E->H 8 of tables and 12 of figure 4, S->U 8, B->U 3. Flow: 13 and 13, 7, 3.
    assert counts["train_cfb_rgb"] == 3 * (20 + 8 + 3)
    assert counts["train_cfb_flow"] == 3 * (26 + 7 + 3)
    assert counts["cfb_table"] == 5
    assert [name for name in counts if name.startswith("pretrain")] == []


@pytest.mark.slow
def test_stcda_trains_its_backbones_and_the_baselines_learn_from_features(planned):
    counts = counted(planned, "results/tables/stcda/table2.csv")
    assert counts["train_stcda"] == 36  # two rows of three stages, both directions, three seeds
    assert (counts["train_clip_baseline"], counts["train_clip_supervised"]) == (30, 12)
    assert (counts["flow"], counts["clip_features"]) == (48, 96)  # 32 + 16 shards, two views


@pytest.mark.slow
def test_divafn_draws_five_samples_of_each_share_and_reads_the_public_weights(planned):
    counts = counted(planned, "results/tables/divafn/table11.csv")
    samples = 3 * 5 * 5 + 6 * 5 * 3  # three pairs of five shares; six shares on three splits; five repeats
    assert counts["ratio_sample"] == samples
    assert counts["run_divafn"] == counts["score_sample"] == 2 * samples  # networks, and shallow methods
    assert counts["video_vectors"] == 48  # 32 + 16 shards of videos
    assert "encode_trajectories" not in counts
    assert [name for name in counts if name.startswith("pretrain")] == []


def test_weights_that_are_not_there_are_named(planned):
    overlay = planned / "missing.yaml"
    overlay.write_text("divafn: {c3d: {weights: data/weights/none.pickle}}")
    target = "results/tables/divafn/table11.csv"
    command = ["snakemake", "-n", target, "--configfile", PAPER, overlay.name]
    text = project.run(planned, command, status=1)
    assert "divafn.c3d.weights: 'data/weights/none.pickle' found, no such file; put the weights there" in text
