"""The one training loop: named loss terms over named streams, checkpoint after each epoch, resume, log of each term."""

import contextlib
import logging
import math
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import pandas as pd
import torch
from torch import Tensor, nn

from i2v_core import batches, eager, ranks, storage
from i2v_core.batches import Batch, Stream
from i2v_core.progress import track
from i2v_core.seeding import derive

logger = logging.getLogger(__name__)

# Schedules that divide the rate by ten from these shares of all epochs on: of CFB (4.2); of STCDA (4.2), after 100 and
# 200 epochs, which are thirds of the 300 of stages 1 and 2 and quarters of the 400 of stage 3. Choice: whole epochs,
# rounded down.
STEPS = {
    "multistep": (Fraction(1, 2), Fraction(2, 3)),
    "thirds": (Fraction(1, 3), Fraction(2, 3)),
    "quarters": (Fraction(1, 4), Fraction(1, 2)),
}


@dataclass(frozen=True)
class Settings:
    """How to train, all from params.yaml. New layers learn at `lr`, the backbone at `lr * backbone_factor`.

    clip_value bounds each element of the gradient, clip_norm its norm.
    """

    epochs: int
    batch_size: int
    lr: float
    backbone_factor: float = 1.0
    optimiser: str = "sgd"
    momentum: float = 0.9
    weight_decay: float = 0.0
    clip_norm: float | None = None
    clip_value: float | None = None
    schedule: str = "constant"
    precision: str = "fp32"
    device: str = "auto"
    threads: int = 1
    workers: int = 0


