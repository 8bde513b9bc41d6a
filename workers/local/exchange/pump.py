"""Sends what has become due, every few milliseconds: trades, quotes and klines of the streams listened to."""

from collections.abc import Mapping
from zlib import crc32

import numpy as np

from workers.local.exchange.bars import Bars
from workers.local.exchange.block import Block, Placeholders
from workers.local.exchange.candles import Candles
from workers.local.exchange.events import (
    kline_event,
    placeholder_event,
    write_orders,
    write_quotes,
    write_trades,
)
from workers.local.exchange.feed import OrderFeed, QuoteFeed
from workers.local.exchange.hub import Hub, frames_of
from workers.local.exchange.intervals import bar_start
from workers.local.exchange.sheets import Form, Sheets
from workers.local.exchange.streams import Stream, parse_stream
from workers.local.exchange.tape import Tape

KLINE_CADENCE = {"spot": (1_000_000, 2_000_000), "usdm": (250_000, 250_000)}  # 1s, others; microseconds
ORDER_KINDS = ("trade", "aggTrade", "bookTicker")


class TradePump:
    """Trades, aggTrades and quotes of one symbol."""

    def __init__(self, tape: Tape, hub: Hub, spot: bool) -> None:
        self._tape = tape
        self._hub = hub
        self._names = [f"{tape.symbol.name.lower()}@{kind}" for kind in ORDER_KINDS]
        self._trade, self._order, self._quote = self._names
        self._trade_sheets = Sheets(self._trade, tape.symbol, spot, write_trades)
        self._order_sheets = Sheets(self._order, tape.symbol, spot, write_orders)
        self._quote_sheets = Sheets(self._quote, tape.symbol, spot, write_quotes)
        self.feed: OrderFeed | None = None
        self._quotes: QuoteFeed | None = None

    def send_due(self, now: int) -> None:
        """Publish what left since the last call; begin or rest with the first and last listener."""
        if not any(map(self._hub.listened, self._names)):
            self.feed = None
        elif self.feed is None:
            self._start(now)
        else:
            for block, low, high in self.feed.due(now):
                self._publish(block, low, high, now)
            self._publish_recorded_quotes(now)

    def _start(self, now: int) -> None:
        self.feed = OrderFeed(self._tape, now)
        recorded = self._tape.recorded_quotes
        self._quotes = None if recorded is None else QuoteFeed(recorded, now)

    def _publish_recorded_quotes(self, now: int) -> None:
        texts = [] if self._quotes is None else self._quotes.due(now)
        if texts:
            self._hub.publish(self._quote, lambda form: frames_of(self._quote, texts, form))

    def _publish(self, block: Block, low: int, high: int, now: int) -> None:
        if self._hub.listened(self._trade) and block.trades is not None:
            starts = block.trades.starts
            span = (int(starts[low]), int(starts[high]), int(starts[-1]))
            self._send(self._trade, self._trade_sheets, block, span, now)
        span = (low, high, len(block))
        if self._hub.listened(self._order):
            self._send_orders(block, low, high, now)
        if self._hub.listened(self._quote) and self._quotes is None and block.quotes is not None:
            self._send(self._quote, self._quote_sheets, block, span, now)

    def _send_orders(self, block: Block, low: int, high: int, now: int) -> None:
        """The aggregates of a span, with what takes an id among them without being a trade."""
        found = block.placeholders
        if found is not None:
            first, last = (int(place) for place in np.searchsorted(found.places, (low, high)))
            for number in range(first, last):
                place = int(found.places[number])
                if place > low:
                    self._send(self._order, self._order_sheets, block, (low, place, len(block)), now)
                    low = place
                self._send_placeholder(found, number, now)
        self._send(self._order, self._order_sheets, block, (low, high, len(block)), now)

    def _send_placeholder(self, found: Placeholders, number: int, now: int) -> None:
        symbol, name = self._tape.symbol, self._order
        self._hub.publish(
            name,
            lambda form: frames_of(name, [placeholder_event(symbol, found, number, now, form.unit)], form),
        )

    def _send(self, name: str, sheets: Sheets, block: Block, span: tuple[int, int, int], now: int) -> None:
        self._hub.publish(name, lambda form: sheets.frames(block, *span, form, now))


