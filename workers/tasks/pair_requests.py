"""What a user asks about a pair: any two symbols, any window, method, spread and thresholds."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from celery import shared_task

from analytics.errors import NotEnoughData
from analytics.pairs.analysis import pair_analysis
from analytics.pairs.choice import PairChoice
from analytics.pairs.market import PairPrices, pair_prices
from analytics.pairs.snapshot import pair_snapshot, price_levels
from analytics.records.pairs import LEAST_BARS, WINDOW_BARS, PairAnalysis, PairSnapshot
from analytics.records.scans import LASTS_BARS
from analytics.strategies.mean_reversion import MeanReversionRule, signal_events, signal_now
from analytics.timeframes import length
from workers.messages.pairs import pair_analysis_json, pair_snapshot_json, price_levels_json
from workers.reports.pair import pair_report
from workers.running_job import started_job
from workers.settings import load_settings
from workers.store.pair_market import load_newest_closed, load_pair_market
from workers.store.scans import load_q_values


@shared_task(name="workers.tasks.pair_requests.snapshot_pair")
def snapshot_pair(job_id: str, y: str, x: str, tf: str) -> None:
    """The snapshot of a pair that is not watched."""
    with started_job(job_id) as job:
        job.finish(pair_snapshot_json(_snapshot(newest_prices(y, x, tf, WINDOW_BARS))))


@shared_task(name="workers.tasks.pair_requests.price_pair")
def price_pair(job_id: str, y: str, x: str, tf: str, window: int) -> None:
    """A pair by prices, its score over any window."""
    with started_job(job_id) as job:
        prices = newest_prices(y, x, tf, WINDOW_BARS)
        levels = price_levels(prices, z_window=window)
        job.finish(price_levels_json(_snapshot(prices), levels, window))


@shared_task(name="workers.tasks.pair_requests.analyse_pair")
def analyse_pair(
    job_id: str,
    y: str,
    x: str,
    tf: str,
    **chosen: Any,  # what workers/jobs.py lists, checked
) -> None:
    """Everything the page of a pair draws."""
    with started_job(job_id) as job:
        job.finish(pair_analysis_json(analysis_of(newest_prices(y, x, tf, chosen["window"]), chosen)))


@shared_task(name="workers.tasks.pair_requests.report_pair")
def report_pair(
    job_id: str,
    y: str,
    x: str,
    tf: str,
    **chosen: Any,  # what workers/jobs.py lists, checked
) -> None:
    """The same as one HTML file that needs nothing else."""
    with started_job(job_id) as job:
        job.progress(0, 2, "computing")
        found = analysis_of(newest_prices(y, x, tf, chosen["window"]), chosen)
        job.progress(1, 2, "drawing")
        job.finish({"html": pair_report(found, source=load_settings().source)})


def newest_prices(y: str, x: str, timeframe: str, window: int) -> PairPrices:
    """The prices of a pair up to its newest closed bar."""
    newest = load_newest_closed([y, x], timeframe)
    if newest is None:
        raise NotEnoughData(f"the pair {y}/{x} {timeframe}", have=0, need=LEAST_BARS)
    return pair_prices(load_pair_market([y, x], timeframe, newest, window), y, x)


def analysis_of(prices: PairPrices, chosen: Mapping[str, Any]) -> PairAnalysis:  # Any: checked values
    """The analysis of these prices as a reader chose it, with the q-value of the newest scan."""
    choice = PairChoice(
        chosen["window"],
        chosen["method"],
        chosen["spread"],
        chosen["z_window"] or None,  # 0: as many bars as the half-life
        chosen["robust"],
    )
    rule = MeanReversionRule(
        chosen["entry"],
        chosen["exit"],
        chosen["stop"],
        chosen["time_stop"] or None,  # 0: however long
        chosen["cool_down"],
    )
    return pair_analysis(
        prices,
        choice,
        computed_at=datetime.now(UTC),
        q_value=_q_value(prices),
        states_of=partial(signal_events, rule=rule),
    )


def _q_value(prices: PairPrices) -> float | None:
    """Of the newest scan, unless it is old or does not hold the pair."""
    since = prices.as_of - LASTS_BARS * length(prices.timeframe)
    return load_q_values(prices.timeframe, since=since).get((prices.y, prices.x))


def _snapshot(prices: PairPrices) -> PairSnapshot:
    return pair_snapshot(
        prices,
        computed_at=datetime.now(UTC),
        q_value=_q_value(prices),
        signal_of=partial(signal_now, rule=MeanReversionRule()),
    )
