"""Trains the plain model on clip features of the target's videos with their true labels: the upper bound."""

from pathlib import Path

from i2v_core import cli, experiment, video_jobs
from i2v_core.baselines import supervised_target
from i2v_core.baselines.clips import building, source_only
from i2v_core.batches import Stream
from i2v_core.video_samples import Views


def run(
    *,
    source: Path,
    target_train: Path,
    target_test: Path,
    target_labels: Path,
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
    """settings: `model` and `training`, as of `train_clip_baseline`. The source's videos are not looked at."""
    arguments = dict(locals())
    job = experiment.begin("train_clip_supervised", arguments, outputs=video_jobs.OUTPUTS)
    setup = video_jobs.prepare(job, arguments, Views.open(stores))
    how = {"method": "source_only", "widths": setup.views.widths, "segments": setup.views.segments}
    how["options"] = settings["model"]
    model = building.build(classes=len(setup.classes), **how)
    setup.standardise(model, setup.videos)
    labels = supervised_target.labels_of(setup.videos, target_labels)
    experiment.train(
        job,
        model,
        lambda batch, progress: source_only.losses(model, batch["target"]),
        {"target": Stream(setup.target_clips(labels=labels), job.settings.batch_size)},
        backbone=model.backbone_parameters(),
        new=model.new_parameters(),
    )
    video_jobs.predict_tests(setup, model, model.probabilities, arguments)
    experiment.finish(job, (model, building.KIND, setup.classes, {"model": how, "inputs": {}}))


if __name__ == "__main__":
    cli.entry(run)
