"""What the System page shows of the feed, from the parts of a capture."""

import time
from collections import deque
from collections.abc import Iterable, Sequence

RATE_WINDOW_SECONDS = 10.0
SAMPLES_KEPT = 32

LARGEST = ("_p50", "_p95", "_p99", "silence_seconds")  # ends of names of which, of several, the worst counts

Figures = dict[str, float | int | str | None]


class RateMeter:
    """How fast a counter grows, over about the last ten seconds."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int]] = deque(maxlen=SAMPLES_KEPT)

    def sample(self, count: int) -> None:
        """Note the counter as it is now."""
        self._samples.append((time.monotonic(), count))

    @property
    def per_second(self) -> float:
        """Growth per second; 0.0 before there are two samples."""
        now = time.monotonic()
        recent = [(at, count) for at, count in list(self._samples) if now - at <= RATE_WINDOW_SECONDS]
        if len(recent) < 2 or recent[-1][0] == recent[0][0]:
            return 0.0
        return (recent[-1][1] - recent[0][1]) / (recent[-1][0] - recent[0][0])


def percentiles_ms(seconds: Iterable[float], **shares: float) -> Figures:
    """Named percentiles in milliseconds; None without values.

    >>> percentiles_ms([0.1, 0.2, 0.3], p50=0.5)
    {'p50': 200.0}
    """
    ascending = sorted(seconds)
    if not ascending:
        return dict.fromkeys(shares)
    last = len(ascending) - 1
    return {
        name: round(1000 * ascending[min(last, int(share * len(ascending)))], 1)
        for name, share in shares.items()
    }


def together(parts: Sequence[Figures]) -> Figures:
    """The figures of several captures as those of one.

    >>> together([{"ticks_stored": 2, "silence_seconds": 0.5}, {"ticks_stored": 3, "silence_seconds": None}])
    {'ticks_stored': 5, 'silence_seconds': 0.5}
    """
    names = dict.fromkeys(name for part in parts for name in part)
    return {name: _together(name, [part.get(name) for part in parts]) for name in names}


def _together(name: str, values: Sequence[float | int | str | None]) -> float | int | None:
    numbers = [value for value in values if isinstance(value, int | float)]
    if not numbers:
        return None
    return max(numbers) if name.endswith(LARGEST) else round(sum(numbers), 1)
