"""How many taker orders and trades happened before a moment: known in closed form, so any id finds its block.

Activity has a daily rhythm. The count before a block is the integral of the rhythm plus a bounded
disturbance of its own, so blocks are uneven and yet the ids of each are known without the others.
"""

from dataclasses import dataclass
from math import cos, pi, sin

from workers.local.exchange.market.noise import uniform

FIRST_SECOND = 1_577_836_800  # 2020-01-01: trading began, ids count from 1
EXTRA_TRADES = 0.5  # trades beyond the first, per taker order on average
BLOCK_SECONDS = (3600, 1800, 600, 300, 60, 30, 10, 5, 1)
BLOCK_ORDERS = 9_000  # at most about so many taker orders in a block

_DAY = 86_400.0
_SWINGS = ((0.35, 1, 15.5 / 24), (0.12, 2, 2.0 / 24))  # size, times a day, moment of the peak
_DISTURBANCE = 0.5 * (1 - sum(size for size, _, _ in _SWINGS)) * 0.9  # keeps counts from falling


@dataclass(frozen=True, slots=True)
class Burst:
    """For a while there is so many times the usual activity."""

    begins: float  # seconds since 1970
    seconds: float
    times: float

    def more(self, moment: float) -> float:
        """Seconds of usual activity that it has added by a moment (seconds since 1970)."""
        return (self.times - 1) * min(max(moment - self.begins, 0.0), self.seconds)


class Activity:
    """Counts of one symbol at `orders_per_second` taker orders on average."""

    def __init__(self, seed: int, symbol: str, orders_per_second: float, burst: Burst | None = None) -> None:
        self._seed = seed
        self._symbol = symbol
        self._rate = orders_per_second
        self._burst = burst
        most = orders_per_second * (burst.times if burst else 1)
        fitting = (length for length in BLOCK_SECONDS if length * most <= BLOCK_ORDERS)
        self.block_seconds = next(fitting, BLOCK_SECONDS[-1])
        self.first_block = FIRST_SECOND // self.block_seconds

    def orders_before(self, block: int) -> int:
        """Taker orders executed before a block began; the first of the block has this number plus one."""
        if block <= self.first_block:
            return 0
        expected = self._expected(block * self.block_seconds - FIRST_SECOND)
        uneven = (2 * uniform(self._seed, "activity", self._symbol, block) - 1) * _DISTURBANCE
        return max(0, int(expected + uneven * self._rate * self.block_seconds))

    def trades_before(self, block: int) -> int:
        """Trades executed before a block began."""
        orders = self.orders_before(block)
        return orders + int(orders * EXTRA_TRADES)

    def relative(self, second: float) -> float:
        """Activity at a moment, 1 on average."""
        return 1 + sum(size * cos(_angle(times, peak, second)) for size, times, peak in _SWINGS)

    def _expected(self, seconds: float) -> float:
        waves = sum(size * _wave(times, peak, seconds) for size, times, peak in _SWINGS)
        more = self._burst.more(seconds + FIRST_SECOND) if self._burst else 0.0
        return self._rate * (seconds + waves + more)


def _angle(times: int, peak: float, second: float) -> float:
    return 2 * pi * times * (second / _DAY - peak)


def _wave(times: int, peak: float, seconds: float) -> float:
    """Integral of one swing since trading began (a midnight)."""
    return (sin(_angle(times, peak, seconds)) - sin(_angle(times, peak, 0.0))) * _DAY / (2 * pi * times)
