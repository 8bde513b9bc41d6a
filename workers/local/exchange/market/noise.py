"""Randomness with an address: the same seed and place give the same numbers, whatever was asked before."""

from hashlib import blake2b

import numpy as np


def generator(seed: int, *place: int | str) -> np.random.Generator:
    """A fresh generator for one place of the market."""
    return np.random.Generator(np.random.PCG64(int.from_bytes(_digest(seed, place))))


def uniform(seed: int, *place: int | str) -> float:
    """One number in [0, 1) for one place of the market."""
    return int.from_bytes(_digest(seed, place)[:6]) / 2**48


def _digest(seed: int, place: tuple[int | str, ...]) -> bytes:
    return blake2b(repr((seed, *place)).encode(), digest_size=16).digest()
