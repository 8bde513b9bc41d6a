"""JSON of a mean price since an anchor."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from math import isfinite

from analytics.records.snapshots import Completeness
from workers.messages.envelope import JSON
from workers.messages.snapshots import completeness_json
from workers.messages.times import iso


def anchored_vwap_json(
    symbol: str,
    timeframe: str,
    *,
    anchor: datetime,
    starts: Sequence[datetime],
    lines: Mapping[str, Sequence[float]],
    whole: Completeness,
) -> JSON:
    """Columns for a chart, oldest first; null until something was traded since the anchor."""
    return {
        "symbol": symbol,
        "timeframe": timeframe,
        "anchor": iso(anchor),
        "as_of": iso(starts[-1]),
        "computed_at": iso(datetime.now(UTC)),
        "ts": [iso(start) for start in starts],
        "series": {
            name: [value if isfinite(value) else None for value in values] for name, values in lines.items()
        },
        "completeness": completeness_json(whole),
    }
