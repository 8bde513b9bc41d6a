"""What a topic shows now, read from the store: the answer to `watch`."""

from datetime import datetime

from analytics.records.market import Bar
from app.quality_state import quality_state
from app.system_state import system_state
from workers.messages.book import book_json
from workers.messages.correlations import correlation_news_json
from workers.messages.envelope import JSON
from workers.messages.market import bars_json, quote_json
from workers.messages.pairs import pair_json
from workers.messages.rooms import QUALITY, SYSTEM, Topic
from workers.messages.scans import scan_news_json
from workers.messages.snapshots import indicators_json
from workers.messages.tasks import task_json
from workers.store.bars import load_bars
from workers.store.book import load_top_of_book
from workers.store.correlations import load_correlated_at
from workers.store.indicators import load_latest_indicators
from workers.store.jobs import load_job
from workers.store.market_clock import load_market_clock
from workers.store.pair_snapshots import load_pair_snapshot
from workers.store.scans import load_scan_head
from workers.store.summaries import load_summaries
from workers.store.ticks import load_last_tick

CLOSED_BARS = 3  # sent with the forming one


def topic_state(topic: Topic) -> JSON:
    """The whole current state of a topic."""
    match topic:
        case Topic("symbol", str(symbol)):
            return quote_json(symbol, load_last_tick(symbol), load_summaries().get(symbol))
        case Topic("book", str(symbol)):
            return book_state(symbol)
        case Topic("bars", str(symbol), str(timeframe)):
            return _bars_state(symbol, timeframe)
        case Topic("indicators", str(symbol), str(timeframe)):
            return indicators_json(symbol, timeframe, load_latest_indicators(symbol, timeframe))
        case Topic("pair", str(y), str(timeframe), str(x)):
            return pair_json(y, x, timeframe, load_pair_snapshot(y, x, timeframe))
        case Topic("correlation", timeframe=str(timeframe)):
            return correlation_news_json(timeframe, load_correlated_at(timeframe))
        case Topic("scan", timeframe=str(timeframe)):
            return scan_news_json(timeframe, load_scan_head(timeframe))
        case Topic("task", task=str(task)):
            return _task_state(task)
        case Topic(subject) if subject == SYSTEM:
            return system_state()
        case Topic(subject) if subject == QUALITY:
            return quality_state()
    raise ValueError(f"nothing is published about {topic.subject!r}")


def book_state(symbol: str) -> JSON:
    """Best bid and ask as they were stored last, at most a second or two ago."""
    newest = load_top_of_book(symbol)
    return book_json(symbol, newest.top if newest else None)


def _task_state(task: str) -> JSON:
    job = load_job(task)
    return task_json(job) if job else {"id": task, "state": "unknown"}


def _bars_state(symbol: str, timeframe: str) -> JSON:
    bars = load_bars(symbol, timeframe, limit=CLOSED_BARS + 1)
    forming = bars[-1] if bars and _is_forming(bars[-1], load_market_clock()) else None
    closed = bars[:-1] if forming else bars
    return bars_json(symbol, timeframe, forming=forming, closed=closed)


def _is_forming(bar: Bar, clock: datetime | None) -> bool:
    return not bar.is_final and (clock is None or bar.end > clock)
