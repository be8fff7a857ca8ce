"""Networks of transformers by local folder or hub id, with one line that says what is missing."""

from pathlib import Path
from typing import Any

import torch
import transformers
from safetensors import SafetensorError
from torch import nn

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
    transformers.utils.logging.disable_progress_bar()
    if Path(source).is_dir():
        _check_files(Path(source), what, parts)
    config = load_part(source, transformers.AutoConfig, what=what)
    if config.model_type not in kinds:
        raise ValueError(f"{what} {source!r}: kind {config.model_type!r} found, {' or '.join(kinds)} wanted")
    options = {"dtype": torch.float32, "output_loading_info": True}
    try:
        network, facts = load_part(source, constructor, what=what, **options)
    except RuntimeError as error:  # weights of another shape
        raise ValueError(f"{what} {source!r}: weights do not fit ({str(error).splitlines()[-1]})") from None
    missing = sorted(key for key in facts["missing_keys"] if not key.startswith(unused))
    if missing:
        raise ValueError(
            f"{what} {source!r}: {len(missing)} weights missing {missing[:3]}; weights of the whole network wanted"
        )
    return network.eval()


def load_part(source: str, constructor: Any, *, what: str, **options: object) -> Any:
    """What `constructor.from_pretrained` of transformers gives, network, processor or tokenizer.

    Raises OSError of one line for what is absent or damaged.
    """
    is_local = Path(source).is_dir()
    try:
        return constructor.from_pretrained(source, local_files_only=is_local, **options)
    except (OSError, ValueError, SafetensorError) as error:  # the latter two where a file is there, but damaged
        reason, is_damaged = str(error).splitlines()[0], not isinstance(error, OSError)
    if is_local or is_damaged:
        raise OSError(f"{what} {source!r}: not readable ({reason}); fetch its files again")
    raise OSError(f"{what} {source!r}: no folder of that name, and no download ({reason}); give a local folder")


def _check_files(folder: Path, what: str, parts: tuple[tuple[str, ...], ...]) -> None:
    wanted = (("config.json",), *parts, WEIGHTS)
    missing = [names for names in wanted if not any((folder / name).is_file() for name in names)]
    if missing:
        absent, names = (", ".join(dict.fromkeys(part[0] for part in group)) for group in (missing, wanted))
        raise FileNotFoundError(f"{what} {str(folder)!r}: {absent} missing; a folder with {names} wanted")
