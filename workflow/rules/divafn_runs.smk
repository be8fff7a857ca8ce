"""What the rules of DIVAFN are made of: places of samples and jobs, vectors of a benchmark, weights of its networks."""

SAMPLE = f"{SPLIT}/samples/seed{{seed}}/share{{share}}"
DIVAFN_JOB = f"{RUN}/divafn/{{video}}-{{share}}/{{family}}"


def image_vectors(wildcards):
    """Vectors of the photos of a benchmark."""
    return [beside(path, "still_vectors") for path in source_stores(wildcards)]


def keyframe_vectors(wildcards):
    """Vectors of the key frames of a benchmark's videos."""
    return [beside(path, "keyframe_vectors") for path in target_stores(wildcards)]


def video_vectors(wildcards):
    """Vectors of a benchmark's videos; those of trajectories have a codebook of the sample's training videos."""
    if wildcards.video == "idt":
        place = {name: getattr(wildcards, name) for name in ("benchmark", "split", "seed", "share")}
        return [f"{SAMPLE}/trajectories.h5".format(**place)]
    return [beside(path, f"video_vectors/{wildcards.video}") for path in target_stores(wildcards)]


def trajectories(wildcards):
    """Descriptors of the trajectories of a benchmark's videos."""
    return [beside(path, "trajectories") for path in target_stores(wildcards)]


def chosen_keyframes(wildcards):
    """The list of key frames that vectors of key frames are taken at; photos have none."""
    if wildcards.kind == "still":
        return []
    return [f"data/derived/{wildcards.dataset}/keyframes/shard{wildcards.shard}.csv"]


def vector_weights(network):
    """The file of a network's weights; none where timm has it, or for random ones."""
    part = "stills" if network == "still" else network
    name = config["divafn"][part]["weights"]
    if name == "pretrained":
        stand_in = {"still": "image", "i3d": "video", "c3d": "c3d"}[network]
        return [f"data/derived/pretrained/{stand_in}.pt"]
    return weights_file(name, f"divafn.{part}.weights") if name not in ("", "timm") else []


def semantic_files(rows):
    """The files of class vectors that rows with these settings read."""
    sections = [row["semantics"] for row in rows]
    kinds = ("word2vec", "text", "attributes")
    return list(dict.fromkeys(section["path"] for section in sections if section["kind"] in kinds))


# Worked out once: hundreds of jobs ask for theirs.
DIVAFN_JOBS = divafn_params.rows_of_jobs(config)


def divafn_job_settings(wildcards):
    """The rows that a job runs, with their settings."""
    job = (wildcards.benchmark, wildcards.video, int(wildcards.share), wildcards.family)
    return {
        row: divafn_params.row_settings(config, wildcards.benchmark, row) for row in DIVAFN_JOBS.get(job, [])
    }


def run_time_settings(wildcards):
    """The rows that the table of run times has, with their settings."""
    rows = DIVAFN["run_time"]["methods"]
    return {row: divafn_params.row_settings(config, wildcards.benchmark, row) for row in rows}


def own_divafn_settings(wildcards):
    """The settings of DIVAFN's row on own folders."""
    return divafn_params.row_settings(config, wildcards.benchmark, "divafn")
