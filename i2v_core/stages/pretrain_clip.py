"""Trains a small CLIP on captioned images of the mini world's pretraining classes (stand-in for OpenAI's weights)."""

import math
from pathlib import Path

import pandas as pd
import torch
import transformers

from i2v_core import batches, cli, experiment, provenance, storage, training
from i2v_core.batches import Batch, Stream
from i2v_core.losses.image_text import image_text_contrastive
from i2v_core.media.frames import FrameStore
from i2v_core.models import clip
from i2v_core.models.clip_vocabulary import byte_tokenizer, write_vocabulary

PROMPT = "a photo of a person {}"
INPUTS = {"size_px": 56, "crop_scale": [0.4, 1.0]}
TRAINING = {"optimiser": "adamw", "schedule": "cosine", "weight_decay": 0.01, "clip_norm": 1.0}
LAYERS = {"hidden_size": 64, "intermediate_size": 256, "num_attention_heads": 4, "hidden_act": "quick_gelu"}
VISION = {**LAYERS, "num_hidden_layers": 4, "image_size": INPUTS["size_px"], "patch_size": 8}
TEXT = {**LAYERS, "num_hidden_layers": 2, "max_position_embeddings": 77}
DIMENSIONS = 64  # of the embeddings that both towers share
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
    given["settings"] = {"vision": VISION, "text": TEXT, "inputs": INPUTS, "training": {**TRAINING, **settings}}
    job = experiment.begin("pretrain_clip", {**given, "out": out, "log": log, "record": record})
    table = storage.read_csv(index, ("id", "label")).assign(dataset=dataset)
    names = sorted(table["label"].unique())
    is_held_out = pd.Series(range(len(table)), index=table.index) % HELD_OUT_EVERY == HELD_OUT_EVERY - 1
    tokenizer = byte_tokenizer(longest=TEXT["max_position_embeddings"])
    network = _network(len(tokenizer))
    state = out.with_name(f".{out.name}.training_state.pt")
    _fit(job, network, tokenizer, names, FrameStore(stores), table[~is_held_out], state)
    model, _ = clip.frames_model(network.cpu().eval(), tokenizer, names, prompt=PROMPT)
    job.description["held_out"] = _held_out(model, FrameStore(stores), table[is_held_out], names)
    storage.write_json(job.description, record)
    with storage.atomic(out) as temporary:
        network.save_pretrained(temporary)
        write_vocabulary(tokenizer, temporary)
        size = {"height": INPUTS["size_px"], "width": INPUTS["size_px"]}
        transformers.CLIPImageProcessor(size=size, crop_size=size).save_pretrained(temporary)
    training.finish(state)


def _network(vocabulary: int) -> transformers.CLIPModel:
    ends = {"bos_token_id": vocabulary - 2, "eos_token_id": vocabulary - 1, "pad_token_id": vocabulary - 1}
    text = {**TEXT, **ends, "vocab_size": vocabulary, "projection_dim": DIMENSIONS}
    vision = {**VISION, "projection_dim": DIMENSIONS}
    return transformers.CLIPModel(
        transformers.CLIPConfig(text_config=text, vision_config=vision, projection_dim=DIMENSIONS)
    )


def _fit(
    job: experiment.Run,
    network: transformers.CLIPModel,
    tokenizer: transformers.CLIPTokenizer,
    names: list[str],
    store: FrameStore,
    table: pd.DataFrame,
    state: Path,
) -> None:
    device = training.choose_device(job.settings.device)
    captions = clip.tokens(tokenizer, names, prompt=PROMPT, network=network)
    captions = {name: value.to(device) for name, value in captions.items()}
    mean, deviation = (torch.tensor(values, device=device).view(3, 1, 1) for values in (clip.MEAN, clip.DEVIATION))

    def losses(batch: dict[str, Batch], progress: float) -> dict[str, torch.Tensor]:
        images = (batch["images"].inputs - mean) / deviation
        images = network.visual_projection(network.vision_model(pixel_values=images).pooler_output)
        texts = clip.text_embeddings(network, captions)[batch["images"].labels]
        scale = network.logit_scale.clamp(max=HOTTEST).exp()
        return {"image_text": image_text_contrastive(images, texts, batch["images"].labels, scale=scale)}

    labels = [names.index(name) for name in table["label"]]
    stream = {"images": Stream(batches.frames_of(store, table, INPUTS, labels=labels), job.settings.batch_size)}
    description = {name: value for name, value in job.description.items() if name != "arguments"}
    decisive = {name: value for name, value in job.description["arguments"].items() if name != "workers"}
    training.fit(
        network,
        losses,
        stream,
        training.make_optimiser([], list(network.parameters()), job.settings),
        job.settings,
        seed=job.seed,
        log=job.log,
        state=state,
        fingerprint=provenance.fingerprint({**description, "arguments": decisive}, job.inputs),
    )
    with torch.no_grad():
        network.logit_scale.clamp_(max=HOTTEST)


@torch.inference_mode()
def _held_out(model: clip.ClipFrames, store: FrameStore, table: pd.DataFrame, names: list[str]) -> dict:
    right = 0
    for key, label in zip(batches.keys(table), table["label"], strict=True):
        frames = torch.from_numpy(store.frames(key, [0])).permute(0, 3, 1, 2)
        logits = model(batches.as_input(frames, torch.device("cpu"))[None])
        right += names[int(logits.argmax())] == label
    return {"images": len(table), "accuracy": round(right / max(len(table), 1), 6), "classes": len(names)}


if __name__ == "__main__":
    cli.entry(run)