class KlinePump:
    """One kline stream: the forming bar at its cadence, and every finished bar once as closed."""

    def __init__(
        self, name: str, stream: Stream, tape: Tape, candles: Candles, hub: Hub, market: str
    ) -> None:
        self._name = name
        self._interval = stream.interval
        self._symbol = tape.symbol
        self._candles = candles
        self._hub = hub
        self._cadence = KLINE_CADENCE[market][0 if stream.interval == "1s" else 1]
        self._offset = crc32(name.encode()) % self._cadence  # streams do not all push at one moment
        self._next = 0
        self._open_bar = 0  # start of the bar that was forming at the last push
        self._last_id = -1

    def send_due(self, now: int) -> None:
        """Publish the bars that finished and the forming one, when the cadence says so."""
        if now < self._next:
            return
        self._next = now - (now - self._offset) % self._cadence + self._cadence
        start = bar_start(self._interval, now // 1000)
        if self._open_bar and start > self._open_bar:
            self._send_finished(start, now)
        self._open_bar = start
        self._send_forming(now)

    def _send_finished(self, start: int, now: int) -> None:
        bars = self._candles.bars(self._interval, self._open_bar, start, now)
        for place in range(len(bars)):
            bar = bars.only(place)
            if int(bar.starts[0]) < start:
                self._publish(bar, True, now)

    def _send_forming(self, now: int) -> None:
        bar = self._candles.newest(self._interval, now)
        if len(bar) and int(bar.last_ids[0]) != self._last_id:
            self._last_id = int(bar.last_ids[0])
            self._publish(bar, False, now)

    def _publish(self, bar: Bars, closed: bool, now: int) -> None:
        self._hub.publish(self._name, lambda form: self._frames(bar, closed, now, form))

    def _frames(self, bar: Bars, closed: bool, now: int, form: Form) -> bytes:
        event = kline_event(self._symbol, self._interval, bar, closed, now, form.unit)
        return frames_of(self._name, [event], form)


class Pump:
    """All symbols and kline streams of the exchange."""

    def __init__(
        self, tapes: Mapping[str, Tape], candles: Mapping[str, Candles], hub: Hub, market: str
    ) -> None:
        self._tapes = tapes
        self._candles = candles
        self._hub = hub
        self._market = market
        self.trades = {name: TradePump(tape, hub, market == "spot") for name, tape in tapes.items()}
        self._klines: dict[str, KlinePump] = {}

    def begin(self, stream: Stream, now: int) -> None:
        """Have a stream run from this moment on; what leaves later is sent."""
        if stream.symbol in self.trades and stream.kind in ORDER_KINDS:
            pump = self.trades[stream.symbol]
            if pump.feed is None:
                pump.send_due(now)

    def send_due(self, now: int) -> None:
        """Publish and write everything that has become due."""
        for pump in self.trades.values():
            pump.send_due(now)
        for name in self._hub.names():
            kline = self._kline(name)
            if kline is not None:
                kline.send_due(now)
        self._drop_silent()
        self._hub.flush()

    def _kline(self, name: str) -> KlinePump | None:
        if name not in self._klines and "@kline_" in name:
            stream = parse_stream(name)
            if stream is not None and stream.symbol in self._tapes and self._offered(stream):
                tape, candles = self._tapes[stream.symbol], self._candles[stream.symbol]
                self._klines[name] = KlinePump(name, stream, tape, candles, self._hub, self._market)
        return self._klines.get(name)

    def _offered(self, stream: Stream) -> bool:
        return self._market == "spot" or stream.interval != "1s"

    def _drop_silent(self) -> None:
        for name in [name for name in self._klines if not self._hub.listened(name)]:
            del self._klines[name]
