"""What the rules on video sources are made of: clip features of a benchmark's views, stages of STCDA."""

from i2v_core.methods.stcda import runs as stcda_runs
from i2v_core.params import video as video_params


def clip_features(wildcards, views):
    """Stores of clip features of a benchmark's source and target videos, of some views."""
    folder = f"clip_features/{config['clip_features']['backbone']}-"
    stores = source_stores(wildcards) + target_stores(wildcards)
    return [beside(path, f"{folder}{view}") for view in views for path in stores]


def clip_media(wildcards):
    """The shard of frames, or of flow, that clip features are taken of."""
    folder = "frames" if wildcards.view == "rgb" else "flow"
    return f"data/derived/{wildcards.dataset}/{folder}/shard{wildcards.shard}.h5"


def clip_weights(wildcards):
    """The file of the frozen backbone's weights for a view; none for random ones."""
    return backbone_weights(wildcards.view)


def backbone_weights(view):
    """The file of a backbone's weights; none for random ones."""
    name = config["clip_features"]["weights"][view]
    stand_in = {"rgb": "video", "flow": "flow"}[view]
    return [f"data/derived/pretrained/{stand_in}.pt"] if name == "pretrained" else [name] if name else []


def baseline_features(wildcards):
    """Clip features of the views that a row of the clip baselines sees."""
    return clip_features(wildcards, video_params.baseline_row(wildcards.row)[1])


def stcda_media(wildcards):
    """What a row of STCDA sees, by option of its stage: clip features or, where the backbone is trained, the clips."""
    views = video_params.stcda_views(wildcards.row)
    if not config["stcda"]["train_backbone"]:
        return {"stores": clip_features(wildcards, views)}
    frames = source_stores(wildcards) + target_stores(wildcards)
    found = {"frames": frames} if "rgb" in views else {}
    return {**found, "flows": flows(frames)} if "flow" in views else found


def stcda_inputs(wildcards):
    """What a stage of STCDA reads besides tables: its media, and the model before or, to begin with, backbones."""
    before = stcda_before(wildcards)
    if before:
        return {**stcda_media(wildcards), "before": before}
    views = video_params.stcda_views(wildcards.row) if config["stcda"]["train_backbone"] else []
    return {
        **stcda_media(wildcards),
        "backbones": [path for view in views for path in backbone_weights(view)],
    }


def stcda_before(wildcards):
    """The model of the stage before; nothing for the first stage of a row."""
    stage = int(wildcards.stage)
    name = stcda_runs.before(wildcards.row, stage)
    return [f"{RUN}/stcda/stage{stage - 1}/{name}/model.pt".format(**wildcards)] if name else []


def media_options(input):
    """The options by which a stage gets what `stcda_inputs` or `stcda_media` lists."""
    names = ("stores", "frames", "flows", "backbones", "before")
    return " ".join(f"--{name} {input[name]}" for name in names if input.get(name))
