"""Draws where STCDA's RGB network sees a video's class, models side by side, for people to look at (its figure 5)."""

from pathlib import Path

import numpy as np
import torch

from i2v_core import cli, storage, training
from i2v_core.clip_views import ClipViews
from i2v_core.evaluation import activation_pictures, scores, shown_videos
from i2v_core.evaluation.activation_pictures import Row
from i2v_core.methods.stcda import building, grad_cam
from i2v_core.methods.stcda.network import TwoStream

VIEW = "rgb"


def run(
    *,
    models: list[Path],
    titles: list[str],
    source: Path,
    target: Path,
    target_labels: Path,
    classes: Path,
    frames: list[Path],
    weights: list[Path],
    settings: dict,
    shown: int,
    title: str,
    device: str,
    threads: int,
    out: Path,
) -> None:
    """Writes a PNG with two lines per class, its first source and its first test video of the target by id.

    models: of train_stcda, of both views or of RGB. source: `id, dataset, class`; target: `id, dataset`, the test
    videos; target_labels: `id, class`, only to choose by. frames: stores of both domains. weights: the file of the RGB
    backbone, or none for random ones; settings: of the backbone and its clips (`ClipViews`), both for models that were
    trained on its features. shown: classes, the first by name.
    Raises ValueError for other numbers of titles than of models, and for a class without a video on a side.
    """
    if len(titles) != len(models):
        raise ValueError(f"{len(models)} models and titles {titles} found, a title for each wanted")
    place = training.open_device(device=device, threads=threads)
    nets = [_stream(path, settings, weights) for path in models]
    names = scores.class_names(storage.read_csv(classes, ("index", "class")), name=str(classes))
    sides = shown_videos.by_domain(source, target, target_labels)
    clips, rows = ClipViews.open(frames, [], settings), []
    for name in sorted(names)[:shown]:
        for domain, table in sides.items():
            inputs = torch.from_numpy(clips.test_clips([shown_videos.first(table, name, domain)])).to(place)
            rows.append(_row(nets, inputs, names.index(name), (name, domain), place))
    activation_pictures.draw(rows, models=titles, title=title, out=out)


def _stream(path: Path, settings: dict, weights: list[Path]) -> TwoStream:
    given = {VIEW: weights[0]} if weights else {}
    return building.on_clips(building.load(path), settings, given)


def _row(nets: list[TwoStream], inputs: torch.Tensor, label: int, names: tuple[str, str], device: torch.device) -> Row:
    """The middle frame of each clip, inputs (1, S, t, 3, h, w), and what each model sees in it."""
    middle = inputs.shape[2] // 2
    shown = np.round(255 * inputs[0, :, middle].movedim(1, -1).cpu().numpy()).astype(np.uint8)
    activations, probabilities = [], []
    for net in nets:
        stream = net.streams[VIEW].to(device)
        found = grad_cam.of_clips(stream, inputs, torch.tensor([label], device=device))
        activations.append(found[0, :, middle].cpu().numpy())
        with torch.no_grad():
            probabilities.append(stream(inputs)[0, label].item())
    return Row(*names, shown, activations, probabilities)


if __name__ == "__main__":
    cli.entry(run)
