import torch
import transformers

from i2v_core.models import clip, clip_stand_in

NAMES = ["bowing", "cartwheeling", "dribbling", "golfing"]


def test_letters_and_places_start_large():
    torch.manual_seed(0)
    tables = clip_stand_in.make()[0].text_model.embeddings
    for table in (tables.token_embedding, tables.position_embedding):
        # 77 x 64 numbers or more: the deviation is known to 0.3 / sqrt(2 x 4928) = 0.003
        assert abs(table.weight.std().item() - 0.3) < 0.01


def test_captions_of_classes_have_embeddings_of_their_own():
    torch.manual_seed(0)
    network, tokenizer = clip_stand_in.make()
    model, _ = clip.frames_model(network, tokenizer, NAMES, prompt="a photo of a person {}")
    cosines = (model.text @ model.text.T)[~torch.eye(4, dtype=torch.bool)]
    assert cosines.max() < 0.9


def test_end_is_where_the_text_tower_reads():
    network, tokenizer = clip_stand_in.make()
    config = network.config.text_config
    assert (config.eos_token_id, config.bos_token_id) == (tokenizer.eos_token_id, tokenizer.bos_token_id) == (513, 512)
    assert config.vocab_size == len(tokenizer)


def test_the_folder_gives_the_same_network(tmp_path):
    network, tokenizer = clip_stand_in.make()
    clip_stand_in.save(network, tokenizer, tmp_path)
    state = transformers.CLIPModel.from_pretrained(tmp_path, local_files_only=True).state_dict()
    assert all(torch.equal(value, state[name]) for name, value in network.state_dict().items())
