"""Moves the seeded market as the stream process would: to the store and, if watched, to the browsers."""

import dataclasses
from datetime import UTC, datetime, timedelta

from analytics.records.market import Bar
from analytics.timeframes import length
from tests.integration.web.market_seed import seed_processes, tick
from workers.coordination.interest import load_interest
from workers.messages.market import bars_json, quote_json
from workers.messages.rooms import bars_topic, symbol_topic
from workers.publish import publish
from workers.store.bars import load_bars, save_bars
from workers.store.market_clock import save_market_clock
from workers.store.summaries import load_summaries
from workers.store.ticks import save_ticks


class MovingMarket:
    """Trades one symbol at a time; ids go on from the seed's."""

    def __init__(self) -> None:
        self._id = 1_000

    def live(self) -> None:
        """Say that every worker lives and the exchange's clock goes on."""
        now = datetime.now(UTC)
        seed_processes(now)
        save_market_clock(now)

    def trade(self, symbol: str, price: float, *, timeframe: str = "1m", lost: bool = False) -> datetime:
        """One trade: the forming bar moves; `lost`: the store has it, the browsers are not told."""
        self._id += 1
        traded_at = datetime.now(UTC).replace(microsecond=0) + timedelta(milliseconds=self._id % 1_000)
        traded = tick(symbol, id=self._id, price=price, traded_at=traded_at)
        *closed, forming = load_bars(symbol, timeframe, limit=3)
        moved = _with_trade(forming, price)
        save_bars([moved])
        save_ticks([traded])
        if not lost:
            quote = quote_json(symbol, traded, load_summaries().get(symbol))
            bars = bars_json(symbol, timeframe, forming=moved, closed=closed)
            _publish_watched({symbol_topic(symbol): quote, bars_topic(symbol, timeframe): bars})
        return traded_at

    def close_bar(self, symbol: str, price: float, *, timeframe: str = "1m", lost: bool = False) -> Bar:
        """The forming bar closes and the next begins at a price."""
        *_, closed, forming = load_bars(symbol, timeframe, limit=3)
        done = dataclasses.replace(forming, is_final=True)
        start = forming.start + length(timeframe)
        begun = dataclasses.replace(
            done,
            start=start,
            is_final=False,
            open=price,
            high=price,
            low=price,
            close=price,
            volume=1.0,
            trades=1,
        )
        save_bars([done, begun])
        if not lost:
            topic = bars_topic(symbol, timeframe)
            _publish_watched({topic: bars_json(symbol, timeframe, forming=begun, closed=[closed, done])})
        return begun


def _with_trade(bar: Bar, price: float) -> Bar:
    return dataclasses.replace(
        bar,
        high=max(bar.high, price),
        low=min(bar.low, price),
        close=price,
        volume=bar.volume + 0.25,
        trades=bar.trades + 1,
    )


def _publish_watched(messages: dict[str, dict[str, object]]) -> None:
    watched = load_interest()
    publish({topic: data for topic, data in messages.items() if topic in watched})
