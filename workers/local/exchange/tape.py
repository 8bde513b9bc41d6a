"""A symbol's trades in blocks, and how rows are found in them by time and by id.

The synthetic market and a recording both offer a Tape; everything else asks through here.
"""

from collections.abc import Iterator
from typing import Protocol

import numpy as np

from workers.local.exchange.block import Block, RecordedQuotes, Trades
from workers.local.exchange.symbol import Symbol

Rows = tuple[Block, int, int]  # a block and the places [low, high) in it


class Tape(Protocol):
    """Blocks of one symbol, numbered without holes."""

    symbol: Symbol
    recorded_quotes: RecordedQuotes | None  # sent instead of quotes made from orders

    def first_number(self) -> int:
        """Number of the oldest block."""

    def last_number(self) -> int:
        """Number of the newest block, whether or not its time has come."""

    def block(self, number: int) -> Block:
        """One block; the same whenever it is asked for."""

    def passing_block(self, number: int) -> Block:
        """The same block for a single look: blocks in use are not given up for it."""

    def is_over(self, number: int, now: int) -> bool:
        """Whether every order of a block has happened by now (microseconds)."""

    def history_start(self, now: int) -> int:
        """Klines reach back to this moment (microseconds)."""

    def number_at(self, microsecond: int) -> int:
        """The block from which on orders at or after a moment are found."""

    def number_of_order(self, order_id: int) -> int:
        """The block from which on orders with at least this id are found."""

    def number_of_trade(self, trade_id: int) -> int:
        """The block from which on trades with at least this id are found."""


def orders_from_id(tape: Tape, order_id: int, limit: int, now: int) -> Iterator[Rows]:
    """At most `limit` orders with at least this id that have happened by now."""
    number = tape.number_of_order(order_id)
    low = int(np.searchsorted(tape.block(number).ids, order_id))
    yield from _forward(tape, number, low, limit, now)


def orders_from_time(tape: Tape, start: int, end: int, limit: int) -> Iterator[Rows]:
    """The first `limit` orders executed in [start, end], microseconds."""
    number = tape.number_at(start)
    low = int(np.searchsorted(tape.block(number).times, start))
    yield from _forward(tape, number, low, limit, end)


def newest_orders(tape: Tape, limit: int, until: int) -> list[Rows]:
    """The last `limit` orders that have happened by a moment, oldest first."""
    found: list[Rows] = []
    for number in range(min(tape.number_at(until + 1), tape.last_number()), tape.first_number() - 1, -1):
        block = tape.block(number)
        high = int(np.searchsorted(block.times, until, side="right"))
        low = max(0, high - limit)
        if high > low:
            found.append((block, low, high))
            limit -= high - low
        if limit == 0:
            break
    return found[::-1]


def _forward(tape: Tape, number: int, low: int, limit: int, until: int) -> Iterator[Rows]:
    while limit > 0 and number <= tape.last_number():
        block = tape.block(number)
        if block.first_us > until:
            return
        high = min(int(np.searchsorted(block.times, until, side="right")), low + limit)
        if high > low:
            yield block, low, high
            limit -= high - low
        number, low = number + 1, 0


def trades_from_id(tape: Tape, trade_id: int, limit: int, now: int) -> Iterator[Rows]:
    """At most `limit` trades with at least this id; the places are those of trades, not of orders."""
    number = tape.number_of_trade(trade_id)
    while limit > 0 and number <= tape.last_number():
        block = tape.block(number)
        if block.first_us > now or block.trades is None:
            return
        low = int(np.searchsorted(block.trades.ids, trade_id))
        high = min(_trades_until(block, block.trades, now), low + limit)
        if high > low:
            yield block, low, high
            limit -= high - low
        number += 1


def newest_trades(tape: Tape, limit: int, now: int) -> list[Rows]:
    """The last `limit` trades by now, oldest first; the places are those of trades."""
    rows = newest_orders(tape, limit, now)
    found: list[Rows] = []
    for block, _, high_order in reversed(rows):
        if block.trades is None or limit <= 0:
            break
        high = int(block.trades.starts[high_order])
        low = max(0, high - limit)
        found.append((block, low, high))
        limit -= high - low
    return found[::-1]


def _trades_until(block: Block, trades: Trades, now: int) -> int:
    orders = int(np.searchsorted(block.times, now, side="right"))
    return int(trades.starts[orders])
