"""No file is loaded in a way that could run what somebody else put into it."""

import ast
import os
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
import transformers

from i2v_core import experiment, storage
from i2v_core.exported import files as exported
from i2v_core.methods.stcda import building as stcda
from i2v_core.models import bn_inception, c3d_checkpoints, clip, cnn_f, depth_net, dpt, i3d_checkpoints, image, saved
from i2v_core.models.bn_inception import BNInception
from i2v_core.models.c3d import C3D
from i2v_core.models.clip_encoders import clip_encoder
from i2v_core.models.clip_vocabulary import byte_tokenizer, write_vocabulary
from i2v_core.models.i3d import I3D
from i2v_core.models.image import ImageModel
from i2v_core.models.still_encoders import StillEncoder
from tests import toy

ROOT = Path(__file__).parents[1]
CODE = [path for folder in ("i2v_core", "benchmarks", "workflow") for path in sorted((ROOT / folder).rglob("*.py"))]
# Calls that run what a file says, whatever their arguments.
FORBIDDEN = {
    *(f"{module}.{name}" for module in ("pickle", "dill", "cloudpickle", "marshal") for name in ("load", "loads")),
    *(f"yaml.{name}" for name in ("unsafe_load", "unsafe_load_all", "full_load", "full_load_all", "load_all")),
    *(f"torch.serialization.{name}" for name in ("add_safe_globals", "safe_globals")),
    *(
        "joblib.load",
        "pickle.Unpickler",
        "pandas.read_pickle",
        "shelve.open",
        "torch.package.PackageImporter",
        "eval",
        "exec",
    ),
}


def imported(tree: ast.AST) -> dict[str, str]:
    """What names of a module stand for: `np` for numpy, `load` for torch.load."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                found[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return found


def full_name(node: ast.AST, names: dict[str, str]) -> str:
    if isinstance(node, ast.Attribute):
        return f"{full_name(node.value, names)}.{node.attr}"
    return names.get(node.id, node.id) if isinstance(node, ast.Name) else "?"


def unsafe_calls(source: str) -> list[str]:
    """`line: call` of each call that could run the content of a file."""
    tree = ast.parse(source)
    names, found = imported(tree), []
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = full_name(call.func, names)
        given = {word.arg: word.value for word in call.keywords}
        values = {key: value.value for key, value in given.items() if isinstance(value, ast.Constant)}
        loader = full_name(given["Loader"], names) if "Loader" in given else ""
        is_unsafe = (
            name in FORBIDDEN
            or name.startswith("torch.hub.")
            or (name in ("torch.load", "torch.serialization.load") and values.get("weights_only") is not True)
            or (name == "numpy.load" and "allow_pickle" in given and values.get("allow_pickle") is not False)
            or (name == "yaml.load" and loader not in ("yaml.SafeLoader", "yaml.CSafeLoader"))
            or ("trust_remote_code" in given and values.get("trust_remote_code") is not False)
        )
        if is_unsafe:
            found.append(f"{call.lineno}: {name}")
    return found


@pytest.mark.parametrize(
    "source",
    [
        "import torch; torch.load('x')",
        "import torch as t; t.load('x', weights_only=False)",
        "from torch import load; load('x', weights_only=flag)",
        "import pickle; pickle.load(file)",
        "from pickle import loads as read; read(text)",
        "import pickle; pickle.Unpickler(file).load()",
        "import numpy as np; np.load('x', allow_pickle=True)",
        "import pandas as pd; pd.read_pickle('x')",
        "import yaml; yaml.load(text)",
        "import yaml; yaml.load(text, Loader=yaml.Loader)",
        "import joblib; joblib.load('x')",
        "import torch; torch.hub.load('a/b', 'c')",
        "from torch import hub; hub.load('a/b', 'c')",
        "import transformers; transformers.AutoModel.from_pretrained('x', trust_remote_code=True)",
        "eval(text)",
    ],
)
def test_the_search_finds_what_it_looks_for(source):
    assert len(unsafe_calls(source)) == 1


def test_the_search_lets_safe_calls_pass():
    source = """
