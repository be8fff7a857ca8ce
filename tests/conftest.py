"""One core, no network: a test that reaches out fails at once."""

import socket

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
