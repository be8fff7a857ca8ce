import subprocess
import sys

import pytest
import torch
from torch import nn

from i2v_core import eager

# Trains an image model for a step, saves and loads the optimiser, and predicts: what a job does.
JOB = """
import sys
import torch
from i2v_core import training
from i2v_core.models.image import ImageModel

settings = training.Settings(epochs=1, batch_size=2, lr=0.1, device="cpu", optimiser={kind!r})
training.prepare(settings, 0)
model = ImageModel(classes=2, backbone_options={{"channels": [8, 8, 8, 8]}})
optimiser = training.make_optimiser(list(model.backbone.parameters()), [], settings)
model.features(torch.rand(2, 3, 32, 32)).sum().backward()
optimiser.step()
optimiser.zero_grad()
optimiser.load_state_dict(optimiser.state_dict())
print([name for name in ("torch._dynamo", "torch._inductor", "torch._dynamo.utils") if name in sys.modules])
"""


@pytest.mark.parametrize("kind", ["sgd", "adamw"])
def test_a_job_does_not_import_the_compiler(kind):
    command = [sys.executable, "-c", JOB.format(kind=kind)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("kind", "options"),
    [(torch.optim.SGD, {"momentum": 0.9, "weight_decay": 0.01}), (torch.optim.AdamW, {"betas": (0.9, 0.999)})],
)
def test_steps_are_those_of_torch_to_the_bit(kind, options):
    weights = []
    for made in (kind, eager.optimiser(kind)):
        torch.manual_seed(0)
        net = nn.Linear(4, 3)
        stepper = made([{"params": [net.weight], "lr": 0.1}, {"params": [net.bias], "lr": 0.2}], 0.1, **options)
        for _ in range(5):
            stepper.zero_grad()
            net(torch.rand(6, 4)).square().mean().backward()
            stepper.step()
        assert net.weight.requires_grad
        weights.append((net.weight.detach().clone(), stepper.state_dict()))
    assert torch.equal(weights[0][0], weights[1][0])
    assert weights[0][1]["param_groups"] == weights[1][1]["param_groups"]


def test_a_schedule_finds_its_steps():
    net = nn.Linear(2, 2)
    stepper = eager.optimiser(torch.optim.SGD)(net.parameters(), 1.0)
    schedule = torch.optim.lr_scheduler.LambdaLR(stepper, lambda step: 0.5**step)
    net(torch.rand(1, 2)).sum().backward()
    stepper.step()
    schedule.step()
    assert schedule.get_last_lr() == [0.5]


def test_kinds_are_made_once_and_stay_what_they_were():
    assert eager.optimiser(torch.optim.SGD) is eager.optimiser(torch.optim.SGD)
    assert issubclass(eager.optimiser(torch.optim.SGD), torch.optim.SGD)


@pytest.mark.slow
def test_the_compiler_is_there_for_those_who_ask_after_timm():
    code = "from i2v_core import eager; timm = eager.import_timm(); import torch._dynamo.utils as u; print(u.__file__)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert found.strip().endswith("utils.py")
