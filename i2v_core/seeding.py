"""Randomness by name: each consumer of chance derives its own seed, so a new one never shifts the others."""

import hashlib

import numpy as np


def derive(seed: int, *names: object) -> int:
    """A 63-bit seed that depends on `seed` and on every name, and on nothing else (no process, no platform).

    `derive(0, "loader", 3)` and `derive(0, "loader", 4)` are independent streams.
    """
    text = "\x1f".join([str(int(seed)), *(f"{type(name).__name__}:{name}" for name in names)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little") >> 1


def generator(seed: int, *names: object) -> np.random.Generator:
    """A NumPy generator on the stream `derive(seed, *names)`."""
    return np.random.Generator(np.random.PCG64(derive(seed, *names)))
