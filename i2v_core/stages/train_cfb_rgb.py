"""Trains CFB's RGB branch, I3D or CLIP, on generated source videos; writes what it thinks of the target by epoch."""

from pathlib import Path

from torch import nn

from i2v_core import cli, experiment
from i2v_core.media.frames import FrameStore
from i2v_core.media.views import Rgb
from i2v_core.methods.cfb import fitting
from i2v_core.methods.cfb.by_epoch import Recorder
from i2v_core.models.i3d_steps import I3DSteps


def run(
    *,
    source: Path,
    target_train: Path,
    target_test: Path,
    classes: Path,
    source_stores: list[Path],
    target_stores: list[Path],
    weights: str,
    settings: dict,
    seed: int,
    workers: int = 0,
    out: Path,
    log: Path,
    record: Path,
    by_epoch: Path,
    test_probabilities: Path,
) -> None:
    """settings: `model`, `inputs` (frames, test_frames, resize_px, size_px), `training`, `inference_batch`, `method`
    (see params.yaml: cfb). source_stores: of generated videos. weights: a file or, for CLIP, a folder or hub name.
    """
    arguments = dict(locals())
    job = experiment.begin("train_cfb_rgb", arguments, outputs=("by_epoch", "test_probabilities"))
    model = _model(settings["model"], experiment.read_classes(classes), weights)
    sizes = {name: settings["inputs"][name] for name in ("resize_px", "size_px")}
    views = tuple(Rgb(FrameStore(stores), **sizes) for stores in (source_stores, target_stores))
    setup = fitting.prepare(job, arguments, model, views)
    first = settings["method"].get("warm_up_epochs", job.settings.epochs)
    recorder = Recorder(experiment.parts(job), range(first, job.settings.epochs))

    def before_epoch(epoch: int) -> None:
        recorder.keep_after(epoch - 1, setup.branch.source_features)
        if epoch in recorder.epochs:
            recorder.keep_before(epoch, *setup.outputs(setup.videos))

    fitting.fit(setup, setup.source_clips(), before_epoch)
    recorder.keep_after(job.settings.epochs - 1, setup.branch.source_features)
    recorder.join(by_epoch, ids=setup.videos["id"].tolist(), classes=setup.classes)
    fitting.finish(setup, test_probabilities, kind="clip" if "prompt" in settings["model"] else "i3d-steps")


def _model(settings: dict, classes: list[str], weights: str) -> tuple[nn.Module, dict]:
    if "prompt" in settings:
        from i2v_core.models import clip  # transformers takes seconds to import

        return clip.from_pretrained(weights, classes, **settings)
    return I3DSteps(classes=len(classes), **settings, weights=weights or None), settings


if __name__ == "__main__":
    cli.entry(run)
