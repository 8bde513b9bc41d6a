"""What sets USD-M futures apart: fills of 100 ms made one aggregate, ids that are no trades, trades left out.

Fills of one side at one price within 100 ms are one aggregate, which is sent
when they are over. Trades of the insurance fund and of auto-deleveraging take
a trade id and are in no aggregate, so `f` need not follow the `l` before it.
Now and then a message takes an aggregate's id without being a trade; REST does
not list it.
"""

from dataclasses import dataclass

import numpy as np

from workers.local.exchange.block import Flags, Integers, Placeholders

WINDOW = 100_000  # microseconds
LEFT_OUT = 0.02  # share of aggregates with several trades, one of which was left out
NO_PRICE, NO_QUANTITY = "NA", ""  # what X says; the latter kind has no X, and a quantity of 0
KINDS = (NO_PRICE, "INSURANCE_FUND", "ADL", NO_QUANTITY)


@dataclass(frozen=True, slots=True)
class Futures:
    """How far a synthetic market of futures goes in this."""

    placeholders: float  # share of the aggregates' ids that are no trades


def window_ends(times: Integers) -> Integers:
    """When the fills that an order belongs to are over.

    >>> window_ends(np.array([99_999, 100_000])).tolist()
    [100000, 200000]
    """
    ends: Integers = (times // WINDOW + 1) * WINDOW
    return ends


def moved_apart(prices: Integers, times: Integers, selling: Flags) -> Integers:
    """Prices of which no two neighbours in a window share price and side: those would be one aggregate.

    >>> moved_apart(np.array([5, 5, 5]), np.array([1, 2, 200_000]), np.zeros(3, dtype=bool)).tolist()
    [5, 6, 5]
    """
    windows = times // WINDOW
    together = np.zeros(len(prices), dtype=np.bool_)
    together[1:] = (windows[1:] == windows[:-1]) & (selling[1:] == selling[:-1])
    equal = np.zeros(len(prices), dtype=np.int64)
    equal[1:] = together[1:] & (prices[1:] == prices[:-1])
    steps = np.cumsum(equal)
    steps = steps - np.maximum.accumulate(np.where(together, 0, steps))
    apart: Integers = np.maximum(np.where(selling, prices - steps, prices + steps), 1)
    return apart


def left_out(noise: np.random.Generator, trade_counts: Integers) -> Integers:
    """How many trades of each order, the first ones, are in no aggregate: none or one."""
    chosen = (noise.random(len(trade_counts)) < LEFT_OUT) & (trade_counts > 1)
    counts: Integers = chosen.astype(np.int64)
    return counts


def not_trades(noise: np.random.Generator, count: int, share: float) -> Flags:
    """Which orders are no trades; never the last, so that each is sent with the one behind it."""
    chosen: Flags = noise.random(count) < share
    chosen[-1:] = False
    return chosen


def placeholders_of(
    noise: np.random.Generator,
    chosen: Flags,
    kept: Flags,
    ids: Integers,
    times: Integers,
    prices: Integers,
    quantities: Integers,
    last_ids: Integers,
) -> Placeholders | None:
    """The messages of the chosen orders, each before the kept order that follows it."""
    places: Integers = np.cumsum(kept, dtype=np.int64)[chosen]  # none of the chosen is kept
    sent: Flags = np.less(places, kept.sum())
    if not sent.any():
        return None
    return Placeholders(
        places=places[sent],
        ids=ids[chosen][sent],
        times=times[chosen][sent],
        prices=prices[chosen][sent],
        quantities=quantities[chosen][sent],
        trade_ids=last_ids[chosen][sent],
        kinds=[KINDS[number] for number in noise.integers(0, len(KINDS), int(sent.sum())).tolist()],
    )
