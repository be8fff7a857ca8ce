"""One core, no network: a test that reaches out fails at once. Side by side, the tests of a file stay together."""

import socket
from pathlib import Path

import pytest
import torch

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
    """Groups for `--dist loadgroup`: one a file, since files share what they make; one for all of the workflow."""
    for item in items:
        is_workflow = Path(item.path).parent.name == "workflow"
        item.add_marker(pytest.mark.xdist_group("workflow" if is_workflow else item.path.as_posix()))
