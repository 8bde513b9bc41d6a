"""Sends what has become due, every few milliseconds: trades, quotes and klines of the streams listened to."""

from collections.abc import Mapping

from workers.local.exchange.bars import Bars
from workers.local.exchange.block import Block
from workers.local.exchange.candles import Candles
from workers.local.exchange.events import kline_event, order_events, quote_events, trade_events
from workers.local.exchange.feed import OrderFeed, QuoteFeed
from workers.local.exchange.hub import Hub
from workers.local.exchange.intervals import bar_start
from workers.local.exchange.streams import Stream, parse_stream
from workers.local.exchange.tape import Tape, trade_span

KLINE_CADENCE = {"spot": (1_000_000, 2_000_000), "usdm": (250_000, 250_000)}  # 1s, others; microseconds
ORDER_KINDS = ("trade", "aggTrade", "bookTicker")


class TradePump:
    """Trades, aggTrades and quotes of one symbol."""

    def __init__(self, tape: Tape, hub: Hub, spot: bool) -> None:
        self._tape = tape
        self._hub = hub
        self._spot = spot
        self._names = {kind: f"{tape.symbol.name.lower()}@{kind}" for kind in ORDER_KINDS}
        self.feed: OrderFeed | None = None
        self._quotes: QuoteFeed | None = None

    def send_due(self, now: int) -> None:
        """Publish what left since the last call; begin or rest with the first and last listener."""
        listened = any(self._hub.listened(name) for name in self._names.values())
        if not listened:
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
            self._hub.publish(self._names["bookTicker"], lambda unit: texts)

    def _publish(self, block: Block, low: int, high: int, now: int) -> None:
        symbol, spot, names = self._tape.symbol, self._spot, self._names
        if self._hub.listened(names["trade"]) and block.trades is not None:
            first, last = trade_span(block.trades, low, high)
            self._hub.publish(
                names["trade"], lambda unit: trade_events(symbol, block, first, last, now, unit, spot)
            )
        if self._hub.listened(names["aggTrade"]):
            self._hub.publish(
                names["aggTrade"], lambda unit: order_events(symbol, block, low, high, now, unit, spot)
            )
        if self._hub.listened(names["bookTicker"]):
            self._hub.publish(
                names["bookTicker"], lambda unit: quote_events(symbol, block, low, high, now, unit, spot)
            )


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
        self._next = 0
        self._open_bar = 0  # start of the bar that was forming at the last push
        self._last_id = -1

    def send_due(self, now: int) -> None:
        """Publish the bars that finished and the forming one, when the cadence says so."""
        if now < self._next:
            return
        self._next = now - now % self._cadence + self._cadence
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
        self._hub.publish(
            self._name, lambda unit: [kline_event(self._symbol, self._interval, bar, closed, now, unit)]
        )


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
