"""CycDA stages 2 and 4: trains the video model on the target videos whose pseudo labels were kept."""

from pathlib import Path

from i2v_core import batches, cli, experiment, sources, storage
from i2v_core import pseudo_labels as labels
from i2v_core.batches import Stream
from i2v_core.media.frames import FrameStore
from i2v_core.methods.cycda import spatio_temporal
from i2v_core.models.video import VideoModel


def run(
    *,
    target_train: Path,
    pseudo_labels: Path,
    source: Path,
    classes: Path,
    stores: list[Path],
    weights: str,
    settings: dict,
    seed: int,
    workers: int = 0,
    out: Path,
    log: Path,
    record: Path,
) -> None:
    """settings: `model`, `inputs` (with frames and stride), `training` (see params.yaml: video_model, training), and
    `method` with source_videos. Labelled videos of the source, if it has any that are whole, are learnt from as well.
    """
    job = experiment.begin("train_spatio_temporal", dict(locals()))
    names = experiment.read_classes(classes)
    guesses = storage.read_csv(pseudo_labels, ("id", "label", "kept"))
    videos = labels.kept_videos(storage.read_csv(target_train, ("id", "dataset")), guesses)
    model = experiment.make_model(VideoModel, "video", settings, names, weights)
    labelled = sources.whole_videos(storage.read_csv(source, sources.COLUMNS), settings["method"]["source_videos"])
    store = FrameStore(stores)
    streams = {
        name: Stream(
            batches.clips_of(store, table, settings["inputs"], labels=table["label"].astype(int).tolist()),
            job.settings.batch_size,
        )
        for name, table in (("target", videos), ("source", labelled))
        if len(table)
    }
    experiment.train(
        job,
        model,
        lambda batch, progress: spatio_temporal.losses(model, batch["target"], batch.get("source")),
        streams,
        backbone=model.backbone_parameters(),
        new=model.new_parameters(),
    )
    experiment.finish(job, (model, "video", names, settings))


if __name__ == "__main__":
    cli.entry(run)
