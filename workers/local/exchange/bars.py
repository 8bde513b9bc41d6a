"""Bars in columns, folded from taker orders or from shorter bars; exact whole numbers throughout."""

from dataclasses import dataclass, fields

import numpy as np

from workers.local.exchange.block import Block, Flags, Integers


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars with trades, oldest first; `starts` is ms since 1970, the other units are the symbol's."""

    starts: Integers
    opens: Integers
    highs: Integers
    lows: Integers
    closes: Integers
    volumes: Integers
    quote_volumes: Integers
    trades: Integers
    taker_volumes: Integers
    taker_quotes: Integers
    first_ids: Integers
    last_ids: Integers

    def __len__(self) -> int:
        return len(self.starts)

    def only(self, place: int) -> "Bars":
        """One of the bars."""
        return Bars(*(getattr(self, name)[place : place + 1] for name in NAMES))


NAMES = tuple(field.name for field in fields(Bars))
PRICES = ("opens", "highs", "lows", "closes")
SUMS = ("volumes", "quote_volumes", "trades", "taker_volumes", "taker_quotes")
IDS = ("first_ids", "last_ids")
NOTHING = Bars(*(np.zeros(0, dtype=np.int64) for _ in NAMES))


def bars_of(block: Block, length: int, count: int) -> Bars:
    """Bars of `length` ms from the first `count` orders of a block."""
    if count == 0:
        return NOTHING
    starts = block.times[:count] // (length * 1000) * length
    first = _first_places(starts)
    last = np.append(first[1:], count) - 1
    prices, quantities = block.prices[:count], block.quantities[:count]
    money = prices * quantities
    bought = ~block.makers[:count]
    return Bars(
        starts=starts[first],
        opens=prices[first],
        highs=np.maximum.reduceat(prices, first),
        lows=np.minimum.reduceat(prices, first),
        closes=prices[last],
        volumes=np.add.reduceat(quantities, first),
        quote_volumes=np.add.reduceat(money, first),
        trades=np.add.reduceat(block.last_ids[:count] - block.first_ids[:count] + 1, first),
        taker_volumes=np.add.reduceat(quantities * bought, first),
        taker_quotes=np.add.reduceat(money * bought, first),
        first_ids=block.first_ids[first],
        last_ids=block.last_ids[last],
    )


def joined(parts: list[Bars]) -> Bars:
    """Several stretches of bars, one after the other."""
    if len(parts) == 1:
        return parts[0]
    return (
        Bars(*(np.concatenate([getattr(part, name) for part in parts]) for name in NAMES))
        if parts
        else NOTHING
    )


def folded(bars: Bars, starts: Integers) -> Bars:
    """Bars that share a new start made into one; `starts` never falls."""
    if len(bars) == 0:
        return bars
    first = _first_places(starts)
    last = np.append(first[1:], len(bars)) - 1
    return Bars(
        starts=starts[first],
        opens=bars.opens[first],
        highs=np.maximum.reduceat(bars.highs, first),
        lows=np.minimum.reduceat(bars.lows, first),
        closes=bars.closes[last],
        volumes=_exact_sums(bars.volumes, first),
        quote_volumes=_exact_sums(bars.quote_volumes, first),
        trades=_exact_sums(bars.trades, first),
        taker_volumes=_exact_sums(bars.taker_volumes, first),
        taker_quotes=_exact_sums(bars.taker_quotes, first),
        first_ids=bars.first_ids[first],
        last_ids=bars.last_ids[last],
    )


def without_holes(bars: Bars, starts: Integers, close: Integers) -> Bars:
    """Bars at all of `starts`: where one has no trade, a flat one at the close before.

    `close` is the last price before the first start: one value, or none if there was no trade yet;
    then the bars before the first trade are left out.
    """
    if len(close) == 0:
        starts = starts[starts >= bars.starts[0]] if len(bars) else starts[:0]
        close = bars.opens[:1]
    places = np.searchsorted(bars.starts, starts, side="right") - 1
    closes = np.concatenate((close, bars.closes))[places + 1] if len(starts) else starts
    present = np.isin(starts, bars.starts, assume_unique=True)
    columns = {
        "starts": starts,
        **{name: _filled(getattr(bars, name), places, present, closes) for name in PRICES},
        **{name: _filled(getattr(bars, name), places, present, 0) for name in SUMS},
        **{name: _filled(getattr(bars, name), places, present, -1) for name in IDS},
    }
    return Bars(**columns)


def _filled(values: Integers, places: Integers, present: Flags, otherwise: Integers | int) -> Integers:
    if len(values) == 0:
        return np.zeros(len(places), dtype=np.int64) + otherwise
    filled: Integers = np.where(present, values[places], otherwise)
    return filled


def within(bars: Bars, start: int, end: int) -> Bars:
    """The bars that begin in [start, end)."""
    low, high = (int(place) for place in np.searchsorted(bars.starts, (start, end)))
    return Bars(*(getattr(bars, name)[low:high] for name in NAMES))


def _first_places(keys: Integers) -> Integers:
    changes = np.flatnonzero(keys[1:] != keys[:-1]) + 1
    return np.concatenate((np.zeros(1, dtype=np.int64), changes))


def _exact_sums(values: Integers, first: Integers) -> Integers:
    """Sums as Python integers: those of a busy month do not fit 64 bits."""
    sums: Integers = np.add.reduceat(values.astype(object), first)
    return sums
