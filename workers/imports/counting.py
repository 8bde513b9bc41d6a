"""Ids for trades of files that have none: counted in order of time, for symbols nobody has ids of.

The same file gives the same ids. A later file goes on counting behind the last trade; what it
repeats is told by its time, so files without ids come in order of time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from analytics.records.market import Tick
from workers.imports.errors import ImportRefused
from workers.settings import load_settings
from workers.store.stretches import is_captured, load_stretches
from workers.store.ticks import load_first_tick, load_last_tick

FIRST_ID = 1


@dataclass(frozen=True, slots=True)
class Count:
    """Where the counting of a symbol stands."""

    last_id: int
    after: datetime | None  # trades up to then were imported before


def begin_count(symbol: str, first: datetime) -> Count:
    """Where a file without ids begins to count, whose first trade of a symbol was at a moment.

    Raises
    ------
    ImportRefused
        The symbol has ids of the exchange, or the file begins before what was imported.
    """
    stretches = load_stretches(symbol)
    has_ids = is_captured(symbol) or any(not one.counted for one in stretches)
    if has_ids or (not stretches and load_first_tick(symbol) is not None):
        raise ImportRefused(
            f"the file has no trade ids, and the database {load_settings().database} has trades of {symbol} "
            "with the ids of the exchange: which of them are the same cannot be told; replay the file "
            "instead (REPLAY=file make run)"
        )
    if not stretches:
        return Count(FIRST_ID - 1, None)
    if first < stretches[0].since - timedelta(seconds=1):
        raise ImportRefused(
            f"the file has no trade ids and begins on {first}, before the first trade of {symbol} that was "
            f"imported ({stretches[0].since}): import such files in order of time"
        )
    last = load_last_tick(symbol)
    until = stretches[-1].until + timedelta(seconds=1)
    return Count(stretches[-1].last_id, last.traded_at if last else until)


def counted(ticks: Sequence[Tick], count: Count) -> list[Tick]:
    """Trades in order of time with ids from there on; those that were imported before are left out."""
    new = sorted(
        (tick for tick in ticks if count.after is None or tick.traded_at > count.after),
        key=lambda tick: tick.traded_at,
    )
    return [
        replace(tick, id=id, first_trade_id=id, last_trade_id=id)
        for id, tick in enumerate(new, start=count.last_id + 1)
    ]


def count_of(
    symbol: str, first: datetime, last_ids: Mapping[str, int], after: Mapping[str, datetime | None]
) -> Count:
    """Where the counting of a symbol stands in a file that is being imported."""
    if symbol in last_ids:
        return Count(last_ids[symbol], after.get(symbol))
    return begin_count(symbol, first)
