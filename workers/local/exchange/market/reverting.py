"""A stationary Ornstein-Uhlenbeck process whose value at any second is known without its past.

The process is Markov, so between two known values the middle one has a known law:
anchors far apart are drawn first, then each half is filled in, twelve levels at a time.
With a long half-life it serves as a random walk that never leaves the realistic range.
"""

from functools import lru_cache
from math import expm1, log, sqrt

import numpy as np
from numpy.typing import NDArray

from workers.local.exchange.market.noise import generator

NODES = 2**12  # squared, in seconds, 194 days: far beyond every half-life used, so anchors are independent

Floats = NDArray[np.float64]


class RevertingPath:
    """Values with mean 0, a standard deviation, and a half-life in seconds."""

    def __init__(self, seed: int, name: str, deviation: float, half_life: float) -> None:
        self._seed = seed
        self._name = name
        self._deviation = deviation
        self._half_life = half_life
        self._coarse = lru_cache(maxsize=4)(self._compute_coarse)
        self._fine = lru_cache(maxsize=8)(self._compute_fine)

    def values(self, first: int, last: int) -> Floats:
        """The value at each second from `first` to `last`, both included."""
        pieces = []
        for number in range(first // NODES, last // NODES + 1):
            start = number * NODES
            pieces.append(self._fine(number)[max(first - start, 0) : min(last - start + 1, NODES)])
        return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)

    def _anchor(self, number: int) -> float:
        return float(self._deviation * generator(self._seed, self._name, "anchor", number).standard_normal())

    def _compute_coarse(self, number: int) -> Floats:
        noise = generator(self._seed, self._name, "coarse", number)
        return self._filled(self._anchor(number), self._anchor(number + 1), NODES, noise)

    def _compute_fine(self, number: int) -> Floats:
        coarse = self._coarse(number // NODES)
        place = number % NODES
        noise = generator(self._seed, self._name, "fine", number)
        return self._filled(float(coarse[place]), float(coarse[place + 1]), 1, noise)

    def _filled(self, left: float, right: float, spacing: int, noise: np.random.Generator) -> Floats:
        values = np.empty(NODES + 1)
        values[0], values[-1] = left, right
        step = NODES
        while step > 1:
            weight, deviation = self._middle_law(step // 2 * spacing)
            ends = values[:-1:step] + values[step::step]
            values[step // 2 :: step] = weight * ends + deviation * noise.standard_normal(len(ends))
            step //= 2
        return values

    def _middle_law(self, seconds: int) -> tuple[float, float]:
        """Weight of the two ends and spread of what lies `seconds` from either."""
        exponent = -log(2.0) * seconds / self._half_life
        remembered = expm1(exponent) + 1.0
        forgotten = -expm1(2.0 * exponent)
        return remembered / (1 + remembered**2), self._deviation * sqrt(forgotten / (1 + remembered**2))
