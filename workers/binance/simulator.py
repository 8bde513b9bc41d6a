"""What a simulated exchange tells about itself, which no real one does.

    GET /simulator/planted
    {"seed": 1, "pairs": [{"y": "DOTUSDT", "x": "LINKUSDT", "beta": 0.95, "half_life_minutes": 15.0,
      "spread_deviation": 0.003, "holds_from": 1795305600000, "breaks_at": 1795380000000,
      "mends_at": 1795435200000}, ...],
     "breaks": [{"y": "DOTUSDT", ...}]}      # those of the last two days, oldest first

A recording has no seed and no pairs.
"""

from datetime import UTC, datetime
from typing import Any

from analytics.records.selftest import PlantedPair
from workers.binance.errors import ExchangeError
from workers.binance.rest import get_json

PLANTED = "/simulator/planted"


def load_planted() -> tuple[int | None, list[PlantedPair]]:
    """The seed of the synthetic market and the relations it holds; (None, []) where nothing is planted.

    A pair that breaks may come more than once: the latest break first, the coming one last.

    Raises
    ------
    ExchangeError
        A simulated exchange gives no usable answer.
    """
    told = get_json(PLANTED)
    try:
        return told["seed"], _ordered([_pair(row) for row in [*told["breaks"][::-1], *told["pairs"]]])
    except (KeyError, TypeError) as error:
        raise ExchangeError(f"{PLANTED}: not what was expected: {error!r}") from error


def _ordered(pairs: list[PlantedPair]) -> list[PlantedPair]:
    """Those that always hold first."""
    return sorted(pairs, key=lambda pair: pair.breaks_at is not None)


def _pair(row: dict[str, Any]) -> PlantedPair:  # Any: JSON
    return PlantedPair(
        row["y"],
        row["x"],
        float(row["beta"]),
        float(row["half_life_minutes"]),
        float(row["spread_deviation"]),
        holds_from=_moment(row["holds_from"]),
        breaks_at=_moment(row["breaks_at"]),
        mends_at=_moment(row["mends_at"]),
    )


def _moment(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)
