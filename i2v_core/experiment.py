"""What all training stages share: models from settings, fit under a fingerprint, model file and record beside it."""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor, nn

from i2v_core import provenance, ranks, storage, training
from i2v_core.batches import Batch, Stream
from i2v_core.models import saved
from i2v_core.models.weights import load_exactly


@dataclass(frozen=True)
class Run:
    """One training run: its settings, its seed, its files (model, log, record) and what is written into run.json."""

    settings: training.Settings
    seed: int
    out: Path
    log: Path
    record: Path
    description: dict
    inputs: list[Path]


def begin(stage: str, arguments: dict, *modules: str, outputs: tuple[str, ...] = ()) -> Run:
    """Fixes threads, kernels and seeds, and describes the run by the stage's arguments.

    arguments: all arguments of the stage's `run`, among them settings (with a part `training`), seed, out, log, record.
    modules: of this package that the stage imports by a computed name. outputs: names of further output files.
    """
    outputs = ("out", "log", "record", *outputs)
    files = [value for name, value in arguments.items() if isinstance(value, Path) and name not in outputs]
    files += [path for value in arguments.values() if isinstance(value, list) for path in value]
    files += _weight_files(arguments.get("weights"))
    settings = training.Settings(**arguments["settings"]["training"], workers=arguments.get("workers", 0))
    device = training.prepare(settings, arguments["seed"])
    description = provenance.describe(stage, arguments, *modules)
    description["device"], description["processes"] = str(device), ranks.count()
    places = (arguments[name] for name in ("out", "log", "record"))
    return Run(settings, arguments["seed"], *places, description, files)


def read_classes(path: Path) -> list[str]:
    """Class names by index, from classes.csv."""
    return storage.read_csv(path, ("index", "class")).sort_values("index")["class"].tolist()


def make_model(constructor: type[nn.Module], kind: str, settings: dict, classes: list[str], weights: str) -> nn.Module:
    """The model of `settings["model"]`, an ImageModel or a VideoModel.

    weights: empty (random), `timm`, a file of the backbone's weights, or a model file of ours of the same kind to go
    on from (init: previous_stage).
    """
    if weights and weights != "timm":
        content = storage.load_weights(Path(weights))
        if isinstance(content, dict) and content.get("kind") == kind:
            model = constructor(classes=len(classes), **settings["model"])
            load_exactly(model, content["state"], Path(weights), wanted="weights of the model in params.yaml")
            return model
    return constructor(classes=len(classes), **settings["model"], weights=weights or None)


def train(
    run: Run,
    nets: nn.Module,
    losses: Callable[[dict[str, Batch], float], dict[str, Tensor]],
    streams: dict[str, Stream],
    *,
    backbone: list[nn.Parameter],
    new: list[nn.Parameter],
    undecayed: Sequence[nn.Parameter] = (),
    before_epoch: Callable[[int], None] | None = None,
) -> None:
    """Fits `nets` over groups of parameters (see training.make_optimiser); before_epoch: see training.fit.

    What is left in `parts` of a run that another one takes the place of is removed before the first epoch.
    """

    def begin_epoch(epoch: int) -> None:
        if epoch == 0:
            if storage.keeps_files():
                storage.remove(parts(run))
            ranks.wait()
        if before_epoch is not None:
            before_epoch(epoch)

    training.fit(
        nets,
        losses,
        streams,
        training.make_optimiser(backbone, new, run.settings, undecayed=undecayed),
        run.settings,
        seed=run.seed,
        log=run.log,
        state=_state(run),
        fingerprint=provenance.fingerprint(_decisive(run.description), run.inputs),
        before_epoch=begin_epoch,
    )


def parts(run: Run) -> Path:
    """A folder for what a run collects epoch by epoch; it outlives a killed job, as the training state does."""
    return run.out.with_name(f".{run.out.stem}.training_parts")


def finish(run: Run, content: dict | tuple[nn.Module, str, list[str], dict]) -> None:
    """Writes run.json and, last, the model: a dict of plain weights, or (model, kind, classes, settings)."""
    storage.write_json(run.description, run.record)
    if isinstance(content, dict):
        storage.save_weights(content, run.out)
    else:
        model, kind, classes, settings = content
        arguments, inputs = settings["model"], settings["inputs"]
        saved.save(model, run.out, kind=kind, arguments=arguments, classes=classes, inputs=inputs)
    clean(run)


def clean(run: Run) -> None:
    """Removes what a run keeps to be resumed; called after its files stand under their final names."""
    training.finish(_state(run))
    storage.remove(parts(run))


def _decisive(description: dict) -> dict:
    """Without the number of loader processes, which changes no byte, and of processes that train together, which
    changes roundings alone: a stopped run may go on with others.
    """
    decisive = copy.deepcopy(description)
    decisive.pop("processes")
    decisive["arguments"].pop("workers", None)
    return decisive


def _weight_files(name: str | None) -> list[Path]:
    """The file, or the files of a folder; none for random weights and for those that a library gets by name."""
    path = Path(name or ".nothing")
    return sorted(part for part in path.rglob("*") if part.is_file()) if path.is_dir() else [path] * path.is_file()


def _state(run: Run) -> Path:
    return run.out.with_name(f".{run.out.stem}.training_state.pt")
