"""One of STCDA's three training stages on labelled source and unlabelled target videos: clip features, or clips."""

from pathlib import Path

import numpy as np
import torch
from torch import nn

from i2v_core import cli, experiment, storage, video_jobs
from i2v_core.batches import Stream
from i2v_core.clip_views import ClipViews
from i2v_core.methods.stcda import building, clustering, network, objective, sampling
from i2v_core.methods.stcda.settings import Settings
from i2v_core.models.weights import load_exactly
from i2v_core.seeding import generator
from i2v_core.video_jobs import Setup
from i2v_core.video_samples import ClassBatches, Views


def run(
    *,
    source: Path,
    target_train: Path,
    target_test: Path,
    classes: Path,
    stores: list[Path] | None = None,
    frames: list[Path] | None = None,
    flows: list[Path] | None = None,
    backbones: list[Path] | None = None,
    before: Path | None = None,
    settings: dict,
    seed: int,
    workers: int = 0,
    out: Path,
    log: Path,
    record: Path,
    pseudo_labels: Path,
    test_probabilities: Path,
    predictions: Path,
) -> None:
    """stores: clip features of one or two views; or, to train the backbone too, frames and flows: stores of these, and
    backbones: files of its weights, one of each view in this order, or none for random ones.

    settings: `model` (of `network.StreamNetwork`, fusion), `method` (of `settings.Settings`), `training`, of the
    samples `corruptions`, `per_class`, `most_classes`, and, with frames or flows, `backbone` (of
    `models.clip_encoders`, and resize_px, size_px, segments, frames, stride of the clips; clips_at_once, see
    `network.StreamNetwork`).
    before: the model of the stage before, to go on from.
    pseudo_labels: CSV of the last epoch's, see `clustering.table`; `id` alone where there are none.
    """
    arguments = dict(locals())
    job = experiment.begin("train_stcda", arguments, outputs=(*video_jobs.OUTPUTS, "pseudo_labels"))
    backbone = settings.get("backbone")
    views = ClipViews.open(frames or [], flows or [], backbone) if backbone else Views.open(stores or [])
    setup, chosen = video_jobs.prepare(job, arguments, views), Settings(**settings["method"])
    how = {**settings["model"], "widths": views.widths, "segments": views.segments, "backbone": backbone}
    weights = _weights(backbones or [], list(views.widths))
    nets = objective.nets_of(
        building.build(classes=len(setup.classes), weights=weights, **how),
        chosen,
        {"source": len(setup.source), "target": len(setup.videos)},
    )
    if backbone is None:
        setup.standardise(nets["model"], setup.source)
    if before is not None:
        state = objective.continued(nets, storage.load_weights(before)["state"])
        load_exactly(nets, state, before, wanted="the stage before of the same row")
    streams = _streams(setup, settings, chosen)
    labels = experiment.parts(job) / "pseudo_labels.csv"  # outlives a killed job

    def before_epoch(epoch: int) -> None:
        if chosen.stage == 3 and chosen.beta:
            found = _relabelled(setup, nets, chosen)
            if found is not None:
                storage.write_csv(clustering.table(found, setup.videos["id"].tolist(), setup.classes), labels)
            _plan(streams, nets, generator(seed, "class batches", epoch), settings)

    experiment.train(
        job,
        nets,
        lambda batch, progress: objective.losses(
            nets, batch, chosen, progress=progress, generator=torch.default_generator
        ),
        streams,
        backbone=nets["model"].backbone_parameters(),
        new=objective.new_parameters(nets),
        before_epoch=before_epoch,
    )
    model = nets["model"]
    storage.write_csv(storage.read_csv(labels) if labels.is_file() else setup.videos[["id"]], pseudo_labels)
    video_jobs.predict_tests(setup, model, model.probabilities, arguments)
    content = {
        "kind": building.KIND,
        "arguments": how,
        "classes": setup.classes,
        "inputs": {},
        "state": nets.state_dict(),
    }
    experiment.finish(job, content)


def _weights(files: list[Path], views: list[str]) -> dict[str, Path]:
    if files and len(files) != len(views):
        raise ValueError(f"backbones: {len(files)} files found, one for each view of {views} or none wanted")
    return dict(zip(views, files, strict=bool(files)))


def _streams(setup: Setup, settings: dict, chosen: Settings) -> dict[str, Stream]:
    """Source and target videos with their corrupted clips, and batches drawn by class where classes are aligned."""
    half = max(setup.job.settings.batch_size // 2, 1)
    parts = ("clean", "corrupted", "second") if chosen.has_contrast else ("clean",)
    how = {"parts": parts, "corruptions": tuple(settings["corruptions"])}
    items = {"source": setup.source_clips(**how), "target": setup.target_clips(**how)}
    streams = {name: Stream(part, half) for name, part in items.items()}
    if chosen.stage == 3 and chosen.beta and chosen.alignment == "vca":
        size = settings["per_class"] * min(len(setup.classes), settings["most_classes"])
        for name, videos in (("source", setup.source_clips()), ("target", setup.target_clips())):
            streams[f"aligned_{name}"] = Stream(ClassBatches(videos), size)
    return streams


def _relabelled(setup: Setup, nets: nn.ModuleDict, chosen: Settings) -> clustering.Assignment | None:
    """Pseudo labels of the target's training videos by the networks as they are; None where they are fixed."""
    model = nets["model"]
    features = [network.video_features(model, setup.middle_clips(table)) for table in (setup.source, setup.videos)]
    labels = setup.source["label"].astype(int).to_numpy()
    return objective.relabel(nets, features[0], labels, features[1], chosen)


def _plan(streams: dict[str, Stream], nets: nn.ModuleDict, random: np.random.Generator, settings: dict) -> None:
    """Draws the epoch's batches of each class from both domains.

    Choice: where views have labels of their own, the first view's decide what is drawn. With no class in both domains
    the first two videos stand in, which have no pair to align.
    """
    if "aligned_source" not in streams:
        return
    labels = np.array(streams["source"].items.labels), nets["pseudo_labels"].labels[0].cpu().numpy()
    steps = max(streams[name].steps for name in ("source", "target"))
    sizes = {name: settings[name] for name in ("per_class", "most_classes")}
    drawn = sampling.class_aware_batches(*labels, random, batches=steps, **sizes) or [(np.arange(2), np.arange(2))]
    for name, plan in zip(("source", "target"), zip(*drawn, strict=True), strict=True):
        streams[f"aligned_{name}"].items.plan = list(plan)


if __name__ == "__main__":
    cli.entry(run)
