import hashlib
import subprocess

import pytest

from i2v_core import checksums, storage


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.pt").write_bytes(b"weights")
    return tmp_path


def pinned(digests, **settings):
    return {"image_model": {"weights": ""}, "checksums": digests, **settings}


def sum_of(content):
    return hashlib.sha256(content).hexdigest()


def test_the_right_digest_passes_in_either_spelling(folder):
    for digest in (sum_of(b"weights"), sum_of(b"weights").upper()):
        checksums.check(pinned({"a.pt": digest}), folder / "memory.json")


def test_another_file_is_one_line_with_both_digests_and_the_way_out(folder):
    wanted = sum_of(b"other")
    with pytest.raises(ValueError) as error:
        checksums.check(pinned({"a.pt": wanted}), folder / "memory.json")
    assert str(error.value) == (
        f"a.pt: SHA-256 {sum_of(b'weights')} found, {wanted} wanted; fetch the file again, or mend `checksums` in "
        "params.yaml if this is the right one"
    )


def test_every_wrong_file_has_its_line(folder):
    (folder / "b.pt").write_bytes(b"more")
    with pytest.raises(ValueError, match=r"^a\.pt: SHA-256 .*\nb\.pt: SHA-256 .*$"):
        checksums.check(pinned({"a.pt": "0" * 64, "b.pt": "1" * 64}), folder / "memory.json")


def test_a_file_is_read_once_and_again_after_a_change(folder, monkeypatch):
    read, taken = [], checksums.sha256
    monkeypatch.setattr(checksums, "sha256", lambda path: read.append(str(path)) or taken(path))
    config = pinned({"a.pt": sum_of(b"weights")})
    for _ in range(3):
        checksums.check(config, folder / "memory.json")
    assert read == ["a.pt"]
    (folder / "a.pt").write_bytes(b"changed")
    with pytest.raises(ValueError, match=rf"SHA-256 {sum_of(b'changed')} found"):
        checksums.check(config, folder / "memory.json")
    assert read == ["a.pt"] * 2
    assert storage.read_json(folder / "memory.json")["a.pt"]["sha256"] == sum_of(b"changed")


def test_a_wrong_file_stays_wrong_when_it_is_remembered(folder):
    for _ in range(2):
        with pytest.raises(ValueError, match=r"a\.pt: SHA-256"):
            checksums.check(pinned({"a.pt": "0" * 64}), folder / "memory.json")


@pytest.mark.parametrize(
    "settings",
    [
        {"image_model": {"weights": "data/net.pt"}},
        {"depth": {"model": "./data/net.pt"}},
        {"divafn": {"list": [{"weights": "data/net.pt"}]}},
        {"cfb": {"weights": {"clip": "data"}}},
    ],
)
def test_an_absent_file_is_left_to_the_rule_that_a_setting_names_it_for(folder, settings):
    checksums.check(pinned({"data/net.pt": "0" * 64}, **settings), folder / "memory.json")
    assert not (folder / "memory.json").exists()


def test_an_absent_file_that_no_setting_names_is_a_misspelling(folder):
    with pytest.raises(ValueError, match=r"^checksums: 'data/nte\.pt' found, no such file, and no setting names it;"):
        checksums.check(pinned({"data/nte.pt": "0" * 64}, cfb={"flow": "data/net.pt"}), folder / "memory.json")


def test_names_with_a_digest_state_it(folder):
    start = sum_of(b"weights")[:8]
    for name, is_so in ((f"resnet18-{start}.pth", True), ("resnet18-f37072fd.pth", False)):
        (folder / name).write_bytes(b"weights")
        assert checksums.stated(folder / name) == [("sha256", "its name", is_so)]
    assert checksums.stated(folder / "a.pt") == []


def test_published_digests_are_by_name_or_folder_and_name(folder):
    (folder / "rgb_imagenet.pt").write_bytes(b"weights")
    assert [(found.algorithm, found.is_so) for found in checksums.stated("rgb_imagenet.pt")] == [
        ("git", False),
        ("sha256", False),
    ]
    (folder / "dpt-beit-large-512").mkdir()
    for place in (folder, folder / "dpt-beit-large-512"):
        (place / "model.safetensors").write_bytes(b"weights")
    assert checksums.stated(folder / "model.safetensors") == []
    (found,) = checksums.stated(folder / "dpt-beit-large-512/model.safetensors")
    assert found.source == "huggingface.co/Intel/dpt-beit-large-512"


@pytest.mark.parametrize("algorithm", ["sha256", "md5", "git"])
def test_each_algorithm_is_the_common_one(folder, monkeypatch, algorithm):
    known = {
        "sha256": sum_of(b"weights"),
        "md5": hashlib.md5(b"weights").hexdigest(),
        "git": subprocess.run(
            ["git", "hash-object", "--no-filters", "a.pt"], check=True, text=True, capture_output=True
        ).stdout.strip(),
    }
    (folder / "known.csv").write_text(f"file,algorithm,digest,source\na.pt,{algorithm},{known[algorithm]},here\n")
    monkeypatch.setattr(checksums, "KNOWN", folder / "known.csv")
    assert checksums.stated("a.pt") == [(algorithm, "here", True)]


def test_the_list_of_published_digests_is_well_formed():
    table = storage.read_csv(checksums.KNOWN, ("file", "algorithm", "digest", "source"))
    lengths = {"sha256": 64, "md5": 32, "git": 40}
    assert [len(row.digest) for row in table.itertuples()] == [lengths[row.algorithm] for row in table.itertuples()]
    assert all(set(row.digest) <= set("0123456789abcdef") and row.source for row in table.itertuples())
    assert not table.duplicated(["file", "algorithm"]).any()
