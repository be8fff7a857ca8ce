"""Trains a small CLIP on captioned images of the mini world's pretraining classes (stand-in for OpenAI's weights)."""

import math
from pathlib import Path

import pandas as pd
import torch

from i2v_core import batches, cli, experiment, storage
from i2v_core.batches import Batch, Stream
from i2v_core.losses.image_text import image_text_contrastive
from i2v_core.media.frames import FrameStore
from i2v_core.models import clip, clip_stand_in

PROMPT = "a photo of a person {}"
INPUTS = {"size_px": clip_stand_in.VISION["image_size"], "crop_scale": [0.4, 1.0]}
TRAINING = {"optimiser": "adamw", "schedule": "cosine", "weight_decay": 0.01, "clip_norm": 1.0}
HOTTEST = math.log(100)  # CLIP's bound of the scale
HELD_OUT_EVERY = 10  # image of which one is not trained on


def run(
    *,
    dataset: str,
    index: Path,
    stores: list[Path],
    settings: dict,
    seed: int,
    workers: int = 0,
    out: Path,
    log: Path,
    record: Path,
) -> None:
    """settings: those of `training.Settings`. out: folder for `clip.from_pretrained`, as transformers writes one.

    record: besides what made the folder, `held_out`: zero-shot accuracy on images of the same classes left out.
    """
    given = {"dataset": dataset, "index": index, "stores": stores, "seed": seed, "workers": workers}
    given["settings"] = {"inputs": INPUTS, "training": {**TRAINING, **settings}}
    job = experiment.begin("pretrain_clip", {**given, "out": out, "log": log, "record": record})
    table = storage.read_csv(index, ("id", "label")).assign(dataset=dataset)
    names = sorted(table["label"].unique())
    held_out = table.iloc[HELD_OUT_EVERY - 1 :: HELD_OUT_EVERY]
    kept = table.drop(held_out.index)
    network, tokenizer = clip_stand_in.make()
    captions = clip.tokens(tokenizer, names, prompt=PROMPT, network=network)
    images = batches.frames_of(FrameStore(stores), kept, INPUTS, labels=[names.index(name) for name in kept["label"]])

    def losses(batch: dict[str, Batch], progress: float) -> dict[str, torch.Tensor]:
        return {"image_text": _loss(network, batch["images"], captions)}

    stream = {"images": Stream(images, job.settings.batch_size)}
    experiment.train(job, network, losses, stream, backbone=[], new=list(network.parameters()))
    with torch.no_grad():
        network.cpu().logit_scale.clamp_(max=HOTTEST)
    model, _ = clip.frames_model(network, tokenizer, names, prompt=PROMPT)
    job.description["held_out"] = _accuracy(model, FrameStore(stores), held_out, names)
    storage.write_json(job.description, record)
    with storage.atomic(out) as temporary:
        clip_stand_in.save(network, tokenizer, temporary)
    experiment.clean(job)


def _loss(network: torch.nn.Module, batch: Batch, captions: dict[str, torch.Tensor]) -> torch.Tensor:
    device = batch.inputs.device
    mean, deviation = (torch.tensor(values, device=device).view(3, 1, 1) for values in (clip.MEAN, clip.DEVIATION))
    seen = network.vision_model(pixel_values=(batch.inputs - mean) / deviation).pooler_output
    texts = clip.text_embeddings(network, {name: value.to(device) for name, value in captions.items()})
    scale = network.logit_scale.clamp(max=HOTTEST).exp()
    return image_text_contrastive(network.visual_projection(seen), texts[batch.labels], batch.labels, scale=scale)


@torch.inference_mode()
def _accuracy(model: clip.ClipFrames, store: FrameStore, table: pd.DataFrame, names: list[str]) -> dict:
    right = 0
    for key, label in zip(storage.keys(table), table["label"], strict=True):
        frames = torch.from_numpy(store.frames(key, [0])).permute(0, 3, 1, 2)
        right += names[model(batches.as_input(frames, torch.device("cpu"))[None]).argmax()] == label
    return {"images": len(table), "classes": len(names), "accuracy": round(right / max(len(table), 1), 6)}


if __name__ == "__main__":
    cli.entry(run)