def choose_device(name: str) -> torch.device:
    """`auto` is CUDA where there is one, else the CPU. Raises ValueError for a device that this machine lacks."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if name == "cuda" and not torch.cuda.is_available():
        raise ValueError("compute.device: 'cuda' found, but torch sees no GPU here; set it to auto or cpu")
    return torch.device(name)


def autocast(device: torch.device, precision: str) -> contextlib.AbstractContextManager:
    """Mixed precision with bfloat16 for `bf16`; nothing for `fp32`."""
    return torch.autocast(device.type, torch.bfloat16) if precision == "bf16" else contextlib.nullcontext()


def prepare(settings: Settings, seed: int) -> torch.device:
    """Fixes the number of threads, deterministic kernels and torch's seed (for weights made next) -> the device.

    Under torchrun the process joins the others, see `ranks`. Raises ValueError for mixed precision on a CPU: torch 2.15
    (oneDNN) reads memory that nobody wrote in the bfloat16 gradient of 3-D convolutions over two frames, on CPUs with
    AVX512-BF16.
    """
    torch.manual_seed(derive(seed, "weights"))
    device = open_device(device=settings.device, threads=settings.threads)
    if settings.precision == "bf16" and device.type == "cpu":
        raise ValueError(
            "compute.precision: 'bf16' found for a CPU, 'fp32' wanted there, as torch's gradients of 3-D convolutions "
            "in bf16 are wrong on some; set it to fp32"
        )
    ranks.join(device)
    return device


def open_device(*, device: str, threads: int) -> torch.device:
    """Fixes the number of threads (torch's and OpenCV's) and deterministic kernels -> the device."""
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # cuBLAS is deterministic only with a fixed workspace
    torch.set_num_threads(threads)
    cv2.setNumThreads(threads)
    chosen = choose_device(device)
    # On a GPU 3-D max pooling has no deterministic gradient: equal bytes are promised on a CPU alone.
    torch.set_deterministic_debug_mode("error" if chosen.type == "cpu" else "warn")
    return chosen


def make_optimiser(
    backbone: list[nn.Parameter],
    new: list[nn.Parameter],
    settings: Settings,
    *,
    undecayed: Sequence[nn.Parameter] = (),
) -> torch.optim.Optimizer:
    """SGD with momentum (the papers') or AdamW over groups of parameters; frozen ones are left out.

    undecayed: parameters that learn as new ones do, without weight decay. Raises ValueError for another name.
    """
    groups = [
        {"params": [p for p in backbone if p.requires_grad], "lr": settings.lr * settings.backbone_factor},
        {"params": [p for p in new if p.requires_grad], "lr": settings.lr},
        {"params": [p for p in undecayed if p.requires_grad], "lr": settings.lr, "weight_decay": 0.0},
    ]
    groups = [group for group in groups if group["params"]]
    if settings.optimiser == "sgd":
        return eager.optimiser(torch.optim.SGD)(
            groups, settings.lr, settings.momentum, weight_decay=settings.weight_decay
        )
    if settings.optimiser == "adamw":
        betas = (settings.momentum, 0.999)
        return eager.optimiser(torch.optim.AdamW)(groups, settings.lr, betas, weight_decay=settings.weight_decay)
    raise ValueError(f"optimiser: {settings.optimiser!r} found, 'sgd' or 'adamw' wanted; see params.yaml")


def fit(
    nets: nn.Module,
    losses: Callable[[dict[str, Batch], float], dict[str, Tensor]],
    streams: dict[str, Stream],
    optimiser: torch.optim.Optimizer,
    settings: Settings,
    *,
    seed: int,
    log: Path,
    state: Path,
    fingerprint: str,
    before_epoch: Callable[[int], None] | None = None,
) -> None:
    """Trains `nets` in place on the sum of the terms that `losses(batches by stream, progress in [0, 1])` returns.

    log: CSV of each term's mean per epoch, the total and the mean gradient norm. state: after each epoch the whole
    training state; a run with the same `fingerprint` (inputs, arguments, code) goes on from there and gives the same
    bytes as one that was never stopped; another fingerprint starts anew. The state is removed by `finish`.
    before_epoch: called with the epoch's number from 0 and the nets as they then are, to draw new samples by them; it
    must depend on nothing else, so that a resumed run repeats it.
    Raises ValueError if a term stops being finite, with its name and the step.
    """
    device = choose_device(settings.device)
    nets.to(device)
    ranks.synchronise(nets)
    steps = batches.epoch_steps(streams)
    schedule = _schedule(optimiser, settings, steps)
    first, rows = _resume(nets, optimiser, schedule, state, fingerprint)
    if rows:  # the log of a killed run may have been removed, and no epoch may be left
        storage.write_csv(pd.DataFrame(rows), log)
    for epoch in range(first, settings.epochs):
        started = time.monotonic()
        if before_epoch is not None:
            before_epoch(epoch)
        nets.train()
        torch.manual_seed(derive(seed, "epoch", epoch))
        totals: dict[str, float] = {}
        parts = batches.epoch_batches(streams, seed=seed, epoch=epoch, workers=settings.workers, device=device)
        for step, batch in enumerate(track(parts, f"epoch {epoch + 1}", steps)):
            progress = (epoch * steps + step) / (settings.epochs * steps)
            with autocast(device, settings.precision):
                terms = losses(batch, progress)
            for name, value in (_step(nets, optimiser, terms, settings, epoch, step)).items():
                totals[name] = totals.get(name, 0.0) + value
            schedule.step()
        rows.append({"epoch": epoch + 1, **{name: value / steps for name, value in totals.items()}})
        storage.write_csv(pd.DataFrame(rows), log)
        parts = {"nets": nets.state_dict(), "optimiser": optimiser.state_dict(), "schedule": schedule.state_dict()}
        storage.save_weights({"fingerprint": fingerprint, "epoch": epoch + 1, "rows": rows, **parts}, state)
        values = "  ".join(f"{name} {value:.4f}" for name, value in rows[-1].items() if name != "epoch")
        seconds = time.monotonic() - started
        logger.info("epoch %d/%d  %s  %.1f s", epoch + 1, settings.epochs, values, seconds)
    nets.eval()


def finish(state: Path) -> None:
    """Removes the training state; called after the model's file stands under its final name."""
    ranks.wait()
    state.unlink(missing_ok=True)


def _step(
    nets: nn.Module,
    optimiser: torch.optim.Optimizer,
    terms: dict[str, Tensor],
    settings: Settings,
    epoch: int,
    step: int,
) -> dict[str, float]:
    total = torch.stack([term.float() for term in terms.values()]).sum()
    values = {name: term.item() for name, term in terms.items()}
    _check_finite({f"loss term {name!r}": value for name, value in values.items()}, epoch, step)
    optimiser.zero_grad(set_to_none=True)
    total.backward()
    parameters = [p for group in optimiser.param_groups for p in group["params"]]
    ranks.average(parameters)
    norm = nn.utils.clip_grad_norm_(parameters, settings.clip_norm or math.inf).item()
    _check_finite({"the gradient's norm": norm}, epoch, step)
    if settings.clip_value is not None:
        nn.utils.clip_grad_value_(parameters, settings.clip_value)
    optimiser.step()
    return {**values, "total": total.item(), "gradient_norm": norm}


def _check_finite(values: dict[str, float], epoch: int, step: int) -> None:
    for name, value in values.items():
        if not math.isfinite(value):
            raise ValueError(
                f"{name} is {value} in epoch {epoch + 1}, step {step + 1}; a finite number wanted: "
                "lower the learning rate or set clip_norm"
            )


def _schedule(optimiser: torch.optim.Optimizer, settings: Settings, steps: int) -> torch.optim.lr_scheduler.LambdaLR:
    if settings.schedule == "constant":
        return torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: 1.0)
    if settings.schedule == "cosine":
        length = settings.epochs * steps
        return torch.optim.lr_scheduler.LambdaLR(
            optimiser, lambda step: 0.5 * (1 + math.cos(math.pi * min(step / length, 1.0)))
        )
    if settings.schedule in STEPS:
        starts = [math.floor(settings.epochs * share) for share in STEPS[settings.schedule]]
        return torch.optim.lr_scheduler.LambdaLR(
            optimiser, lambda step: 0.1 ** sum(step // steps >= start for start in starts)
        )
    raise ValueError(
        f"schedule: {settings.schedule!r} found, one of constant, cosine, {', '.join(STEPS)} wanted; see params.yaml"
    )


def _resume(
    nets: nn.Module,
    optimiser: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LambdaLR,
    state: Path,
    fingerprint: str,
) -> tuple[int, list[dict]]:
    if not state.is_file():
        return 0, []
    try:
        saved = storage.load_weights(state)
    except ValueError:
        saved = {}
    if saved.get("fingerprint") != fingerprint:
        logger.info("%s belongs to other inputs or settings: training starts anew", state)
        ranks.wait()  # until each has read it
        state.unlink(missing_ok=True)  # what goes with it is cleared before the first epoch, and must not outlive it
        return 0, []
    nets.load_state_dict(saved["nets"])
    optimiser.load_state_dict(saved["optimiser"])
    schedule.load_state_dict(saved["schedule"])
    logger.info("resumed after epoch %d", saved["epoch"])
    return saved["epoch"], saved["rows"]
