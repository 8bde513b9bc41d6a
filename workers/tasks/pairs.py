"""Snapshots of the watched pairs when a bar closes."""

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial

from celery import shared_task

from analytics.errors import NotEnoughData
from analytics.pairs.market import pair_prices
from analytics.pairs.snapshot import pair_snapshot
from analytics.records.pair_market import PairMarket
from analytics.records.pairs import PAIR_TIMEFRAMES, WINDOW_BARS, PairSnapshot
from analytics.records.scans import LASTS_BARS
from analytics.strategies.mean_reversion import MeanReversionRule, signal_now
from analytics.timeframes import length
from workers.coordination.single_flight import single_flight
from workers.messages.pairs import pair_json
from workers.messages.rooms import pair_topic
from workers.publish import publish
from workers.store.pair_market import load_pair_market, newest_closed
from workers.store.pair_snapshots import save_pair_snapshots
from workers.store.pairs import Pair, load_pairs
from workers.store.progress import BarProgress, load_progress
from workers.store.scans import load_q_values
from workers.store.seams import load_symbols_with_history
from workers.store.watermarks import (
    UNTOUCHED,
    Watermark,
    advance_watermarks,
    load_watermarks,
    watermark_name,
)

log = logging.getLogger(__name__)

Marks = Mapping[str, Watermark]

_signal_of = partial(signal_now, rule=MeanReversionRule())


@shared_task(name="workers.tasks.pairs.compute_pairs")
def compute_pairs() -> None:
    """A snapshot of every watched pair in every timeframe in which a bar closed."""
    with single_flight("compute_pairs") as flight:
        if not flight.won:
            return
        count = 0
        marks, progress = load_watermarks("pairs"), load_progress()
        pairs = _ready_pairs(progress)
        for timeframe in PAIR_TIMEFRAMES:
            for newest, due in _due(pairs, timeframe, progress, marks).items():
                count += compute_due(due, timeframe, newest, marks)
                if not flight.renew():
                    return
    if count:
        log.info("pairs computed count=%d", count)


def compute_due(pairs: Sequence[Pair], timeframe: str, newest: datetime, marks: Marks) -> int:
    """Snapshots of some pairs at the bar that starts at `newest`."""
    symbols = sorted({symbol for pair in pairs for symbol in pair})
    market = load_pair_market(symbols, timeframe, newest, WINDOW_BARS)
    scanned = load_q_values(timeframe, since=newest - LASTS_BARS * length(timeframe))
    found = [s for pair in pairs if (s := _snapshot(market, pair, scanned.get(pair))) is not None]
    save_pair_snapshots(found)
    names = [mark_name(pair, timeframe) for pair in pairs]
    advance_watermarks([(name, marks.get(name, UNTOUCHED), newest) for name in names])
    publish({pair_topic(r.y, r.x, timeframe): pair_json(r.y, r.x, timeframe, r) for r in found})
    return len(found)


def mark_name(pair: Pair, timeframe: str) -> str:
    """Key of how far the snapshots of a pair have come."""
    return watermark_name("pairs", "/".join(pair), timeframe)


def _ready_pairs(progress: Mapping[str, BarProgress]) -> list[Pair]:
    """The watched pairs of which both symbols have bars, and those from before the capture."""
    ready = load_symbols_with_history() & progress.keys()
    return [pair for pair in load_pairs() if ready.issuperset(pair)]


def _due(
    pairs: Sequence[Pair], timeframe: str, progress: Mapping[str, BarProgress], marks: Marks
) -> dict[datetime, list[Pair]]:
    """The pairs that have a bar to be looked at, by the start of that bar."""
    due: dict[datetime, list[Pair]] = {}
    for pair in pairs:
        newest = newest_closed([progress[symbol] for symbol in pair], timeframe)
        if marks.get(mark_name(pair, timeframe), UNTOUCHED).is_behind(newest):
            due.setdefault(newest, []).append(pair)
    return due


def _snapshot(market: PairMarket, pair: Pair, q_value: float | None) -> PairSnapshot | None:
    """The snapshot of a pair, None while there are too few bars."""
    try:
        prices = pair_prices(market, *pair)
    except NotEnoughData as error:
        log.info("pair not computed pair=%s/%s reason=%s", *pair, error)
        return None
    try:
        return pair_snapshot(prices, computed_at=datetime.now(UTC), q_value=q_value, signal_of=_signal_of)
    except (ArithmeticError, ValueError):  # one pair must not keep the others from their snapshots
        log.exception("pair not computed pair=%s/%s timeframe=%s", *pair, market.timeframe)
        return None
