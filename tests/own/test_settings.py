import json
import sys
from pathlib import Path

import pytest
import yaml

from i2v_core import params
from i2v_core.own import facts, networks, settings
from i2v_core.own.facts import Facts
from i2v_core.own.networks import Networks
from i2v_core.params import checking
from tests import toy

ROOT = Path(__file__).parents[2]
FACTS = Facts({"x": 20, "y": 30}, 900, labelled=5, source_videos={"x": 4}, labelled_classes=2)


def made(method="cycda", name="own", **changes):
    given = {"images": Path("photos"), "videos": Path("clips"), **changes}
    return settings.make(name, method, FACTS, Networks(), **given)


def merged(overlay):
    """params.yaml under the overlay."""
    return params.merged(yaml.safe_load((ROOT / "params.yaml").read_text()), overlay)


@pytest.mark.parametrize("method", ["source-only", "cycda", "cfb", "websup", "stcda", "divafn"])
@pytest.mark.parametrize("weights", [{}, {"image": "timm", "video": "a.pt", "flow": "b.pt"}])
def test_the_overlay_is_a_valid_configuration(method, weights):
    given = {"images": Path("photos"), "videos": Path("clips"), "source_videos": Path("more")}
    overlay = settings.make("own", method, FACTS, Networks(**weights), **given)
    checking.check(merged(overlay), ROOT / "workflow/schemas/params.yaml")


def test_the_target_has_no_class_but_its_labels_and_is_cut_by_its_size():
    overlay = made(labels=Path("labels.csv"))
    assert overlay["datasets"]["own-videos"]["options"] == {"labels": "labels.csv"}
    assert overlay["datasets"]["own-videos"]["shards"] == 2  # 900 of 500 each
    assert overlay["benchmarks"]["own"]["protocol"] == "unlabelled"
    assert overlay["folders"]["own"]["labelled"] == 5


def test_sizes_for_public_weights_are_those_of_the_papers_preset():
    paper = yaml.safe_load((ROOT / "workflow/presets/paper.yaml").read_text())
    for key, value in {**networks.IMAGENET, **networks.KINETICS}.items():
        found = paper
        for name in key.split("."):
            found = found[name]
        same = {name: found[name] for name in value} if isinstance(value, dict) else found
        assert same == value, key


def test_stored_frames_are_larger_for_public_weights_and_only_those_of_the_run():
    given = {"images": Path("photos"), "videos": Path("clips")}
    overlay = settings.make("own", "cycda", FACTS, Networks(image="timm"), **given)
    assert {section["short_side_px"] for section in overlay["datasets"].values()} == {256}
    assert "frames" not in overlay
    assert all("short_side_px" not in section for section in made()["datasets"].values())


def test_any_setting_of_a_data_set_can_be_given():
    overlay = made(changes=settings.parsed(["datasets.own-videos.shards=7"]))
    assert overlay["datasets"]["own-videos"]["shards"] == 7


def test_a_change_that_fits_no_section_is_named():
    with pytest.raises(ValueError, match="p_stage2 is a value, not a section"):
        made(changes={"cycda.p_stage2.x": 1})
    with pytest.raises(ValueError, match="--set cycles=two: a whole number"):
        made(changes={"cycles": "two"})


def test_rgb_and_flow_networks_are_public_both_or_neither():
    given = {"images": Path("photos"), "videos": Path("clips")}
    with pytest.raises(ValueError, match="both or neither wanted"):
        settings.make("own", "cfb", FACTS, Networks(video="rgb.pt"), **given)


def test_methods_take_the_sources_they_learn_from():
    sources = {
        method: made(method, source_videos=Path("more"))["benchmarks"]["own"]["source"]
        for method in ("cycda", "websup", "stcda")
    }
    assert sources == {
        "cycda": ["own-images"],
        "websup": ["own-images", "own-source-videos"],
        "stcda": ["own-source-videos"],
    }


def test_a_given_value_replaces_a_choice_and_any_other_setting_is_added():
    changes = settings.parsed(["cycda.p_stage2=0.9", "compute.threads=2", "cycles=3", "image_model.weights=''"])
    overlay = made(changes=changes)
    assert overlay["cycda"]["p_stage2"] == 0.9
    assert overlay["compute"] == {"threads": 2}
    assert overlay["folders"]["own"]["cycles"] == 3
    assert "cycles" not in overlay
    rows = {key: (json.loads(value), why) for key, value, why in overlay["folders"]["own"]["choices"]}
    assert rows["cycda.p_stage2"] == (0.9, "given")
    assert rows["image_model.weights"] == ("", "given")


