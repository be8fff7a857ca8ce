"""One core, no network: a test that reaches out fails at once. Side by side, the tests of a file stay together."""

import socket

import pytest
import torch
from xdist.scheduler import LoadScopeScheduling

WORKFLOW = "tests/workflow/"
APART = ("test_cfb.py", "test_paper.py", "test_video.py")  # files of it that make most of what they use themselves

torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    def refuse(self, address):
        if self.family != socket.AF_UNIX:
            raise OSError(f"a test tried to reach {address}; tests need no network")
        return real(self, address)

    real = socket.socket.connect
    monkeypatch.setattr(socket.socket, "connect", refuse)


def pytest_collection_modifyitems(items):
    """The workflow's tests come first: they take longest."""
    items.sort(key=lambda item: not item.nodeid.startswith(WORKFLOW))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Workers take whole files, since the tests of a file share what they make, and most of the workflow's together."""

    class Files(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return scope(nodeid)

    return Files(config, log)


def scope(nodeid: str) -> str:
    """What stays together: a file, or most of the workflow."""
    path = nodeid.partition("::")[0]
    return WORKFLOW if path.startswith(WORKFLOW) and not path.endswith(APART) else path
