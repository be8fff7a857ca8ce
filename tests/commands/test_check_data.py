import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

from i2v_core import commands, storage
from i2v_core.commands import check_data
from i2v_core.datasets import sources
from tests.datasets import trees
from tests.datasets.fakes import FAKES, FAULTS
from tests.datasets.fakes.parts import counts

PROJECT = Path(commands.__file__).parents[2]
PAPER = "workflow/presets/paper.yaml"


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        commands.main(["check-data", *map(str, arguments)])
    printed = capsys.readouterr()
    return ended.value.code, printed.out, printed.err


def by_layout(fake, root, **options):
    return ["--layout", fake.layout, "--root", root, "--options", json.dumps({**fake.options, **options})]


@pytest.fixture
def overlay(tmp_path, monkeypatch):
    """Writes a configuration over the paper's, in a project's folder -> its path."""
    monkeypatch.chdir(PROJECT)

    def write(**datasets):
        path = tmp_path / "overlay.yaml"
        path.write_text(yaml.safe_dump({"datasets": datasets}))
        return path

    return write


@pytest.mark.parametrize("name", FAKES)
def test_a_clean_tree_ends_with_0_and_its_sizes(tmp_path, capsys, name):
    fake = FAKES[name]
    rows = fake.write(tmp_path)
    wanted = counts(rows)
    status, text, errors = run(capsys, *by_layout(fake, tmp_path, counts=wanted))
    assert (status, errors) == (0, "")
    lines = text.splitlines()
    assert lines[0] == f"{fake.layout}: {wanted['items']} items in {wanted['classes']} classes in {tmp_path}"
    assert lines[-1] == "  no problem found"
    train, test = wanted["split1"]
    assert lines[1].startswith("  split 1")
    assert f"{train} train" in lines[1]
    assert (f"{test} test" in lines[1]) == (test > 0)


@pytest.mark.parametrize(("name", "kind"), FAULTS)
def test_a_planted_fault_ends_with_1_and_its_line(tmp_path, capsys, name, kind):
    fake = FAKES[name]
    fake.write(tmp_path)
    fake.faults[kind].plant(tmp_path)
    status, text, _ = run(capsys, *by_layout(fake, tmp_path))
    ((path, _, found, wanted),) = fake.faults[kind].problems
    assert status == 1
    assert f"  {kind}: 1 ({check_data.KINDS[kind]})\n    {path}: {found}; {wanted} wanted\n" in text
    assert "no problem" not in text


@pytest.mark.parametrize("name", FAKES)
def test_another_number_than_asked_for_ends_with_1(tmp_path, capsys, name):
    fake = FAKES[name]
    rows = fake.write(tmp_path)
    status, text, _ = run(capsys, *by_layout(fake, tmp_path, counts={"items": len(rows) + 1}))
    assert status == 1
    assert f"  wrong-count: 1 ({check_data.KINDS['wrong-count']})\n" in text
    assert f"    .: items: {len(rows)}; items: {len(rows) + 1} wanted\n" in text


def test_the_first_paths_of_a_kind_are_shown_and_all_are_written(tmp_path, capsys):
    fake = FAKES["stanford40"]
    fake.write(tmp_path / "root")
    for number in range(50, 58):
        trees.put(tmp_path / f"root/JPEGImages/running_{number:03d}.jpg")
    out = tmp_path / "problems.csv"
    status, text, _ = run(capsys, *by_layout(fake, tmp_path / "root"), "--out", out)
    assert status == 1
    assert text.count("a file that no list names") == check_data.SHOWN
    assert "    ... and 3 more\n" in text
    table = storage.read_csv(out, ("dataset", "path", "problem", "found", "wanted"))
    assert table["path"].tolist() == [f"JPEGImages/running_{number:03d}.jpg" for number in range(50, 58)]
    assert set(table["dataset"]) == {"stanford40"}


def test_a_data_set_by_its_key_has_the_root_and_the_counts_of_the_merged_configuration(tmp_path, capsys, overlay):
    rows = FAKES["bu101"].write(tmp_path / "root")
    path = overlay(bu101={"root": str(tmp_path / "root")})  # the paper's preset asks for 101 classes
    assert run(capsys, "bu101", "--configfile", PAPER, path)[0] == 0
    path = overlay(bu101={"root": str(tmp_path / "root"), "options": {"counts": {"items": 23804}}})
    status, text, _ = run(capsys, "bu101", "--configfile", PAPER, "--configfile", path)
    assert status == 1
    assert f"    .: items: {len(rows)}; items: 23804 wanted\n" in text
    assert "classes:" not in text


def test_all_are_those_that_the_tables_use_and_absent_ones_say_where_they_come_from(tmp_path, capsys, overlay):
    FAKES["bu101"].write(tmp_path / "root")
    path = overlay(bu101={"root": str(tmp_path / "root")})
    status, text, errors = run(capsys, "all", "--configfile", PAPER, path, "--out", tmp_path / "problems.csv")
    assert status == 1
    assert "bu101: 202 items in 101 classes" in text
    absent = errors.splitlines()
    assert len(absent) == len(set(storage.read_csv(tmp_path / "problems.csv")["dataset"])) == 17
    assert all(line.startswith("error: ") for line in absent)
    (line,) = (line for line in absent if line.startswith("error: hmdb51: "))
    assert "data/raw/HMDB51: no such folder" in line
    assert f"HMDB51: {sources.of('hmdb51')['homepage']}, see docs/data_sets.md" in line
    assert not any("mini" in line for line in absent)


