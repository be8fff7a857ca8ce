"""Networks of transformers by local folder or hub id, with one line that says what is missing.

Weights are read without running pickled code, and code that a folder brings along is never run.
"""

import pickle
from pathlib import Path
from typing import Any

import huggingface_hub
import torch
import transformers
from safetensors import SafetensorError
from torch import nn

from i2v_core import storage
from i2v_core.models.weights import KEPT, LEFT_OUT, MISSING, RENAMED, RESHAPED, SAME, Match

WEIGHTS = ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json")


def load_network(
    source: str,
    constructor: Any,
    *,
    what: str,
    kinds: tuple[str, ...],
    parts: tuple[tuple[str, ...], ...],
    unused: tuple[str, ...] = (),
) -> nn.Module:
    """The network of a folder or hub id in float32, in evaluation mode, on the CPU; a folder never asks the network.

    constructor: class of transformers. what: its name in errors. kinds: `model_type`s that are accepted. parts: files
    that a folder must have besides config.json and weights, each with the names that do. unused: prefixes of weights
    that are never run and may be absent.
    Raises FileNotFoundError for a folder that lacks a file, OSError if a hub id cannot be had, ValueError for another
    kind and for weights that do not fit.
    """
    network, facts = loaded(source, constructor, what=what, kinds=kinds, parts=parts)
    missing = sorted(key for key in facts["missing_keys"] if not key.startswith(unused))
    if missing:
        raise ValueError(
            f"{what} {source!r}: {len(missing)} weights missing {missing[:3]}; weights of the whole network wanted"
        )
    return network.eval()


def loaded(
    source: str, constructor: Any, *, what: str, kinds: tuple[str, ...], parts: tuple[tuple[str, ...], ...]
) -> tuple[nn.Module, dict]:
    """As `load_network`, with what transformers says of the keys beside it; missing ones are no error here."""
    transformers.utils.logging.disable_progress_bar()
    if Path(source).is_dir():
        _check_files(Path(source), what, parts)
    config = load_part(source, transformers.AutoConfig, what=what)
    if config.model_type not in kinds:
        raise ValueError(f"{what} {source!r}: kind {config.model_type!r} found, {' or '.join(kinds)} wanted")
    options = {"dtype": torch.float32, "output_loading_info": True}
    try:
        return load_part(source, constructor, what=what, **options)
    except RuntimeError as error:  # weights of another shape
        raise ValueError(f"{what} {source!r}: weights do not fit ({str(error).splitlines()[-1]})") from None


def load_part(source: str, constructor: Any, *, what: str, **options: object) -> Any:
    """What `constructor.from_pretrained` of transformers gives, network, processor or tokenizer.

    Raises OSError of one line for what is absent or damaged.
    """
    is_local = Path(source).is_dir()
    try:
        return constructor.from_pretrained(source, local_files_only=is_local, trust_remote_code=False, **options)
    except (OSError, ValueError, SafetensorError, pickle.UnpicklingError) as error:  # but the first: a damaged file
        reason, is_damaged = str(error).splitlines()[0], not isinstance(error, OSError)
    if is_local or is_damaged:
        raise OSError(f"{what} {source!r}: not readable ({reason}); fetch its files again")
    raise OSError(f"{what} {source!r}: no folder of that name, and no download ({reason}); give a local folder")


def weight_files(source: str) -> list[Path]:
    """The files of weights of a folder, or of a hub id's latest download; none where it is not stored."""
    for name in WEIGHTS:
        path = Path(source, name) if Path(source).is_dir() else huggingface_hub.try_to_load_from_cache(source, name)
        if isinstance(path, str | Path) and Path(path).is_file():
            path = Path(path)
            if path.suffix != ".json":
                return [path]
            return [path.parent / part for part in sorted(set(storage.read_json(path)["weight_map"].values()))]
    return []


def matches(source: str, network: nn.Module, facts: dict, *, unused: tuple[str, ...] = ()) -> list[Match]:
    """Every key of the files and of the network, by what transformers says of them.

    Where transformers itself renames a key, its own name in the network is not known here.
    """
    own = {key: tuple(value.shape) for key, value in network.state_dict().items()}
    found, given = [], {}
    for path in weight_files(source):
        given |= {key: tuple(value.shape) for key, value in storage.load_weights(path).items()}
    for key, shape in given.items():
        if key in facts["unexpected_keys"]:
            found.append(Match(key, shape, "", (), LEFT_OUT))
        elif key in own:
            found.append(Match(key, shape, key, own[key], SAME if shape == own[key] else RESHAPED))
        else:
            found.append(Match(key, shape, "", (), RENAMED))
    absent = [key for key in own if key in facts["missing_keys"]]
    return found + [Match("", (), key, own[key], KEPT if key.startswith(unused) else MISSING) for key in absent]


def _check_files(folder: Path, what: str, parts: tuple[tuple[str, ...], ...]) -> None:
    wanted = (("config.json",), *parts, WEIGHTS)
    missing = [names for names in wanted if not any((folder / name).is_file() for name in names)]
    if missing:
        absent, names = (", ".join(dict.fromkeys(part[0] for part in group)) for group in (missing, wanted))
        raise FileNotFoundError(f"{what} {str(folder)!r}: {absent} missing; a folder with {names} wanted")
