"""The JSON of stream events, written from columns. `unit` is 1000 for times in ms, 1 for microseconds."""

import orjson

from workers.local.exchange.bars import Bars
from workers.local.exchange.block import Block, Integers
from workers.local.exchange.intervals import bar_end
from workers.local.exchange.symbol import Symbol

BOOLEANS = ("false", "true")


def order_events(
    symbol: Symbol, block: Block, low: int, high: int, now: int, unit: int, spot: bool
) -> list[bytes]:
    """aggTrade events of the orders [low, high)."""
    head, tail = f'{{"e":"aggTrade","E":%d,"s":"{symbol.name}","a":', _tail(spot)
    columns = zip(
        _sent(block.sent_ms, low, high, now, unit),
        block.ids[low:high].tolist(),
        block.prices[low:high].tolist(),
        block.quantities[low:high].tolist(),
        block.first_ids[low:high].tolist(),
        block.last_ids[low:high].tolist(),
        (block.times[low:high] // unit).tolist(),
        block.makers[low:high].tolist(),
        strict=True,
    )
    return [
        f'{head % sent}{order},"p":"{symbol.price_text(price)}","q":"{symbol.quantity_text(quantity)}",'
        f'"f":{first},"l":{last},"T":{time},"m":{BOOLEANS[maker]}{tail}'.encode()
        for sent, order, price, quantity, first, last, time, maker in columns
    ]


def trade_events(
    symbol: Symbol, block: Block, low: int, high: int, now: int, unit: int, spot: bool
) -> list[bytes]:
    """trade events of the trades [low, high) of a block."""
    trades = block.trades
    if trades is None:
        return []
    head, tail = f'{{"e":"trade","E":%d,"s":"{symbol.name}","t":', _tail(spot)
    orders = trades.orders[low:high]
    columns = zip(
        _sent(trades.sent_ms, low, high, now, unit),
        trades.ids[low:high].tolist(),
        block.prices[orders].tolist(),
        trades.quantities[low:high].tolist(),
        (block.times[orders] // unit).tolist(),
        block.makers[orders].tolist(),
        strict=True,
    )
    return [
        f'{head % sent}{trade},"p":"{symbol.price_text(price)}","q":"{symbol.quantity_text(quantity)}",'
        f'"T":{time},"m":{BOOLEANS[maker]}{tail}'.encode()
        for sent, trade, price, quantity, time, maker in columns
    ]


def quote_events(
    symbol: Symbol, block: Block, low: int, high: int, now: int, unit: int, spot: bool
) -> list[bytes]:
    """bookTicker events after the orders [low, high); on spot they carry neither type nor time."""
    quotes = block.quotes
    if quotes is None:
        return []
    head = "{" if spot else f'{{"e":"bookTicker","E":{now // unit},"T":%d,'
    columns = zip(
        block.last_ids[low:high].tolist(),
        quotes.bids[low:high].tolist(),
        quotes.bid_quantities[low:high].tolist(),
        quotes.asks[low:high].tolist(),
        quotes.ask_quantities[low:high].tolist(),
        (block.times[low:high] // unit).tolist(),
        strict=True,
    )
    price, quantity = symbol.price_text, symbol.quantity_text
    return [
        f'{head if spot else head % time}"u":{update},"s":"{symbol.name}","b":"{price(bid)}",'
        f'"B":"{quantity(bid_size)}","a":"{price(ask)}","A":"{quantity(ask_size)}"}}'.encode()
        for update, bid, bid_size, ask, ask_size, time in columns
    ]


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


def _sent(recorded: Integers | None, low: int, high: int, now: int, unit: int) -> list[int]:
    """E of each event: the recording's own, else this moment."""
    if recorded is None:
        return [now // unit] * (high - low)
    sent: list[int] = (recorded[low:high] * (1000 // unit)).tolist()
    return sent
