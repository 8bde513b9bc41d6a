"""Trades, orders and bars as rows of REST answers. `unit` is 1000 for times in ms, 1 for microseconds."""

from typing import Any

from workers.local.exchange.bars import NAMES, Bars
from workers.local.exchange.block import Block
from workers.local.exchange.intervals import bar_end
from workers.local.exchange.symbol import Symbol

Row = dict[str, Any]
COLUMNS = NAMES[:10]  # without the ids


def order_rows(symbol: Symbol, block: Block, low: int, high: int, unit: int, spot: bool) -> list[Row]:
    """Rows of aggTrades for the orders [low, high)."""
    best = {"M": True} if spot else {}
    columns = zip(
        block.ids[low:high].tolist(),
        symbol.price_texts(block.prices[low:high]),
        symbol.quantity_texts(block.quantities[low:high]),
        block.first_ids[low:high].tolist(),
        block.last_ids[low:high].tolist(),
        (block.times[low:high] // unit).tolist(),
        block.makers[low:high].tolist(),
        strict=True,
    )
    return [
        {
            "a": order,
            "p": price,
            "q": quantity,
            "f": first,
            "l": last,
            "T": time,
            "m": maker,
            **best,
        }
        for order, price, quantity, first, last, time, maker in columns
    ]


def trade_rows(symbol: Symbol, block: Block, low: int, high: int, unit: int, spot: bool) -> list[Row]:
    """Rows of trades and historicalTrades for the trades [low, high) of a block."""
    trades = block.trades
    if trades is None:
        return []
    best = {"isBestMatch": True} if spot else {}
    orders = trades.orders[low:high]
    columns = zip(
        trades.ids[low:high].tolist(),
        block.prices[orders].tolist(),
        trades.quantities[low:high].tolist(),
        (block.times[orders] // unit).tolist(),
        block.makers[orders].tolist(),
        strict=True,
    )
    return [
        {
            "id": trade,
            "price": symbol.price_text(price),
            "qty": symbol.quantity_text(quantity),
            "quoteQty": symbol.quote_text(price * quantity),
            "time": time,
            "isBuyerMaker": maker,
            **best,
        }
        for trade, price, quantity, time, maker in columns
    ]


def kline_rows(symbol: Symbol, interval: str, bars: Bars, unit: int) -> list[list[Any]]:
    """The twelve values of each kline."""
    scale = 1000 // unit
    price, quantity, quote = symbol.price_text, symbol.quantity_text, symbol.quote_text
    columns = zip(*(getattr(bars, name).tolist() for name in COLUMNS), strict=True)
    return [
        [
            start * scale,
            price(opened),
            price(high),
            price(low),
            price(close),
            quantity(volume),
            bar_end(interval, start) * scale - 1,
            quote(money),
            trades,
            quantity(taker_volume),
            quote(taker_money),
            "0",
        ]
        for start, opened, high, low, close, volume, money, trades, taker_volume, taker_money in columns
    ]
