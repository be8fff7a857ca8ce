"""The table of where data sets come from, the page on it, and the paper's preset agree."""

from pathlib import Path

import pytest
import yaml

from i2v_core import storage
from i2v_core.datasets import catalog, sources

PROJECT = Path(sources.__file__).parents[2]
PAGE = (PROJECT / "docs/data_sets.md").read_text()
OWN = {"folders", "video_tree"}
TABLE = storage.read_csv(sources.TABLE, sources.COLUMNS)
DATASETS = yaml.safe_load((PROJECT / "workflow/presets/paper.yaml").read_text())["datasets"]


def test_every_layout_of_published_data_has_a_row_and_no_cell_is_empty():
    assert set(TABLE["key"]) == set(catalog.layouts()) - OWN
    assert (TABLE != "").all(axis=None)


def test_a_row_is_had_by_its_layout_and_own_data_have_none():
    assert sources.of("hmdb51")["licence"] == "CC BY 4.0"
    assert sources.of("folders") == {}


@pytest.mark.parametrize("key", TABLE["key"])
def test_the_page_has_the_facts_of_the_table(key):
    row = sources.of(key)
    section = PAGE.partition(f"## {key}\n")[2].partition("\n## ")[0]
    assert section
    for fact in ("name", "counts", "homepage", "licence", "download"):
        assert row[fact] in " ".join(section.split()), fact


@pytest.mark.parametrize("name", DATASETS)
def test_the_papers_preset_names_counts_where_some_are_published(name):
    section = DATASETS[name]
    unknown = {"willow_actions", "action_db", "ppmi", "still_db", "web_images", "web_videos"}
    assert ("counts" in section["options"]) == (section["layout"] not in unknown)


def test_the_preset_has_the_sizes_that_the_table_has():
    def sizes(name):
        return DATASETS[name]["options"]["counts"]

    for name, layout in (("ucf101", "ucf101"), ("hmdb51", "hmdb51"), ("stanford40", "stanford40"), ("hii", "hii")):
        assert f"{sizes(name)['items']:,}" in sources.of(layout)["counts"]
    for split in (1, 2, 3):
        train, test = sizes("ucf101")[f"split{split}"]
        assert f"{train:,} and {test:,}" in sources.of("ucf101")["counts"]
        assert train + test == sizes("ucf101")["items"]
    for domain in (1, 2, 3):
        counts = sizes(f"epic-d{domain}")
        train, test = counts["split1"]
        assert f"D{domain} {train:,} and {test:,}" in sources.of("epic_kitchens")["counts"]
        assert [sum(pair[part] for pair in counts["per_class"].values()) for part in (0, 1)] == [train, test]
        assert train + test == counts["items"]
