"""The JSON of stream events, written from columns. `unit` is 1000 for times in ms, 1 for microseconds."""

from typing import NamedTuple

import orjson

from workers.local.exchange.bars import Bars
from workers.local.exchange.block import Block, Integers, Placeholders
from workers.local.exchange.intervals import bar_end
from workers.local.exchange.symbol import Symbol

BOOLEANS = ("false", "true")


class Written(NamedTuple):
    """Events cut at E, the moment of sending, which is known last: head + E + tail."""

    head: bytes
    sent: list[bytes] | None  # E of a recording; None: the present, when they are sent
    tails: list[bytes]


def write_orders(symbol: Symbol, block: Block, low: int, high: int, unit: int, spot: bool) -> Written:
    """aggTrade events of the orders [low, high)."""
    middle, tail = f',"s":"{symbol.name}","a":', _tail(spot)
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
    tails = [
        f'{middle}{order},"p":"{price}","q":"{quantity}","f":{first},"l":{last},'
        f'"T":{time},"m":{BOOLEANS[maker]}{tail}'.encode()
        for order, price, quantity, first, last, time, maker in columns
    ]
    return Written(b'{"e":"aggTrade","E":', _sent(block.sent_ms, low, high, unit), tails)


def write_trades(symbol: Symbol, block: Block, low: int, high: int, unit: int, spot: bool) -> Written:
    """trade events of the trades [low, high) of a block that has them."""
    trades = block.single_trades
    middle, tail = f',"s":"{symbol.name}","t":', _tail(spot) if spot else ',"X":"MARKET"}'
    orders = trades.orders[low:high]
    columns = zip(
        trades.ids[low:high].tolist(),
        symbol.price_texts(block.prices[orders]),
        symbol.quantity_texts(trades.quantities[low:high]),
        (block.times[orders] // unit).tolist(),
        block.makers[orders].tolist(),
        strict=True,
    )
    tails = [
        f'{middle}{trade},"p":"{price}","q":"{quantity}","T":{time},"m":{BOOLEANS[maker]}{tail}'.encode()
        for trade, price, quantity, time, maker in columns
    ]
    return Written(b'{"e":"trade","E":', _sent(trades.sent_ms, low, high, unit), tails)


def write_quotes(symbol: Symbol, block: Block, low: int, high: int, unit: int, spot: bool) -> Written:
    """bookTicker events after the orders [low, high); on spot they carry neither type nor time."""
    quotes = block.quotes
    if quotes is None:
        return Written(b"", [], [])
    columns = zip(
        block.last_ids[low:high].tolist(),
        symbol.price_texts(quotes.bids[low:high]),
        symbol.quantity_texts(quotes.bid_quantities[low:high]),
        symbol.price_texts(quotes.asks[low:high]),
        symbol.quantity_texts(quotes.ask_quantities[low:high]),
        strict=True,
    )
    openings = ["{" if spot else f',"T":{time},' for time in (block.times[low:high] // unit).tolist()]
    tails = [
        f'{opening}"u":{update},"s":"{symbol.name}","b":"{bid}","B":"{bid_size}",'
        f'"a":"{ask}","A":"{ask_size}"}}'.encode()
        for opening, (update, bid, bid_size, ask, ask_size) in zip(openings, columns, strict=True)
    ]
    if spot:
        return Written(b"", [b""] * len(tails), tails)
    return Written(b'{"e":"bookTicker","E":', None, tails)


def placeholder_event(symbol: Symbol, found: Placeholders, number: int, now: int, unit: int) -> bytes:
    """An aggTrade event of futures that is no trade: X says what it is, or price or quantity are 0."""
    kind = found.kinds[number]
    trade = int(found.trade_ids[number])
    event = {
        "e": "aggTrade",
        "E": now // unit,
        "s": symbol.name,
        "a": int(found.ids[number]),
        "p": "0" if kind == "NA" else symbol.price_text(int(found.prices[number])),
        "q": "0" if kind in ("NA", "") else symbol.quantity_text(int(found.quantities[number])),
        "f": trade,
        "l": trade,
        "T": int(found.times[number]) // unit,
        "m": False,
    }
    return orjson.dumps(event | ({"X": kind} if kind else {}))


def kline_event(symbol: Symbol, interval: str, bar: Bars, closed: bool, now: int, unit: int) -> bytes:
    """A kline event of one bar."""
    start = int(bar.starts[0])
    scale = 1000 // unit
    quote = symbol.quote_text
    kline = {
        "t": start * scale,
        "T": bar_end(interval, start) * scale - 1,
        "s": symbol.name,
        "i": interval,
        "f": int(bar.first_ids[0]),
        "L": int(bar.last_ids[0]),
        "o": symbol.price_text(int(bar.opens[0])),
        "c": symbol.price_text(int(bar.closes[0])),
        "h": symbol.price_text(int(bar.highs[0])),
        "l": symbol.price_text(int(bar.lows[0])),
        "v": symbol.quantity_text(int(bar.volumes[0])),
        "n": int(bar.trades[0]),
        "x": closed,
        "q": quote(int(bar.quote_volumes[0])),
        "V": symbol.quantity_text(int(bar.taker_volumes[0])),
        "Q": quote(int(bar.taker_quotes[0])),
        "B": "0",
    }
    return orjson.dumps({"e": "kline", "E": now // unit, "s": symbol.name, "k": kline})


def _tail(spot: bool) -> str:
    return ',"M":true}' if spot else "}"


def _sent(recorded: Integers | None, low: int, high: int, unit: int) -> list[bytes] | None:
    if recorded is None:
        return None
    return [b"%d" % moment for moment in (recorded[low:high] * (1000 // unit)).tolist()]
