import pytest

from i2v_core import commands, storage
from i2v_core.datasets.mini_world import own_folders
from i2v_core.media import decoding
from i2v_core.own import facts


def run(*arguments):
    with pytest.raises(SystemExit) as ended:
        commands.main(["draw", *map(str, arguments)])
    return ended.value.code


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_folders_are_drawn_as_adapt_wants_them(tmp_path, capsys):
    drawn = tmp_path / "drawn"
    assert run(drawn, "--images", 2, "--videos", 8, "--labelled", 0.5) == 0
    found = facts.look(drawn / "images", drawn / "videos", labels=drawn / "labels.csv")
    assert found.images == dict.fromkeys(sorted(own_folders.CLASSES), 2)
    assert (found.videos, found.labelled) == (8, 4)
    table = storage.read_csv(drawn / "labels.csv", ("path", "class"))
    for path in table["path"]:
        assert decoding.read_video(drawn / "videos" / path)[0].shape[1:] == (72, 96, 3)
    assert run(drawn) == 1
    assert "there already" in capsys.readouterr().err


def test_the_same_seed_draws_the_same_bytes_and_another_other_ones(tmp_path):
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        assert run(tmp_path / name, "--images", 1, "--videos", 2, "--seed", seed) == 0
    first, again, other = (contents(tmp_path / name) for name in "abc")
    assert first == again
    assert first.keys() == other.keys()
    assert first != other
