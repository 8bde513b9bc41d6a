"""A small market in the store: bars that wander, ticks, indicators, summaries, signs of life."""

import math
import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from analytics.indicators.snapshot import indicator_snapshots
from analytics.records.market import Bar, Instrument, Tick
from analytics.records.snapshots import Completeness, SymbolSummary
from analytics.series import frame_of
from analytics.timeframes import bar_start, length
from tests.factories import columns_of_frame
from workers.store.bars import save_bars
from workers.store.divergences import KnownDivergences, save_divergences
from workers.store.heartbeats import Heartbeat, save_heartbeat
from workers.store.indexes import ensure_indexes
from workers.store.indicators import save_indicators
from workers.store.instruments import save_instruments
from workers.store.market_clock import save_market_clock
from workers.store.summaries import save_summaries
from workers.store.ticks import save_ticks
from workers.store.watchlist import fill_watchlist

PRICES = {"BTCUSDT": 61_837.6, "ETHUSDT": 2_630.4, "DOGEUSDT": 0.10421}
STEPS = {"BTCUSDT": "0.01000000", "ETHUSDT": "0.01000000", "DOGEUSDT": "0.00001000"}
SMALL = {"1m": 60, "5m": 130}
WHOLE = Completeness(expected=1_440, present=1_440, final=1_440, open_gaps=0)


def wandering_bars(
    symbol: str, timeframe: str, *, newest: datetime, count: int, seed: int = 7, forming: bool = True
) -> list[Bar]:
    """Bars up to the one that holds `newest`, oldest first; that one is still forming."""
    rng = random.Random(f"{symbol}{timeframe}{seed}")
    close = PRICES[symbol]
    bars = []
    for back in range(count):
        change = rng.gauss(0, 0.0006)
        opening = close / (1 + change)
        volume = rng.expovariate(0.1) + 0.5
        start = bar_start(newest, timeframe) - back * length(timeframe)
        bars.append(
            Bar(
                symbol=symbol,
                timeframe=timeframe,
                start=start,
                open=opening,
                high=max(opening, close) * (1 + abs(rng.gauss(0, 0.0003))),
                low=min(opening, close) * (1 - abs(rng.gauss(0, 0.0003))),
                close=close,
                volume=volume,
                quote_volume=volume * close,
                trades=rng.randrange(20, 900),
                taker_buy_volume=volume / 2,
                first_id=10 * (count - back),
                last_id=10 * (count - back) + 9,
                is_final=back > 0 or not forming,
                source="ticks",
            )
        )
        close = opening
    return bars[::-1]


def tick(symbol: str, *, id: int, price: float, traded_at: datetime, quantity: float = 0.25) -> Tick:
    """One trade, received five milliseconds after it happened."""
    received_at = traded_at + timedelta(milliseconds=5)
    return Tick(symbol, id, price, quantity, traded_at, received_at, id % 2 == 0, id, id)


def seed_indicators(bars: Sequence[Bar]) -> None:
    """Store the snapshots of final bars of one series."""
    final = [bar for bar in bars if bar.is_final]
    symbol, timeframe = final[0].symbol, final[0].timeframe
    batch = indicator_snapshots(
        columns_of_frame(frame_of(final), symbol=symbol, timeframe=timeframe),
        since=None,
        computed_at=datetime.now(UTC),
        completeness_of=lambda _start: WHOLE,
    )
    save_indicators(batch.snapshots)
    since = final[0].start - length(timeframe)
    save_divergences([KnownDivergences(symbol, timeframe, since, final[-1].start, batch.divergences)])


def seed_symbols(symbols: Sequence[str] = tuple(PRICES), steps: Mapping[str, str] = STEPS) -> None:
    """Store instruments and the watch-list."""
    ensure_indexes()
    save_instruments(
        [
            Instrument(name, name[:-4], "USDT", "TRADING", Decimal(steps[name]), Decimal("0.00001"))
            for name in symbols
        ]
    )
    fill_watchlist(list(symbols))


def seed_summary(symbol: str, now: datetime, completeness: Completeness = WHOLE) -> None:
    """Store where a symbol stands against the last day."""
    price = PRICES[symbol]
    rng = random.Random(symbol)
    line = tuple(price * (1 + 0.01 * math.sin(step / 7) + rng.gauss(0, 0.001)) for step in range(96))
    row = SymbolSummary(
        symbol=symbol,
        as_of=now,
        computed_at=now,
        last_price=price,
        close_1h_ago=price * (0.996 if symbol != "ETHUSDT" else 1.003),
        close_24h_ago=price * 1.012,
        volume_24h=3_100.5,
        quote_volume_24h=3_100.5 * price,
        sparkline=line,
        completeness=completeness,
    )
    save_summaries([row])


def seed_processes(now: datetime) -> None:
    """Store signs of life of the workers."""
    started = now - timedelta(hours=2, minutes=5)
    figures: dict[str, dict[str, float | int | str | None]] = {
        "stream": {"memory_mb": 88.4, "trades_per_second": 61.2, "buffered": 0, "open_gaps": 0},
        "compute": {"memory_mb": 190.1},
        "asked": {"memory_mb": 150.7},
        "batch": {"memory_mb": 90.4},
        "beat": {"memory_mb": 60.2},
    }
    for pid, (name, values) in enumerate(figures.items(), start=4_000):
        save_heartbeat(Heartbeat(name, "here", pid, started, now, values))


def seed_market(counts: Mapping[str, int] = SMALL) -> datetime:
    """Store a market of three symbols as of now, so many bars of each timeframe; returns that moment."""
    now = datetime.now(UTC)
    seed_symbols()
    for symbol, price in PRICES.items():
        for timeframe, count in counts.items():
            bars = wandering_bars(symbol, timeframe, newest=now, count=count)
            save_bars(bars)
            seed_indicators(bars)
        save_ticks([tick(symbol, id=1_000, price=price, traded_at=now)])
        seed_summary(symbol, now)
    seed_processes(now)
    save_market_clock(now)
    return now
