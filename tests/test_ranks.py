"""Several processes that work on one batch: gradients and statistics of one process, one set of files."""

import os
import socket
from pathlib import Path

import pytest
import torch
from torch import multiprocessing, nn

from i2v_core import ranks, storage
from i2v_core.methods.stcda import network
from i2v_core.models.i3d import I3D
from i2v_core.models.video import VideoModel


class Net(nn.Module):
    """Convolutions with batch normalisation, which the ranks share, and a head with dropout, which they do not."""

    def __init__(self, *, dropout: float = 0.0) -> None:
        super().__init__()
        self.backbone = nn.Sequential(
            nn.Conv2d(2, 3, 2), nn.BatchNorm2d(3), nn.ReLU(), nn.Flatten(), nn.Dropout(dropout), nn.Linear(12, 4)
        )
        self.head = nn.Sequential(nn.BatchNorm1d(4, momentum=None), nn.Dropout(0.5), nn.Linear(4, 2))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(ranks.share(self.backbone, x))


def nets() -> dict[str, tuple[nn.Module, tuple[int, ...]]]:
    """Networks, and the shape of a row of their input."""
    return {
        "small": (Net(), (2, 3, 3)),
        "i3d": (VideoModel(classes=2, width=0.05, feature_dim=4), (4, 3, 32, 32)),
        "stcda": (stcda(clips_at_once=0), (2, 4, 3, 32, 32)),
        "stcda-in-parts": (stcda(clips_at_once=6), (2, 4, 3, 32, 32)),
    }


def stcda(**options: int) -> nn.Module:
    encoder = I3D(classes=None, width=0.05, normalisation="none")
    return network.on_clips({"rgb": encoder}, {"rgb": 3}, classes=2, dim=4, segments=2, **options)


def worked(net: nn.Module, shape: tuple[int, ...]) -> dict[str, torch.Tensor]:
    """Gradients and buffers after two passes and a loss that compares all rows with all."""
    torch.manual_seed(1)
    x = torch.randn(7, *shape, dtype=torch.float64)
    net.double().train()
    first, second = net(x), net(3 * x[:5] + 1)
    loss = (first @ first.T).square().sum() + (first @ second.T).exp().mean()
    loss.backward()
    ranks.average(list(net.parameters()))
    return {"loss": loss.detach(), **{name: p.grad for name, p in net.named_parameters()}, **dict(net.named_buffers())}


def work(number: int, count: int, port: int, folder: Path) -> None:
    names = {"RANK": number, "LOCAL_RANK": number, "WORLD_SIZE": count, "MASTER_PORT": port, "MASTER_ADDR": "localhost"}
    os.environ |= {name: str(value) for name, value in names.items()}
    ranks.join(torch.device("cpu"))
    torch.manual_seed(number)
    for name, (net, shape) in nets().items():
        ranks.synchronise(net)  # to the weights of the first
        torch.save(worked(net, shape), folder / f"{name}{number}.pt")
    try:
        ranks.share(Net(dropout=0.5).backbone.float().train(), torch.rand(7, 2, 3, 3))
    except ValueError as error:
        (folder / f"{number}.txt").write_text(str(error))
    storage.write_json(number, folder / "written.json")
    ranks.wait()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """What each of three processes found, as files."""
    made = tmp_path_factory.mktemp("ranks")
    with socket.socket() as one:
        one.bind(("localhost", 0))
        port = one.getsockname()[1]
    multiprocessing.spawn(work, (3, port, made), nprocs=3)
    return made


def test_shared_rows_give_gradients_and_statistics_of_one_process(folder):
    torch.manual_seed(0)
    for kind, (net, shape) in nets().items():
        wanted, paths = worked(net, shape), sorted(folder.glob(f"{kind}[0-9].pt"))
        assert len(paths) == 3
        for path in paths:
            found = torch.load(path, weights_only=True)
            assert found.keys() == wanted.keys()
            for name, value in wanted.items():
                torch.testing.assert_close(found[name], value, rtol=1e-8, atol=1e-8, msg=name)  # of float64


def test_random_numbers_in_what_is_shared_are_refused(folder):
    assert "random numbers (dropout, drop path) drawn in the backbone" in (folder / "1.txt").read_text()


def test_the_first_alone_keeps_files(folder):
    assert storage.read_json(folder / "written.json") == 0
    assert not list(folder.glob(".*"))


@pytest.mark.parametrize("count", [1, 2, 3, 8])
def test_every_row_is_of_one_rank_and_few_rows_are_of_all(monkeypatch, count):
    for total in range(20):
        parts = []
        for number in range(count):
            monkeypatch.setattr(ranks, "_place", ranks._Place(number, count))
            parts.append(list(range(total))[ranks.rows(total)])
        if total < count:
            assert parts == [list(range(total))] * count
        else:
            assert [row for part in parts for row in part] == list(range(total))
            assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_batch_normalisation_of_another_kind_is_refused(monkeypatch):
    class Other(nn.BatchNorm2d):
        pass

    monkeypatch.setattr(ranks, "_place", ranks._Place(0, 2))
    with pytest.raises(ValueError, match="Other found in the network, torch's BatchNorm1d, 2d or 3d wanted"):
        ranks.synchronise(nn.Sequential(Other(2)))
