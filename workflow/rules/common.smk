"""What the rules share: checked parameters, settings as text for the command line, digests of the code, stale locks."""

import atexit
import contextlib
import fcntl
import json
import os
import shlex
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

from snakemake.exceptions import WorkflowError

ROOT = Path(workflow.basedir)
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from i2v_core import params as i2v_params
from i2v_core.methods.divafn import runs as divafn_runs
from i2v_core.params import cfb as cfb_params
from i2v_core.params import checking
from i2v_core.params import divafn as divafn_params
from i2v_core import checksums, provenance, stage_server
from i2v_core.stage import ADDRESS as STAGE_SERVER_ADDRESS

try:
    checking.check(config, ROOT / "workflow/schemas/params.yaml")
    checksums.check(config, Path(".snakemake/checksums.json"))
except ValueError as error:
    raise WorkflowError(str(error))

# Each tensor operation frees memory that the next one wants. glibc is to keep it, in large pages: a training job on a
# CPU then takes about a twentieth less time.
os.environ.setdefault(
    "GLIBC_TUNABLES",
    ":".join(
        f"glibc.malloc.{name}={value}"
        for name, value in {"hugetlb": 1, "mmap_threshold": 2**32, "trim_threshold": 2**32}.items()
    ),
)

COMPUTE = config["compute"]
# A job takes the GPU only where there is one; on a CPU several train side by side.
GPU = int(
    COMPUTE["device"] == "cuda" or (COMPUTE["device"] == "auto" and shutil.which("nvidia-smi") is not None)
)
# Processes that train a network together; each takes a GPU and the threads of one. On stored features is little to share.
PROCESSES = COMPUTE["processes"]
STCDA_PROCESSES = PROCESSES if config["stcda"]["train_backbone"] else 1
# A cluster gives a job no core that it did not ask for; on this machine processes that load samples find theirs.
CPUS = COMPUTE["threads"] + COMPUTE["workers"]
# For what nothing runs beside. Only of this machine: on a cluster the profile asks for a node.
ALL_CORES = (workflow.resource_settings.cores if workflow.is_main_process else None) or 1
SPLIT = "data/derived/benchmarks/{benchmark}/split{split}"
RUN = "results/{benchmark}/split{split}/seed{seed}"

# Folders below a run: models that one rule predicts with, rows that fuse the branches of CFB.
MODELS = r"source-only|supervised-target|dan|jan|cycda/cycle[1-9]\d*/stage[1-4]"
VIDEO_ROWS = r"clips/[a-z0-9_-]+|stcda/stage[123]/stcda[a-z0-9_=.+]*"
ROWS = r"[a-z0-9-]+(\+[a-z0-9_=.]+)*"


wildcard_constraints:
    dataset="[A-Za-z0-9-]+",
    benchmark="[A-Za-z0-9-]+",
    layout="[a-z0-9_]+",
    split=r"[123]",
    seed=r"\d+",
    shard=r"\d+",
    cycle=r"[1-9]\d*",
    subset="train|test",
    model=MODELS,
    row=ROWS,
    branch=r"[a-z0-9_=.+]+",
    store=r"[A-Za-z0-9-]+(/synthetic/[a-z_]+)?",
    preset="[a-z_]+",
    video="idt|c3d|i3d",
    share=r"\d+",
    family="|".join(divafn_runs.FAMILIES),


def release_stale_lock():
    """Removes the locks of a snakemake that was killed, so that the same command goes on; a living one keeps them.

    Every snakemake shares one file lock, which the kernel drops with its process: whoever gets it alone knows that no
    other owner of snakemake's locks is alive. File systems without such locks leave it to `snakemake --unlock`.
    """
    folder = Path(".snakemake")
    folder.mkdir(exist_ok=True)
    handle = open(folder / "owner.lock", "w")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder / "locks", ignore_errors=True)
    except OSError:
        pass
    with contextlib.suppress(OSError):
        fcntl.flock(handle, fcntl.LOCK_SH)
    return handle


# The snakemake that each job of a cluster starts takes no lock.
OWNER = release_stale_lock() if workflow.is_main_process else None
STAGE_SERVER = contextlib.ExitStack()
atexit.register(STAGE_SERVER.close)


def lift_rate_limit():
    """Takes away snakemake's default limit of jobs a second, not one that the user sets.

    With any limit each finished job leaves a timer that wakes the scheduler every second to the end of the run: after
    500 jobs it is busy with nothing else. There is no option for no limit.
    """
    limit = workflow.scheduling_settings.max_jobs_per_timespan
    if (limit.max_jobs, limit.timespan) == (100, 1):
        workflow.scheduler.job_rate_limiter = None


def prepare_cluster():
    """Refuses limits of one machine for a cluster, and names no server of stages to jobs: they run elsewhere."""
    if workflow.resource_settings.cores is not None:
        raise WorkflowError(
            f"{workflow.resource_settings.cores} cores found for all jobs of the cluster together, no such limit wanted; "
            "name the cluster's profile by --workflow-profile, not --profile, and bound it by --jobs, not --cores"
        )
    os.environ.pop(STAGE_SERVER_ADDRESS, None)


onstart:
    lift_rate_limit()
    if workflow.local_exec:
        STAGE_SERVER.enter_context(stage_server.start())
    else:
        prepare_cluster()


def as_json(value):
    """A value as one word of a command line, after {...:q}."""
    return json.dumps(value)


def as_settings(values):
    """Settings as such a word. Sorted: another order of keys in params.yaml, or by an overlay, makes nothing anew."""
    return json.dumps(values, sort_keys=True)


def as_word(value):
    """A text as one word of a command line, which {...:q} does not make of an empty one."""
    return shlex.quote(str(value))


