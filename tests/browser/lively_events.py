"""What happened on the lively market: a hole that is open and one that is filled, a message that could not be
read, bars compared, work asked for, programs let in, and a self-test."""

from datetime import UTC, datetime, timedelta

from analytics.records.market import Gap
from analytics.records.quality import BarCheck, BarDifference, ClockCheck
from analytics.records.selftest import FalsePositives, Finding, PairFindings, PlantedPair
from analytics.records.snapshots import Completeness
from tests.factories import gap
from workers.access.tokens import make_token
from workers.coordination.canary import note_canary
from workers.coordination.queues import QUEUES
from workers.coordination.task_times import note_run
from workers.jobs import JOBS
from workers.messages.selftest import self_test_json
from workers.store.gaps import save_gaps
from workers.store.jobs import claim_job, note_progress, open_job
from workers.store.quality import save_bar_check, save_clock_check
from workers.store.quarantine import Quarantined, save_quarantined
from workers.store.results import result_key, save_result
from workers.store.watchlist import load_watchlist

DEFAULTS = {name: rule.default for name, rule in JOBS["self_test"].parameters.items()}
RUNS = {"bars.build_bars": 0.041, "indicators.compute_indicators": 0.22, "scan.compute_scans": 1.3}


def seed_events(now: datetime) -> None:
    """Store them, as of a moment."""
    save_gaps([_hole("ADAUSDT", now, minutes=3), _hole("XRPUSDT", now, minutes=190, state="filled", tries=1)])
    reason = "p: expected a positive number, got 'NaN'"
    save_quarantined([Quarantined(now - timedelta(hours=2), reason, b'{"e":"trade","p":"NaN"}')])
    _seed_checks(now)
    make_token("nightly report", can_change=False, days=90)
    make_token("notebook")
    job, _ = open_job("recompute_indicators", {"symbol": "BTCUSDT"}, "of the lively market")
    claim_job(job.id, "lively market")
    note_progress(job.id, "lively market", done=2, total=5, text="BTCUSDT 5m")
    for queue in QUEUES:
        note_canary(queue)
    for task, seconds in RUNS.items():
        note_run(task, seconds, failed=False)
    seed_self_test(now)


def seed_self_test(now: datetime) -> None:
    """Store what the newest self-test found."""
    save_result(result_key("self_test", DEFAULTS, "newest"), _self_test(now))


def _hole(symbol: str, now: datetime, *, minutes: int, **fields: object) -> Gap:
    found = now - timedelta(minutes=minutes)
    after = found - timedelta(seconds=2)
    return gap(5, 16, symbol=symbol, found_at=found, after=after, before=found, **fields)


def _seed_checks(now: datetime) -> None:
    since = now - timedelta(hours=1)
    for symbol in load_watchlist():
        save_bar_check(symbol, BarCheck("1m", since, now, 60, 0, None, now))
    worst = BarDifference(now - timedelta(minutes=20), "close", 11.22, 11.23)
    save_bar_check("LINKUSDT", BarCheck("1m", since, now, 60, 1, worst, now))
    save_clock_check(ClockCheck(-12.0, 6.0, now))


def _self_test(now: datetime) -> dict[str, object]:
    always = PlantedPair("ETHUSDT", "BTCUSDT", 1.15, 14.0, 0.0022)
    broke_at = now - timedelta(hours=8)
    breaking = PlantedPair(
        "AVAXUSDT", "SOLUSDT", 1.15, 14.0, 0.0022, holds_from=now - timedelta(hours=30), breaks_at=broke_at
    )
    whole = Completeness(expected=576, present=576, final=575, open_gaps=0)
    late = Finding(
        "break", "UTC", broke_at.timestamp(), broke_at.timestamp() + 2_100, None, None, True, "within 2 h"
    )
    pairs = [
        PairFindings(always, "5m", 576, now, whole, _findings()),
        PairFindings(breaking, "5m", 576, now, whole, [*_findings(), late]),
    ]
    luck = FalsePositives(2_000, 1_440, 1, 0.05, 104, 0.035, 0.065)
    return self_test_json(pairs, luck, source="SIMULATED", seed=1, reason=None, computed_at=datetime.now(UTC))


def _findings() -> list[Finding]:
    return [
        Finding("beta", "", 1.15, 1.162, 1.09, 1.23, True, "within 3 errors"),
        Finding("half-life", "min", 14.0, 12.8, 9.5, 17.1, True, "inside the interval found"),
        Finding("spread deviation", "", 0.0022, 0.00216, 0.0017, 0.0027, True, "within 3 errors"),
        Finding("Engle-Granger p", "", None, 0.00002, 0.0, 0.05, True, "below 0.05"),
    ]
