"""What a user asks of one chart: the volume-weighted mean price since a bar of their choice."""

from datetime import UTC, datetime

from celery import shared_task

from analytics.errors import AnalyticsError, NotEnoughData
from analytics.indicators.volume import vwap_bands
from analytics.quality.completeness import completeness
from analytics.records.market import Bar
from analytics.series import frame_of
from analytics.timeframes import bar_end, length
from workers.messages.anchored_vwap import anchored_vwap_json
from workers.messages.envelope import JSON
from workers.running_job import started_job
from workers.store.bars import count_bars, load_bars
from workers.store.gaps import load_unresolved_gaps
from workers.store.pair_market import load_newest_closed

MOST_BARS = 20_000  # from the anchor on; two weeks of minutes


@shared_task(name="workers.tasks.anchored_vwap.anchor_vwap")
def anchor_vwap(job_id: str, symbol: str, tf: str, anchor: int) -> None:
    """The mean price and its bands, bar by bar since the anchor (milliseconds since 1970)."""
    with started_job(job_id) as job:
        job.finish(anchored_vwap(symbol, tf, datetime.fromtimestamp(anchor / 1000, UTC)))


def anchored_vwap(symbol: str, timeframe: str, anchor: datetime) -> JSON:
    """The same as JSON, up to the newest bar that is over."""
    bars = _bars_since(symbol, timeframe, anchor)
    first, last = bars[0].start, bars[-1].start
    whole = completeness(
        [bar.start for bar in bars],
        [bar.is_final for bar in bars],
        as_of=last,
        bars=(last - first) // length(timeframe) + 1,
        timeframe=timeframe,
        gaps=load_unresolved_gaps(symbol),
    )
    bands = vwap_bands(frame_of(bars), anchor)
    lines = {name: bands[name].tolist() for name in ("lower", "middle", "upper")}
    return anchored_vwap_json(
        symbol, timeframe, anchor=anchor, starts=[bar.start for bar in bars], lines=lines, whole=whole
    )


def _bars_since(symbol: str, timeframe: str, anchor: datetime) -> list[Bar]:
    what = f"the mean price of {symbol} {timeframe} since {anchor:%Y-%m-%d %H:%M}"
    newest = load_newest_closed([symbol], timeframe)
    end = bar_end(newest, timeframe) if newest else anchor
    if end <= anchor:
        raise NotEnoughData(what, have=0, need=1)
    count, _ = count_bars(symbol, timeframe, anchor, end)
    if count > MOST_BARS:
        raise AnalyticsError(f"{what} is taken of at most {MOST_BARS:,} bars, there are {count:,}")
    bars = load_bars(symbol, timeframe, start=anchor, end=end)
    if not bars:
        raise NotEnoughData(what, have=0, need=1)
    return bars
