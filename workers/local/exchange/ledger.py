"""The ledger of truth: every trade message as it was matched, whatever became of it on the way."""

from typing import Any

from workers.local.exchange.block import Placeholders
from workers.local.exchange.rest import Exchange
from workers.local.exchange.rows import order_rows, trade_rows
from workers.local.exchange.tape import Tape, newest_orders, newest_trades, orders_from_id, trades_from_id

MOST_ROWS = 100_000
NUMBERED = ("aggTrade", "trade")  # kinds that have a newest id
KINDS = (*NUMBERED, "placeholder")

Row = list[Any]  # id, price, quantity, T in ms, buyer is maker, first trade id, last trade id


def ledger(exchange: Exchange, symbol: str, kind: str, first: int, last: int) -> dict[str, Any]:
    """The messages with first <= id <= last that were matched by now; `more` when there are too many."""
    tape, now = exchange.tapes[symbol], exchange.clock.now()
    rows = LISTED[kind](tape, first, now)
    within = [row for row in rows if row[0] <= last]
    return {"symbol": symbol, "kind": kind, "rows": within, "more": len(rows) >= MOST_ROWS == len(within)}


def newest_ids(exchange: Exchange, kind: str) -> dict[str, int]:
    """The newest id of every symbol; symbols without any are missing."""
    now, newest = exchange.clock.now(), {}
    for symbol, tape in exchange.tapes.items():
        found = newest_orders(tape, 1, now) if kind == "aggTrade" else newest_trades(tape, 1, now)
        for block, _, high in found:
            ids = block.ids if kind == "aggTrade" else block.single_trades.ids
            newest[symbol] = int(ids[high - 1])
    return newest


def _orders(tape: Tape, first: int, now: int) -> list[Row]:
    return [
        [row["a"], row["p"], row["q"], row["T"], row["m"], row["f"], row["l"]]
        for block, low, high in orders_from_id(tape, first, MOST_ROWS, now)
        for row in order_rows(tape.symbol, block, low, high, 1000, True)
    ]


def _trades(tape: Tape, first: int, now: int) -> list[Row]:
    return [
        [row["id"], row["price"], row["qty"], row["time"], row["isBuyerMaker"], row["id"], row["id"]]
        for block, low, high in trades_from_id(tape, first, MOST_ROWS, now)
        for row in trade_rows(tape.symbol, block, low, high, 1000, True)
    ]


def _placeholders(tape: Tape, first: int, now: int) -> list[Row]:
    """Messages of futures that took an id and were no trades."""
    rows: list[Row] = []
    for number in range(tape.number_of_order(first), tape.last_number() + 1):
        block = tape.block(number)
        if block.first_us > now:
            break
        rows += _placeholder_rows(tape, block.placeholders, first, now) if block.placeholders else []
    return rows


def _placeholder_rows(tape: Tape, found: Placeholders, first: int, now: int) -> list[Row]:
    symbol = tape.symbol
    columns = zip(
        found.ids.tolist(),
        symbol.price_texts(found.prices),
        symbol.quantity_texts(found.quantities),
        (found.times // 1000).tolist(),
        found.trade_ids.tolist(),
        strict=True,
    )
    return [
        [order, price, quantity, time, False, trade, trade]
        for order, price, quantity, time, trade in columns
        if order >= first and time <= now // 1000
    ]


LISTED = {"aggTrade": _orders, "trade": _trades, "placeholder": _placeholders}
