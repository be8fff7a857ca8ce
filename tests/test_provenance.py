import shutil
from pathlib import Path

import pytest

from i2v_core import provenance

FILES = {
    "__init__.py": "",
    "leaf.py": '"""Doc."""\n\n\ndef f(x):\n    """Doc of f."""\n    return x + 1  # a comment\n',
    "other.py": "Y = 2\n",
    "stages/__init__.py": "",
    "stages/direct.py": "from pack import leaf\n\nleaf.f(1)\n",
    "stages/indirect.py": "from pack.middle.one import g\n\ng(1)\n",
    "stages/inner.py": "def run():\n    import pack.leaf\n\n    return pack.leaf\n",
    "stages/apart.py": "import os\n\nfrom pack.other import Y\n\nprint(os, Y)\n",
    "middle/__init__.py": "",
    "middle/one.py": "from pack.leaf import f as g\nfrom pack.middle import two\n\nprint(two)\n",
    "middle/two.py": "from pack.middle import one  # a circle\n\nprint(one)\n",
    "chosen.py": "Z = 1\n",
}
STAGES = ("direct", "indirect", "inner", "apart")


@pytest.fixture
def pack(tmp_path, monkeypatch):
    root = tmp_path / "pack"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    monkeypatch.setattr(provenance, "PACKAGE", root)
    return root


def digests(*besides: str) -> dict[str, str]:
    return {stage: provenance.code_digest(f"stages.{stage}", *besides) for stage in STAGES}


def changed(pack: Path, name: str, old: str, new: str) -> set[str]:
    """The stages whose digest an edit changes."""
    before = digests()
    text = (pack / name).read_text()
    assert old in text
    (pack / name).write_text(text.replace(old, new))
    after = digests()
    return {stage for stage in STAGES if before[stage] != after[stage]}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  # a comment", "  # another comment"),
        ('"""Doc."""\n', '"""Longer\n\ndoc."""\n'),
        ('"""Doc."""\n', ""),
        ('    """Doc of f."""\n', '    """Other."""\n'),
        ("x + 1", "(x   + 1)"),
    ],
)
def test_comments_docstrings_and_layout_change_no_digest(pack, old, new):
    assert changed(pack, "leaf.py", old, new) == set()


def test_a_statement_changes_exactly_the_stages_that_import_it_directly_or_not(pack):
    assert changed(pack, "leaf.py", "x + 1", "x + 2") == {"direct", "indirect", "inner"}
    assert changed(pack, "other.py", "Y = 2", "Y = 3") == {"apart"}
    assert changed(pack, "stages/direct.py", "leaf.f(1)", "leaf.f(2)") == {"direct"}
    assert changed(pack, "chosen.py", "Z = 1", "Z = 2") == set()


def test_a_packages_own_file_counts_for_all_its_modules(pack):
    assert changed(pack, "middle/__init__.py", "", "A = 1\n") == {"indirect"}
    assert changed(pack, "__init__.py", "", "A = 1\n") == set(STAGES)


def test_a_module_chosen_at_run_time_counts_where_it_is_named(pack):
    before = digests("chosen")
    (pack / "chosen.py").write_text("Z = 5\n")
    assert all(before[stage] != value for stage, value in digests("chosen").items())


def test_a_text_that_is_no_docstring_counts(pack):
    (pack / "other.py").write_text("Y = 2\nX = 'text'\n")
    assert changed(pack, "other.py", "'text'", "'other text'") == {"apart"}


def test_the_place_of_the_package_does_not_count(pack, tmp_path, monkeypatch):
    before = digests()
    shutil.copytree(pack, tmp_path / "elsewhere" / "pack")
    monkeypatch.setattr(provenance, "PACKAGE", tmp_path / "elsewhere" / "pack")
    assert digests() == before


def test_an_unknown_module_is_an_error(pack):
    with pytest.raises(FileNotFoundError, match=r"module pack\.stages\.none: no file .*none\.py found"):
        provenance.code_digest("stages.none")


def test_an_edit_of_the_same_length_is_seen_in_the_same_process(pack):
    before = provenance.code_digest("stages.direct")
    (pack / "leaf.py").write_text((pack / "leaf.py").read_text().replace("x + 1", "x + 2"))
    assert provenance.code_digest("stages.direct") != before


def test_libraries_are_those_that_importing_a_module_imports(pack):
    (pack / "leaf.py").write_text("import os.path\nimport a.b\nfrom c import d\n\ndef f():\n    import late\n")
    (pack / "stages/direct.py").write_text("import e\nfrom pack import leaf\n")
    assert provenance.libraries("stages.direct") == ["a.b", "c", "e"]
    assert provenance.libraries("stages.apart") == []


def test_stages_of_this_project_follow_their_own_imports():
    def files(stage):
        found = provenance._closure(f"i2v_core.stages.{stage}")
        return {str(path.relative_to(provenance.PACKAGE)) for path in found}

    assert {"pseudo_labels.py", "probabilities.py", "storage.py"} <= files("label_from_frames")
    assert not {"training.py", "models/image.py"} & files("label_from_frames")
    assert "losses/contrastive.py" in files("train_class_aware")
    assert not {"losses/contrastive.py", "models/video.py"} & files("train_spatial_alignment")
    assert "models/image.py" not in files("train_spatio_temporal")


def test_a_description_holds_stage_arguments_versions_and_code():
    found = provenance.describe("label_from_frames", {"p": 0.7, "out": Path("a/b.csv"), "stores": [Path("c")]})
    assert found["stage"] == "label_from_frames"
    assert found["arguments"] == {"p": 0.7, "out": "a/b.csv", "stores": ["c"]}
    assert found["code"] == provenance.code_digest("stages.label_from_frames")
    assert set(found["versions"]) == set(provenance.LIBRARIES)
    assert provenance.describe("label_from_frames", {}, "training")["code"] != found["code"]


def test_a_fingerprint_follows_the_description_and_the_content_of_inputs(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("abc")
    first = provenance.fingerprint({"p": 1}, [path])
    assert provenance.fingerprint({"p": 1}, [path]) == first
    assert provenance.fingerprint({"p": 2}, [path]) != first
    path.write_text("abd")  # same size
    assert provenance.fingerprint({"p": 1}, [path]) != first


def test_a_large_input_counts_by_size_and_time(tmp_path, monkeypatch):
    import os

    monkeypatch.setattr(provenance, "HASHED_BYTES", 2)
    path = tmp_path / "a.csv"
    path.write_text("abc")
    os.utime(path, ns=(1, 10**9))
    first = provenance.fingerprint({}, [path])
    path.write_text("abd")
    os.utime(path, ns=(1, 10**9))
    assert provenance.fingerprint({}, [path]) == first
    os.utime(path, ns=(1, 2 * 10**9))
    assert provenance.fingerprint({}, [path]) != first


def test_a_missing_input_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.csv"):
        provenance.fingerprint({}, [tmp_path / "none.csv"])


def test_a_broken_link_among_the_files_counts_as_a_file(tmp_path):
    digests = [""]
    for name in ("plain", "linked"):
        (tmp_path / name).mkdir()
        if name == "linked":
            (tmp_path / name / "link").symlink_to(tmp_path / "nothing")
        digests.append(provenance.files_digest(tmp_path / name))
    assert digests[1] != digests[2] != ""
