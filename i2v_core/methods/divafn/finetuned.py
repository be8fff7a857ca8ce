"""The baseline "finetuned" of DIVAFN (section IV.C): the image network trained to classify keyframes."""

import math

import numpy as np
import torch
from torch.nn import functional

from i2v_core.methods.divafn.alternation import Inputs, batches, make_optimiser
from i2v_core.methods.divafn.networks import FeatureNet
from i2v_core.methods.divafn.objective import Settings


def finetune(net: FeatureNet, keyframes: Inputs, labels: np.ndarray, settings: Settings, *, seed: int) -> list[float]:
    """Trains `net`, whose fc8 has an output per class, with cross entropy in place -> mean loss of each pass.

    Its fc8 outputs on keyframes (`alternation.outputs`) are then the features of the SVM.
    Choice: the paper says that a model is finetuned from an ImageNet network, and no loss, rate or time; here cross
    entropy on the training videos' keyframes with DIVAFN's optimiser, rate, batches, iterations (passes) and
    evaluation mode; of `settings` nothing else is read.
    keyframes: as for `alternation.train`; labels (n,) below the outputs of fc8.
    Raises ValueError if the numbers do not fit and if the loss stops being finite.
    """
    classes = net.fc8.out_features
    labels = torch.as_tensor(labels)
    if len(keyframes) != len(labels) or not (labels.min() >= 0 and labels.max() < classes):
        raise ValueError(
            f"labels: {len(labels)} of {labels.min()} to {labels.max()} found for {len(keyframes)} keyframes, "
            f"as many of 0 to {classes - 1} wanted"
        )
    optimiser = make_optimiser(net, settings)
    net.eval()
    losses = []
    for iteration in range(settings.iterations):
        total = 0.0
        for index in batches(len(keyframes), settings.batch_size, "finetuned", iteration, seed=seed):
            logits = net(keyframes[index].to(net.fc8.weight.device))
            loss = functional.cross_entropy(logits, labels[index].to(logits.device))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total += loss.item() * len(index)
        if not math.isfinite(total):
            raise ValueError(f"loss: {total} found in pass {iteration + 1}, a finite number wanted; lower lr")
        losses.append(total / len(keyframes))
    return losses
