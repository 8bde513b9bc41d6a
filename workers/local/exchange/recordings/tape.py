"""A recording as a tape: what the file holds, in blocks.

A capture of single trades yields aggTrades too: neighbours of one moment, price and side become
one order, counted from 1. A capture of aggTrades has no single trades: its trade stream is silent.
"""

from bisect import bisect_left
from itertools import pairwise

import numpy as np

from workers.local.exchange.block import Block, Integers, RecordedQuotes, Trades
from workers.local.exchange.recordings.columns import Columns
from workers.local.exchange.symbol import Symbol

BLOCK_ORDERS = 8192


class RecordedTape:
    """One symbol of a recording."""

    def __init__(self, symbol: Symbol, blocks: list[Block], quotes: RecordedQuotes | None = None) -> None:
        self.symbol = symbol
        self.recorded_quotes = quotes
        self._blocks = blocks
        self._last_times = [int(block.times[-1]) for block in blocks]
        self._last_orders = [int(block.ids[-1]) for block in blocks]
        self._last_trades = [int(block.last_ids[-1]) for block in blocks]

    def first_number(self) -> int:
        """The first block."""
        return 0

    def last_number(self) -> int:
        """The last block."""
        return len(self._blocks) - 1

    def block(self, number: int) -> Block:
        """One block."""
        return self._blocks[number]

    def passing_block(self, number: int) -> Block:
        """The same block."""
        return self._blocks[number]

    def is_over(self, number: int, now: int) -> bool:
        """Whether every order of a block has happened by now."""
        return now >= self._last_times[number]

    def history_start(self, now: int) -> int:
        """The first trade."""
        return self._blocks[0].first_us

    def number_at(self, microsecond: int) -> int:
        """The block from which on orders at or after a moment are found."""
        return self._place(self._last_times, microsecond)

    def number_of_order(self, order_id: int) -> int:
        """The block from which on orders with at least this id are found."""
        return self._place(self._last_orders, order_id)

    def number_of_trade(self, trade_id: int) -> int:
        """The block from which on trades with at least this id are found."""
        return self._place(self._last_trades, trade_id)

    def _place(self, lasts: list[int], wanted: int) -> int:
        return min(bisect_left(lasts, wanted), self.last_number())


def blocks_of(columns: Columns, single_trades: bool) -> list[Block]:
    """The blocks of a symbol's columns."""
    orders = _order_of_each(columns) if single_trades else np.arange(len(columns.ids))
    first = np.flatnonzero(np.diff(orders, prepend=-1))
    cuts = [*range(0, len(first), BLOCK_ORDERS), len(first)]
    spans = [(low, high) for low, high in pairwise(cuts)]
    ends = np.append(first[1:], len(orders))
    return [_block(columns, orders, first[low:high], ends[low:high], single_trades) for low, high in spans]


def _order_of_each(columns: Columns) -> Integers:
    """Number of each trade's order, from 0: neighbours of one moment, price and side belong together."""
    changes = np.zeros(len(columns.ids), dtype=np.bool_)
    for column, step in ((columns.times, 0), (columns.prices, 0), (columns.makers.astype(np.int64), 0)):
        changes[1:] |= np.diff(column) != step
    changes[1:] |= np.diff(columns.ids) != 1
    numbers: Integers = np.cumsum(changes)
    return numbers


def _block(columns: Columns, orders: Integers, first: Integers, ends: Integers, single_trades: bool) -> Block:
    last = ends - 1
    low, high = int(first[0]), int(ends[-1])
    times = columns.times[first]
    sent = None if columns.sent_ms is None else columns.sent_ms[last]
    trades = _trades(columns, orders, low, high) if single_trades else None
    return Block(
        first_us=int(times[0]),
        end_us=int(times[-1]) + 1,
        ids=orders[first] + 1 if single_trades else columns.ids[first],
        times=times,
        prices=columns.prices[first],
        quantities=np.add.reduceat(columns.quantities[low:high], first - low),
        makers=columns.makers[first],
        first_ids=columns.first_ids[first],
        last_ids=columns.last_ids[last],
        make_trades=lambda: trades,
        make_quotes=lambda: None,
        emitted=None if sent is None else np.maximum(np.maximum.accumulate(sent * 1000), times),
        sent_ms=sent,
    )


def _trades(columns: Columns, orders: Integers, low: int, high: int) -> Trades:
    places = orders[low:high] - orders[low]
    return Trades(
        ids=columns.ids[low:high],
        quantities=columns.quantities[low:high],
        orders=places,
        starts=np.searchsorted(places, np.arange(places[-1] + 2)),
        sent_ms=None if columns.sent_ms is None else columns.sent_ms[low:high],
    )