def test_data_of_the_mini_world_that_is_not_drawn_names_the_command(tmp_path, capsys, monkeypatch):
    (tmp_path / "workflow").symlink_to(PROJECT / "workflow")
    (tmp_path / "params.yaml").symlink_to(PROJECT / "params.yaml")
    monkeypatch.chdir(tmp_path)
    status, _, errors = run(capsys, "mini-ucf101")
    assert status == 1
    assert "drawn: snakemake --cores all data/raw/mini/ucf101" in errors


def test_a_table_that_cannot_be_read_ends_with_1(tmp_path, capsys):
    fake = FAKES["epic_kitchens_D1"]
    fake.write(tmp_path)
    trees.put(tmp_path / "annotations/D1_test.pkl", "no pickle")
    status, _, errors = run(capsys, *by_layout(fake, tmp_path))
    assert status == 1
    assert "annotations/D1_test.pkl: not read as a pickled table" in errors
    assert "https://epic-kitchens.github.io/" in errors


def test_published_counts_are_shown_where_none_are_asked_for(tmp_path, capsys):
    FAKES["ucf101"].write(tmp_path)
    text = run(capsys, "--layout", "ucf101", "--root", tmp_path)[1]
    assert "  no counts given to compare with; published: 13,320 videos, 101 classes" in text


@pytest.mark.parametrize(("decode", "opened", "broken"), [("0", 0, 0), ("2", 2, 0), ("3", 3, 1), ("all", 7, 1)])
def test_files_are_opened_evenly_spread(tmp_path, capsys, decode, opened, broken):
    picture = np.random.default_rng(0).integers(0, 255, (12, 16, 3), dtype=np.uint8)
    for number in range(7):
        path = tmp_path / f"a/{number}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(picture).save(path)
    trees.put(tmp_path / "a/3.png")
    status, text, _ = run(capsys, "--layout", "folders", "--root", tmp_path, "--decode", decode)
    assert status == int(broken > 0)
    assert (" opened, " in text) == (opened > 0)
    if opened:
        assert f"  {opened} opened, {broken} of them cannot be read\n" in text
    assert ("    a/3.png: " in text) == (broken > 0)


def test_segments_are_opened_one_by_one(tmp_path, capsys):
    fake = FAKES["epic_kitchens_D2"]
    fake.write(tmp_path)
    status, text, _ = run(capsys, *by_layout(fake, tmp_path), "--decode", "all")
    assert status == 1
    assert "  16 opened, 16 of them cannot be read\n" in text
    assert "videos/test/P01/P01_11.MP4#t=60.5,60.75: " in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "either DATASET, then perhaps --configfile, or --layout with --root"),
        (["ucf101", "--layout", "ucf101", "--root", "."], "either DATASET"),
        (["mini-ucf101", "--root", "."], "either DATASET"),
        (["--layout", "ucf101", "--root", ".", "--configfile", PAPER], "either DATASET"),
        (["--layout", "ucf101"], "--layout: no --root found"),
        (["--layout", "ucf101", "--root", ".", "--options", '{"cuonts": {}}'], r"options ['cuonts'] found"),
        (["--layout", "nothing", "--root", "."], "invalid choice: 'nothing'"),
        (["--layout", "ucf101", "--root", ".", "--options", "counts"], "not valid JSON"),
        (["mini-ucf101", "--decode", "some"], "'some' found, a number or all wanted"),
        (["ucf102"], "data set 'ucf102' found, all or one of ['mini-stanford40'"),
        (["--configfile", PAPER, "ucf101"], "--configfile takes all words after it, so put DATASET first"),
        (["ucf101", "--configfile", "none.yaml"], "--configfile none.yaml: no such file"),
    ],
)
def test_a_wrong_command_line_ends_with_2(capsys, monkeypatch, arguments, message):
    monkeypatch.chdir(PROJECT)
    status, text, errors = run(capsys, *arguments)
    assert (status, text) == (2, "")
    assert message in errors


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [1", "not YAML (while parsing"),
        ("[1, 2]", "a list found, a mapping of sections wanted"),
        ("\x00", "not YAML"),
    ],
)
def test_a_settings_file_that_is_none_ends_with_2(capsys, monkeypatch, tmp_path, text, message):
    monkeypatch.chdir(PROJECT)
    (tmp_path / "mine.yaml").write_text(text)
    status, _, errors = run(capsys, "ucf101", "--configfile", str(tmp_path / "mine.yaml"))
    assert status == 2
    assert f"mine.yaml: {message}" in errors
    assert errors.count("\n") == 1


def test_a_configuration_that_cannot_be_ends_with_2(capsys, overlay):
    status, _, errors = run(capsys, "bu101", "--configfile", PAPER, overlay(bu101={"rot": "data"}))
    assert status == 2
    assert "datasets.bu101.rot: unknown key found" in errors


def test_outside_the_project_a_key_has_no_configuration(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, _, errors = run(capsys, "ucf101")
    assert status == 2
    assert "no params.yaml found; run the command in the project's folder" in errors


def test_it_starts_without_the_libraries_of_training_and_decoding(tmp_path):
    FAKES["still_db"].write(tmp_path)
    code = (
        "import sys; from i2v_core import commands\n"
        f"try: commands.main(['check-data', '--layout', 'still_db', '--root', {str(tmp_path)!r}])\n"
        "except SystemExit as ended: assert ended.code == 0\n"
        "print(sorted({'torch', 'torchvision', 'timm', 'transformers', 'av', 'cv2', 'h5py'} & set(sys.modules)))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PROJECT)
    assert ended.stdout.splitlines()[-1] == "[]"
