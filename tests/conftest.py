"""One core, no network: a test that reaches out fails at once. Side by side, the tests of a file stay together."""

import socket

import pytest
import torch
from xdist.scheduler import LoadScopeScheduling

WORKFLOW = "tests/workflow/"

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
    """The workflow's tests come first: they take longest and, side by side, stay on one worker."""
    items.sort(key=lambda item: scope(item.nodeid) != WORKFLOW)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Workers take whole files, since the tests of a file share what they make, and the workflow's files together."""

    class Files(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return scope(nodeid)

    return Files(config, log)


def scope(nodeid: str) -> str:
    """What stays together: a file, or all of the workflow."""
    path = nodeid.partition("::")[0]
    return WORKFLOW if path.startswith(WORKFLOW) else path
