"""How whole the data is: what `/api/quality` and the topic `quality` show."""

from datetime import UTC, datetime

from analytics.records.market import UNRESOLVED, Gap
from workers.messages.envelope import JSON
from workers.messages.quality import (
    COUNTERS,
    StreamCounters,
    UnreadableMessage,
    quality_json,
    symbol_quality_json,
)
from workers.messages.system import STALE_SECONDS
from workers.store.gaps import load_newest_gaps, load_unresolved_gaps
from workers.store.heartbeats import Heartbeat, load_heartbeats
from workers.store.market_clock import load_market_clock
from workers.store.quality import (
    load_bar_checks,
    load_clock_check,
    load_comparison_wishes,
    load_symbol_quality,
)
from workers.store.quarantine import load_quarantined
from workers.store.watchlist import load_watchlist

GAPS_SHOWN = 50  # besides all that are not resolved
UNRESOLVED_SHOWN = 200
QUARANTINE_SHOWN = 50


def quality_state() -> JSON:
    """State of the `quality` topic."""
    qualities, checks, wishes = load_symbol_quality(), load_bar_checks(), load_comparison_wishes()
    return quality_json(
        [
            symbol_quality_json(symbol, qualities.get(symbol), checks.get(symbol), wishes.get(symbol))
            for symbol in load_watchlist()
        ],
        gaps=_gaps(),
        unreadable=[
            UnreadableMessage(row.received_at, row.reason, row.raw)
            for row in load_quarantined(limit=QUARANTINE_SHOWN)
        ],
        counters=stream_counters(load_heartbeats(), datetime.now(UTC)),
        clock_check=load_clock_check(),
        market_clock=load_market_clock(),
    )


def stream_counters(beats: list[Heartbeat], now: datetime) -> StreamCounters | None:
    """Sums over the living stream processes; delays are those of the slowest."""
    living = [
        beat
        for beat in beats
        if beat.process == "stream" and (now - beat.beat_at).total_seconds() <= STALE_SECONDS
    ]
    if not living:
        return None
    figures: dict[str, float | int | str | None] = {}
    for name in {name for beat in living for name in beat.figures}:
        numbers = [value for beat in living if isinstance(value := beat.figures.get(name), int | float)]
        if numbers:
            figures[name] = sum(numbers) if name in COUNTERS else max(numbers)
    return StreamCounters(min(beat.started_at for beat in living), figures)


def _gaps() -> list[Gap]:
    """All that may still hide trades, newest first, then the newest of the others."""
    unresolved = sorted(load_unresolved_gaps(), key=lambda gap: gap.found_at, reverse=True)
    settled = [gap for gap in load_newest_gaps(limit=GAPS_SHOWN) if gap.state not in UNRESOLVED]
    return [*unresolved[:UNRESOLVED_SHOWN], *settled]
