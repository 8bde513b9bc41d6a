"""How far each stage of the flow lies behind the one before it."""

from dataclasses import dataclass
from datetime import datetime

from analytics.records.market import UNRESOLVED
from workers.store.gaps import count_gaps
from workers.store.progress import load_progress, newest_shared_bar
from workers.store.watchlist import load_watchlist
from workers.store.watermarks import load_watermarks, watermark_name

JUDGED = "1m"  # whose snapshots are looked at
STAGE = "indicators"


@dataclass(frozen=True, slots=True)
class FlowState:
    """Seconds on the exchange's clock, of the symbol that is furthest behind; None before the first bar."""

    bars_lag_seconds: float | None  # the exchange's clock -> the end of the newest second with a bar
    snapshots_lag_seconds: float | None  # the newest minute with a bar -> the newest with a snapshot
    gaps: dict[str, int]  # state -> rows of the ledger

    @property
    def open_gaps(self) -> int:
        """Those that may still hide trades."""
        return sum(self.gaps.get(state, 0) for state in UNRESOLVED)


def flow_state(market_clock: datetime | None) -> FlowState:
    """As of now."""
    known = load_progress()
    watched = [known[symbol] for symbol in load_watchlist() if symbol in known]
    gaps = count_gaps()
    if not watched:
        return FlowState(None, None, gaps)
    built = min(row.built_until for row in watched)
    bars_lag = None if market_clock is None else max(0.0, (market_clock - built).total_seconds())
    marks = load_watermarks(STAGE)
    names = [watermark_name(STAGE, row.symbol, JUDGED) for row in watched]
    done = [mark.done for name in names if (mark := marks.get(name)) and mark.done]
    newest = newest_shared_bar(watched, JUDGED)
    snapshots_lag = max(0.0, (newest - min(done)).total_seconds()) if done else None
    return FlowState(bars_lag, snapshots_lag, gaps)