import numpy as np, torch, yaml
torch.load("x", weights_only=True)
np.load("x")
np.load("x", allow_pickle=False)
yaml.load(text, Loader=yaml.SafeLoader)
yaml.safe_load(text)
model.eval()
"""
    assert unsafe_calls(source) == []


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_loads_a_file_unsafely(path):
    assert unsafe_calls(path.read_text()) == []


def test_the_one_unpickler_is_that_of_tables_which_lets_no_name_pass():
    holders = [
        path.name
        for path in CODE
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
        and any(full_name(base, imported(ast.parse(path.read_text()))) == "pickle.Unpickler" for base in node.bases)
    ]
    assert holders == ["epic_pickle.py"]


class Trap:
    """Loaded as a pickle may be, this makes a folder."""

    def __init__(self, mark: Path):
        self.mark = str(mark)

    def __reduce__(self):
        return os.mkdir, (self.mark,)


FORMS = {
    "archive": lambda trap, path: torch.save({"conv1.weight": trap}, path),
    "old": lambda trap, path: torch.save({"conv1.weight": trap}, path, _use_new_zipfile_serialization=False),
    "plain": lambda trap, path: path.write_bytes(pickle.dumps({"conv1.weight": trap}, protocol=2)),
}
IMAGE = toy.image_settings()["model"]
STILLS = {
    "backbone": "resnet18",
    "backbone_options": {},
    "normalisation": "imagenet",
    "size_px": 32,
    "short_side_px": 32,
}
LOADERS = {
    "i3d": lambda path: i3d_checkpoints.load_i3d(I3D(classes=None, width=0.05), path),
    "c3d": lambda path: c3d_checkpoints.load_c3d(C3D(classes=None, width=1 / 64), path),
    "bn-inception": lambda path: bn_inception.load_bn_inception(BNInception(classes=None, width=0.05), path),
    "cnn-f": lambda path: cnn_f.load_cnn_f(cnn_f.CnnF(width=1 / 64), path, md5=None),
    "backbone": lambda path: image.make_backbone("resnet18", {"channels": [8, 8, 8, 8]}, path),
    "image model": lambda path: ImageModel(classes=2, **IMAGE, weights=path),
    "stills": lambda path: StillEncoder(STILLS, str(path)),
    "cnn-f stills": lambda path: StillEncoder({**STILLS, "backbone": "cnn_f"}, str(path)),
    "clips": lambda path: clip_encoder({"backbone": "i3d", "model": {"width": 0.05}, "frames": 4}, "rgb", path),
    "model file": lambda path: saved.load(path, ImageModel, kind="image"),
    "exported": exported.read,
    "depth": depth_net.load,
    "stcda": stcda.load,
    "stage": lambda path: experiment.make_model(ImageModel, "image", {"model": IMAGE}, ["a", "b"], str(path)),
    "mean cube": c3d_checkpoints.mean_cube,
}


def is_sprung(load, path, mark):
    """Loads and expects one line of error -> whether the trap ran."""
    with pytest.raises((ValueError, OSError)) as error:
        load(path)
    assert "\n" not in str(error.value)
    assert path.name in str(error.value) or str(path.parent) in str(error.value)
    return mark.exists()


@pytest.mark.parametrize("form", FORMS)
def test_the_trap_would_have_run(form, tmp_path):
    FORMS[form](Trap(tmp_path / "sprung"), tmp_path / "x.pt")
    if form == "plain":
        pickle.loads((tmp_path / "x.pt").read_bytes())
    else:
        torch.load(tmp_path / "x.pt", weights_only=False)
    assert (tmp_path / "sprung").exists()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", LOADERS)
def test_pickled_code_is_not_run(name, form, tmp_path):
    FORMS[form](Trap(tmp_path / "sprung"), tmp_path / "x.pt")
    assert not is_sprung(LOADERS[name], tmp_path / "x.pt", tmp_path / "sprung")


def test_pickled_arrays_are_not_loaded(tmp_path):
    np.save(tmp_path / "mean.npy", np.array([Trap(tmp_path / "sprung")], dtype=object), allow_pickle=True)
    assert not is_sprung(c3d_checkpoints.mean_cube, tmp_path / "mean.npy", tmp_path / "sprung")


SMALL = {"hidden_size": 16, "intermediate_size": 16, "num_attention_heads": 2, "num_hidden_layers": 4}


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """Folders of a depth network and of CLIP without weights."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    neck = {"neck_hidden_sizes": [8] * 4, "fusion_hidden_size": 8, "head_in_index": -1}
    config = transformers.DPTConfig(**SMALL, **neck, image_size=32, patch_size=16, backbone_out_indices=[0, 1, 2, 3])
    config.save_pretrained(tmp_path / "dpt")
    transformers.DPTImageProcessor().save_pretrained(tmp_path / "dpt")
    vision = {**SMALL, "image_size": 16, "patch_size": 8}
    text = {**SMALL, "vocab_size": 514, "bos_token_id": 512, "eos_token_id": 513, "pad_token_id": 513}
    whole = transformers.CLIPConfig(text_config=text, vision_config=vision, projection_dim=8)
    whole.save_pretrained(tmp_path / "clip")
    write_vocabulary(byte_tokenizer(longest=77), tmp_path / "clip")
    return tmp_path


NETWORKS = {
    "dpt": lambda folder: dpt.load_dpt(str(folder)),
    "clip": lambda folder: clip.from_pretrained(str(folder), ["a"], prompt="{}"),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", NETWORKS)
def test_pickled_weights_of_a_folder_are_not_run(name, form, folders):
    path = folders / name / "pytorch_model.bin"
    FORMS[form](Trap(folders / "sprung"), path)
    assert not is_sprung(lambda path: NETWORKS[name](path.parent), path, folders / "sprung")


@pytest.mark.parametrize("name", NETWORKS)
def test_code_that_a_folder_brings_along_is_not_run(name, folders):
    folder, mark = folders / name, folders / "sprung"
    torch.save({}, folder / "pytorch_model.bin")
    (folder / "own.py").write_text(f"import os\nos.mkdir({str(mark)!r})\nclass Own: pass\n")
    content = storage.read_json(folder / "config.json")
    names = {"AutoConfig": "own.Own", "AutoModel": "own.Own", "AutoModelForDepthEstimation": "own.Own"}
    storage.write_json({**content, "model_type": "own", "auto_map": names}, folder / "config.json")
    assert not is_sprung(NETWORKS[name], folder, mark)
