"""The self-test: what the synthetic market holds against what is found in it, and luck on random walks."""

import logging
from datetime import UTC, datetime

from celery import shared_task

from analytics.errors import NotEnoughData
from analytics.pairs.market import pair_prices
from analytics.records.selftest import PairFindings, PlantedPair
from analytics.selftest.false_positives import false_positives
from analytics.selftest.planted import pair_findings
from workers.binance.errors import ExchangeError
from workers.binance.simulator import load_planted
from workers.messages.selftest import self_test_json
from workers.running_job import started_job
from workers.settings import load_settings
from workers.store.pair_market import load_newest_closed, load_pair_market

log = logging.getLogger(__name__)

# Minutes are too short here: a fraction of a price step is most of what moves within one.
TIMEFRAME = "5m"
WINDOW_BARS = 576  # two days: what is loaded of the history at the first start
KEPT_SECONDS = 86_400.0


@shared_task(name="workers.tasks.selftest.run_self_test", soft_time_limit=300, time_limit=330)
def run_self_test(job_id: str, pairs: int, bars: int, seed: int) -> None:
    """Compare what was planted, then count finds on `pairs` pairs of independent walks."""
    with started_job(job_id) as job:
        job.progress(0, pairs, "what was planted")
        market_seed, planted, reason = _planted()
        found = _told_most([_findings(pair) for pair in planted])
        luck = false_positives(pairs, bars, seed, lambda done: job.progress(done, pairs, "random walks"))
        settings = load_settings()
        result = self_test_json(
            found,
            luck,
            source=settings.source,
            seed=market_seed,
            reason=reason,
            computed_at=datetime.now(UTC),
        )
        job.finish(result, kept_seconds=KEPT_SECONDS)
        log.info("self-test done planted=%d share=%.4f", len(found), luck.share)


def _planted() -> tuple[int | None, list[PlantedPair], str | None]:
    """Seed and planted pairs, or why there are none."""
    source = load_settings().source
    if source in ("LIVE", "TESTNET"):
        return None, [], "On Binance's markets nothing is planted: nobody knows the truth to compare with."
    try:
        seed, planted = load_planted()
    except ExchangeError as error:
        return None, [], f"The simulated exchange does not tell what it planted: {error}"
    return seed, planted, None if planted else "A recorded market holds nothing that was planted."


def _told_most(found: list[PairFindings]) -> list[PairFindings]:
    """Each pair once: the first of its relations of which enough is stored, else the last."""
    best: dict[tuple[str, str], PairFindings] = {}
    for one in found:
        known = best.get((one.planted.y, one.planted.x))
        if known is None or len(known.findings) <= 1:
            best[one.planted.y, one.planted.x] = one
    return list(best.values())


def _findings(planted: PlantedPair) -> PairFindings:
    symbols = [planted.y, planted.x]
    newest = load_newest_closed(symbols, TIMEFRAME)
    if newest is None:
        missing = f"{planted.y} or {planted.x} has no bars yet; both must be on the watch-list"
        return PairFindings(planted, TIMEFRAME, 0, None, None, [], missing)
    try:
        prices = pair_prices(load_pair_market(symbols, TIMEFRAME, newest, WINDOW_BARS), *symbols)
    except NotEnoughData as error:
        return PairFindings(planted, TIMEFRAME, error.have, None, None, [], str(error))
    closes = prices.closes
    return PairFindings(
        planted,
        TIMEFRAME,
        len(closes),
        closes.index[-1].to_pydatetime(),
        prices.completeness,
        pair_findings(closes, planted, TIMEFRAME),
    )
