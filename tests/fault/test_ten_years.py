"""R36: years of minute bars in the store: requests stay small, and long work delays no queue but its own."""

import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from celery import Celery
from flask.testing import FlaskClient
from pymongo import MongoClient

from analytics.timeframes import bar_start
from app import create_app
from tests.factories import bar
from tests.fault.crowd import share
from tests.fault.measuring import Measured
from tests.integration.tasks.worker_process import WorkerProcess
from tests.integration.web.market_seed import seed_symbols
from tests.integration.web.running_web import web_environ, web_settings
from tests.product import wait_for
from workers.coordination.canary import load_canary_ages
from workers.jobs import ask
from workers.settings import Settings
from workers.store.bars import save_bars
from workers.store.jobs import load_job, open_job
from workers.store.market_clock import save_market_clock
from workers.store.progress import BarProgress, save_progress
from workers.store.results import result_key

pytestmark = pytest.mark.alone

__all__ = ["web_environ", "web_settings"]

TEN_YEARS = 5_260_000
TEN_DAYS = 14_400
PAGE = 2_000
MOST_POINTS = 5_000
REQUESTS = 60
CANARY_SECONDS = 5.0
SYMBOLS = ("BTCUSDT", "ETHUSDT")
JOB = "correlation"


def seed(bars: int) -> tuple[datetime, datetime]:
    """So many minutes of one symbol and the last of another; the first and the last start."""
    seed_symbols()
    last = bar_start(datetime.now(UTC), "1m") - timedelta(minutes=1)
    first = last - timedelta(minutes=bars - 1)
    for begin in range(0, bars, PAGE):
        _save("BTCUSDT", first, range(begin, min(begin + PAGE, bars)))
    _save("ETHUSDT", last - timedelta(minutes=MOST_POINTS - 1), range(MOST_POINTS))
    for symbol in SYMBOLS:
        save_progress(BarProgress(symbol, 1, last + timedelta(minutes=1)))
    save_market_clock(last + timedelta(minutes=1))
    return first, last


def _save(symbol: str, first: datetime, minutes: range) -> None:
    cycle = 89 if symbol == "BTCUSDT" else 97
    closes = ((first + timedelta(minutes=k), 100.0 + k % cycle) for k in minutes)
    save_bars([bar(start, "1m", close, symbol=symbol) for start, close in closes])


@pytest.fixture
def client(web_settings: Settings) -> FlaskClient:
    return create_app(web_settings, message_queue=False, background=False).test_client()


def requests_are_refused_or_paged(
    client: FlaskClient, first: datetime, last: datetime
) -> tuple[list[float], int]:
    """All of it is asked for: too many points are refused, the newest are given; how long each took."""
    times, most = [], 0
    span = f"start={first:%Y-%m-%dT%H:%M:%SZ}&end={last:%Y-%m-%dT%H:%M:%SZ}"
    for number in range(REQUESTS):
        limit = ("", f"&limit={MOST_POINTS}", f"&limit={MOST_POINTS + 1}", "&limit=5300000")[number % 4]
        began = time.perf_counter()
        answer = client.get(f"/api/get_ohlc?symbol=btcusdt&tf=1m&{span}{limit}")
        times.append(time.perf_counter() - began)
        assert answer.status_code == (200 if number % 4 < 2 else 422), answer.text[:200]
        if answer.status_code == 200:
            most = max(most, len(orjson.loads(answer.data)))
    return times, most


def years_are_served(
    client: FlaskClient, measured: Measured, environ: dict[str, str], folder: Path, *, bars: int, jobs: int
) -> None:
    """R36, with a long job instead of a back-test."""
    first, last = seed(bars)
    times, most = requests_are_refused_or_paged(client, first, last)
    oldest_canary = long_work_delays_no_other_queue(environ, folder, jobs)
    p95 = share(times, 0.95)
    measured(
        "R36",
        injected=f"{bars:,} minute bars asked for at once; {jobs} jobs of {MOST_POINTS:,} bars in `asked`",
        demanded="refused or <= 5,000 points, p95 <= 1 s; canaries of bars and analytics < 5 s",
        found=f"{most:,} points, p95 {1000 * p95:.0f} ms; canary {oldest_canary:.1f} s at most",
    )
    assert most == MOST_POINTS
    assert p95 <= 1.0
    assert oldest_canary < CANARY_SECONDS


def long_work_delays_no_other_queue(environ: dict[str, str], folder: Path, jobs: int) -> float:
    """Jobs in `asked` while canaries go through the other queues; the oldest a canary became."""
    sender = Celery("tests", broker=environ["REDIS_URL"], set_as_current=False)
    compute = WorkerProcess(environ, "compute", "bars,analytics", log_path=folder / "compute.log")
    asked_for = WorkerProcess(environ, "asked", "asked", log_path=folder / "asked.log")
    oldest = 0.0

    def sing() -> bool:
        for queue in ("bars", "analytics"):
            sender.send_task(f"workers.tasks.canary.{queue}", queue=queue, ignore_result=True)
        return None not in (load_canary_ages()["bars"], load_canary_ages()["analytics"])

    with compute, asked_for:
        wait_for(sing, 60, "the first canaries")
        asked = [_asked(number) for number in range(jobs)]

        def worked_off() -> bool:
            nonlocal oldest
            sing()
            ages = load_canary_ages()
            oldest = max(oldest, ages["bars"] or 0.0, ages["analytics"] or 0.0)
            return not any(job.is_open for job in map(load_job, asked) if job is not None)

        wait_for(worked_off, 240, "the long jobs")
    assert {job.state for job in map(load_job, asked) if job is not None} == {"done"}
    return oldest


def _asked(number: int) -> str:
    parameters: dict[str, Any] = {
        "symbols": list(SYMBOLS),
        "tf": "1m",
        "window": MOST_POINTS - 100 - number,
        "method": "kendall",
        "day_before": False,
        "hour_before": False,
    }
    job, _ = open_job(JOB, parameters, result_key(JOB, parameters, uuid.uuid4().hex))
    return ask(JOB, parameters, job.id)


@pytest.fixture
def emptied(web_settings: Settings, mongo_client: MongoClient[dict[str, Any]]) -> Iterator[None]:
    yield
    mongo_client.drop_database(web_settings.database)


@pytest.mark.usefixtures("emptied")
def test_ten_days_of_minutes(
    client: FlaskClient, measured: Measured, web_environ: dict[str, str], tmp_path: Path
) -> None:
    years_are_served(client, measured, web_environ, tmp_path, bars=TEN_DAYS, jobs=1)


@pytest.mark.soak
@pytest.mark.usefixtures("emptied")
def test_ten_years_of_minutes(
    client: FlaskClient, measured: Measured, web_environ: dict[str, str], tmp_path: Path
) -> None:
    years_are_served(client, measured, web_environ, tmp_path, bars=TEN_YEARS, jobs=20)
