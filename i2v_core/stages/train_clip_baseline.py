"""Trains one of the video-to-video baselines on clip features of labelled source and unlabelled target videos."""

from functools import partial
from pathlib import Path

from i2v_core import cli, experiment, video_jobs
from i2v_core.baselines import clips
from i2v_core.baselines.clips import building
from i2v_core.batches import Stream
from i2v_core.video_samples import Views


def run(
    *,
    method: str,
    source: Path,
    target_train: Path,
    target_test: Path,
    classes: Path,
    stores: list[Path],
    settings: dict,
    seed: int,
    workers: int = 0,
    out: Path,
    log: Path,
    record: Path,
    test_probabilities: Path,
    predictions: Path,
) -> None:
    """method: of `clips.METHODS`. stores: clip features of one or both views. settings: `model`, `method` (options of
    its losses), `view` (the one that alone predicts, null: all) and `training`. A method's `adapt`,
    where it has one, follows the training.

    Raises ValueError for an unknown method.
    """
    arguments = dict(locals())
    module = clips.load(method)
    job = experiment.begin("train_clip_baseline", arguments, f"baselines.clips.{method}", outputs=video_jobs.OUTPUTS)
    setup = video_jobs.prepare(job, arguments, Views.open(stores))
    how = {"method": method, "widths": setup.views.widths, "segments": setup.views.segments}
    how["options"] = settings["model"]
    model = building.build(classes=len(setup.classes), **how)
    setup.standardise(model, setup.source)
    size, options = job.settings.batch_size, settings["method"]
    experiment.train(
        job,
        model,
        lambda batch, progress: module.losses(model, batch["source"], batch["target"], progress, **options),
        {"source": Stream(setup.source_clips(), size), "target": Stream(setup.target_clips(), size)},
        backbone=model.backbone_parameters(),
        new=model.new_parameters(),
    )
    if hasattr(module, "adapt"):
        module.adapt(model, setup.middle_batches(setup.videos))
    predict = partial(model.probabilities, view=settings["view"])
    video_jobs.predict_tests(setup, model, predict, arguments)
    experiment.finish(job, (model, building.KIND, setup.classes, {"model": how, "inputs": {}}))


if __name__ == "__main__":
    cli.entry(run)