def code(stage, *modules):
    """The digest that makes a rule run again when a module of i2v_core changes that its stage uses."""
    return provenance.code_digest(f"stages.{stage}", *modules)


def dataset(wildcards):
    """The dataset's section of params.yaml."""
    if wildcards.dataset not in config["datasets"]:
        raise WorkflowError(
            f"dataset {wildcards.dataset!r} found, one of {sorted(config['datasets'])} wanted"
        )
    return config["datasets"][wildcards.dataset]


def short_side_of(name):
    """The short side in px of a dataset's stored frames: its own, or that of all."""
    return config["datasets"][name].get("short_side_px", config["frames"]["short_side_px"])


def benchmark_section(wildcards):
    """The benchmark's section of params.yaml."""
    if wildcards.benchmark not in config["benchmarks"]:
        raise WorkflowError(
            f"benchmark {wildcards.benchmark!r} found, one of {sorted(config['benchmarks'])} wanted"
        )
    return config["benchmarks"][wildcards.benchmark]


def class_maps(wildcards):
    """The names of a benchmark's class maps, one or more."""
    named = benchmark_section(wildcards)["class_map"]
    return [named] if isinstance(named, str) else named


def shards(name):
    """All frame stores of a dataset."""
    return [f"data/derived/{name}/frames/shard{k}.h5" for k in range(config["datasets"][name]["shards"])]


def source_stores(wildcards):
    """The frame stores of all source datasets of a benchmark."""
    return [path for name in benchmark_section(wildcards)["source"] for path in shards(name)]


def target_stores(wildcards):
    """The frame stores of a benchmark's target dataset."""
    return shards(benchmark_section(wildcards)["target"])


def source_settings(wildcards):
    """What training sees of labelled videos in a benchmark's source."""
    return i2v_params.source_settings(config, wildcards.benchmark)


def depth_model(wildcards):
    """The depth network's file: our stand-in's or the user's; none where transformers gets it by folder or hub id."""
    section = config["depth"]
    if section["backend"] == "dpt":
        return []
    return ["data/derived/pretrained/depth.pt" if section["model"] == "pretrained" else section["model"]]


def weights(kind):
    """Input function: the file of initial weights of the image or the video model, if it is a file."""

    def function(wildcards):
        name = i2v_params.part(config, wildcards.benchmark, f"{kind}_model")["weights"]
        if name == "pretrained":
            return [f"data/derived/pretrained/{kind}.pt"]
        if name in ("", "timm"):
            return []
        return weights_file(name, f"{kind}_model.weights")

    return function


def weights_file(name, key):
    """A file of weights that a key of params.yaml names, if it is there."""
    if not Path(name).is_file():
        raise WorkflowError(
            f"{key}: {name!r} found, no such file; put the weights there (see README, Real data) "
            "or set weights to another file, or to nothing for random ones"
        )
    return [name]


def weights_argument(kind):
    """Params function: what the stage's --weights gets, a file or `timm` or an empty word."""

    def function(wildcards, input):
        files = input.get("weights", [])
        name = i2v_params.part(config, wildcards.benchmark, f"{kind}_model")["weights"]
        return as_word(files or ("timm" if name == "timm" else ""))

    return function


def pretraining_data(wildcards):
    """The dataset that a stand-in for public weights is trained on."""
    return config["pretraining"]["images" if wildcards.kind == "image" else "videos"]


def pretraining_stores(wildcards):
    """Its frame stores, or the flow of its videos."""
    stores = shards(pretraining_data(wildcards))
    return flows(stores) if wildcards.kind == "flow" else stores


def listing_of_raw(wildcards):
    """The mini world's listing where the dataset is made by us; real data sets are there or not."""
    section = dataset(wildcards)
    return [f"{section['root']}.csv"] if section["mini_world"] else []


def state_of_raw(wildcards):
    """A digest of a real dataset's files (names, sizes, times): added, removed or mended files are read again."""
    section = dataset(wildcards)
    return "" if section["mini_world"] else provenance.files_digest(Path(section["root"]))


def cycda(wildcards):
    """CycDA's section of params.yaml for a benchmark."""
    return i2v_params.part(config, wildcards.benchmark, "cycda")


def temporal_before(wildcards):
    """The folder of the video model that labels videos for a cycle's stage 3: the cycle before, or stage 2."""
    cycle = int(wildcards.cycle)
    return f"{RUN}/cycda/" + ("cycle1/stage2" if cycle == 1 else f"cycle{cycle - 1}/stage4")


def spatial_before(wildcards):
    """The folder of the image model trained before a cycle's stage 3."""
    cycle = int(wildcards.cycle)
    return f"{RUN}/cycda/" + ("cycle1/stage1" if cycle == 1 else f"cycle{cycle - 1}/stage3")


def restart_or_continue(kind, folder_before):
    """Input function: initial weights, or with `init: previous_stage` the model trained before of the same kind."""
    initial = weights(kind)

    def function(wildcards):
        if i2v_params.switches(config, wildcards.benchmark)["init"] == "pretrained":
            return initial(wildcards)
        return [f"{folder_before(wildcards)}/model.pt".format(**wildcards)]

    return function


def p_of(wildcards):
    """CycDA's share of videos that keep a pseudo label from the image model, for stage 2 or stage 4."""
    return cycda(wildcards)["p_stage2" if wildcards.stage == "1" else "p_stage4"]


def predict_stage(wildcards):
    """Stages 2 and 4 and the upper bound are video models, all others look at frames."""
    is_video = wildcards.model == "supervised-target" or wildcards.model[-1] in "24"
    return "predict_videos" if is_video else "predict_frames"
