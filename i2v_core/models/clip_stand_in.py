"""A CLIP small enough for the mini world, with random weights, and its folder as transformers writes one."""

from pathlib import Path

import transformers

from i2v_core.models.clip_vocabulary import byte_tokenizer, write_vocabulary

LAYERS = {"hidden_size": 64, "intermediate_size": 256, "num_attention_heads": 4, "hidden_act": "quick_gelu"}
VISION = {**LAYERS, "num_hidden_layers": 4, "image_size": 56, "patch_size": 8}
TEXT = {**LAYERS, "num_hidden_layers": 2, "max_position_embeddings": 77}
DIMENSIONS = 64  # of the embeddings that both towers share


def make() -> tuple[transformers.CLIPModel, transformers.CLIPTokenizer]:
    """The network, 0.35 million parameters, and its tokenizer of bytes."""
    tokenizer = byte_tokenizer(longest=TEXT["max_position_embeddings"])
    end = tokenizer.eos_token_id
    ends = {"bos_token_id": tokenizer.bos_token_id, "eos_token_id": end, "pad_token_id": end}
    text = {**TEXT, **ends, "vocab_size": len(tokenizer), "projection_dim": DIMENSIONS}
    vision = {**VISION, "projection_dim": DIMENSIONS}
    config = transformers.CLIPConfig(text_config=text, vision_config=vision, projection_dim=DIMENSIONS)
    return transformers.CLIPModel(config), tokenizer


def save(network: transformers.CLIPModel, tokenizer: transformers.CLIPTokenizer, folder: Path) -> None:
    """Writes what OpenAI's folders hold: config.json, model.safetensors, tokenizer and preprocessor_config.json."""
    network.save_pretrained(folder)
    write_vocabulary(tokenizer, folder)
    side = network.config.vision_config.image_size
    size = {"height": side, "width": side}
    transformers.CLIPImageProcessor(size=size, crop_size=size).save_pretrained(folder)