@pytest.mark.parametrize("text", ["cycda.p_stage2", "=3", "a b=3", "a=[1"])
def test_an_assignment_that_is_none_is_refused(text):
    with pytest.raises(ValueError, match="--set"):
        settings.parsed([text])


def test_a_name_is_letters_digits_and_hyphens():
    with pytest.raises(ValueError, match="name 'my run' found"):
        made(name="my run")


def test_a_written_file_reads_back(tmp_path):
    settings.write(made(), tmp_path / "deep" / "s.yaml", command="i2v adapt --videos 'my clips'")
    text = (tmp_path / "deep" / "s.yaml").read_text()
    assert text.startswith("# Made by: i2v adapt --videos 'my clips'\n")
    assert yaml.safe_load(text) == made()


def test_stand_ins_are_warned_of_and_public_weights_are_not():
    texts = made()["folders"]["own"]["warnings"]
    assert [text.split()[1] for text in texts] == ["image", "video"]
    assert Networks(image="timm", video="a.pt").warnings("cycda") == []
    assert "Depth of photos" in made("cfb")["folders"]["own"]["warnings"][-1]
    given = made("cfb", changes={"depth.backend": "dpt"})["folders"]["own"]["warnings"]
    assert not any("Depth" in text for text in given)
    assert "The videos with labels train" in made("divafn")["folders"]["own"]["warnings"][-1]


def test_weights_are_a_file_or_a_known_word(tmp_path, monkeypatch):
    (tmp_path / "i3d.pt").touch()
    found = networks.resolve("stand-in", str(tmp_path / "i3d.pt"), "auto")
    assert (found.image, Path(found.video).name, found.flow) == ("stand-in", "i3d.pt", "stand-in")
    with pytest.raises(FileNotFoundError, match="--video-weights: 'timm' found, no such file"):
        networks.resolve("stand-in", "timm", "auto")
    for is_there, wanted in ((True, "timm"), (False, "stand-in")):
        answers = {"resnet34": is_there}
        monkeypatch.setattr(networks, "_timm_is_there", answers.__getitem__)
        assert networks.resolve("auto", "auto", "auto", backbone="resnet34").image == wanted


def test_without_a_network_or_stored_weights_timm_is_not_there(monkeypatch):
    import huggingface_hub

    monkeypatch.setattr(huggingface_hub, "try_to_load_from_cache", lambda *_: None)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    assert not networks._timm_is_there("resnet18")
    monkeypatch.setattr(huggingface_hub, "try_to_load_from_cache", lambda *_: sys.executable)
    assert networks._timm_is_there("resnet18")
    with pytest.raises(ValueError, match=r"image_model\.backbone: 'resnet1' found, a model of timm wanted"):
        networks._timm_is_there("resnet1")


@pytest.fixture
def tree(tmp_path):
    for path in ("images/x/1.jpg", "images/x/2.png", "images/y/1.jpg", "videos/a.mp4", "videos/deep/b.mov"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(b"12345")
    (tmp_path / "labels.csv").write_text("path,class\na.mp4,x\n")
    return tmp_path


def test_files_are_counted(tree):
    found = facts.look(tree / "images", tree / "videos", labels=tree / "labels.csv")
    assert found == Facts({"x": 2, "y": 1}, 2, labelled=1, labelled_classes=1)
    toy.write_video(tree / "videos/deep/b.mov", toy.clip("red", domain="videos", length=9, seed=0))
    assert facts.look(tree / "images", tree / "videos").frames == 9  # of the one with a header


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda tree: (tree / "images/y/1.jpg").unlink(), "classes \\['x'\\] found, two at least wanted"),
        (lambda tree: (tree / "videos/a.mp4").unlink(), "1 videos found, two at least wanted"),
        (lambda tree: (tree / "labels.csv").write_text("path,class\na.mp4,z\n"), "labels.csv: class z found"),
        (lambda tree: (tree / "labels.csv").write_text("path,class\nvideos/a.mp4,x\n"), "no row names a video"),
    ],
)
def test_folders_that_nothing_can_be_learned_from_are_named(tree, change, message):
    change(tree)
    with pytest.raises(ValueError, match=message):
        facts.look(tree / "images", tree / "videos", labels=tree / "labels.csv")


def test_labelled_items_are_wanted(tree):
    with pytest.raises(ValueError, match="neither images nor source videos given"):
        facts.look(None, tree / "videos")
