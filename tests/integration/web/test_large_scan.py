"""A scan of the most symbols there may be: shared by two workers, delivered whole, stopped when cancelled."""

import os
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest
from flask.testing import FlaskClient

from analytics.pairs.scan import scan_pairs
from analytics.records.jobs import AskedJob
from analytics.records.scans import MOST_SYMBOLS
from app import create_app
from tests.integration.tasks.worker_process import WorkerProcess
from tests.integration.web.documented import documented_client
from tests.integration.web.market_seed import seed_processes
from tests.integration.web.scan_seed import seed_scans
from tests.product import wait_for
from workers.jobs import JOBS, PROCESSES
from workers.settings import Settings
from workers.store.bars import load_bars
from workers.store.jobs import load_job
from workers.store.results import load_result
from workers.store.watchlist import add_symbol, remove_symbol

SYMBOLS = [f"S{place:03}USDT" for place in range(MOST_SYMBOLS)]
BARS = 120
PAIRS = MOST_SYMBOLS * (MOST_SYMBOLS - 1)
DONE_SECONDS = 120.0
TRIES = 8  # of a scan whose pieces may be taken by one worker alone, or that may be over too soon
COMPUTED = "scan piece computed"

Workers = tuple[WorkerProcess, WorkerProcess]


@pytest.fixture(scope="module")
def client(web_settings: Settings) -> FlaskClient:
    """A test client over short bars of very many symbols, and their scan."""
    seed_scans({"1m": BARS}, SYMBOLS)
    return documented_client(create_app(web_settings, message_queue=False, background=False))


@pytest.fixture(scope="module")
def workers(
    client: FlaskClient, web_environ: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workers]:
    """One for what is asked, and one that computes."""
    logs, queue = tmp_path_factory.mktemp("workers"), JOBS["scan"].queue
    with (
        WorkerProcess(web_environ, PROCESSES[queue], queue, log_path=logs / "asking.log") as asking,
        WorkerProcess(web_environ, "compute", "analytics", log_path=logs / "computing.log") as computing,
    ):
        seed_processes(datetime.now(UTC))
        yield asking, computing


def job_of(client: FlaskClient, window: int) -> str:
    answer: Any = client.post("/api/tasks/scan", json={"symbols": SYMBOLS, "window": window})
    assert answer.status_code == 202, answer.json
    return str(answer.json["task"]["id"])


def state_of(task: str) -> AskedJob:
    job = load_job(task)
    assert job is not None
    return job


def ended(task: str) -> AskedJob:
    wait_for(lambda: not state_of(task).is_open, DONE_SECONDS, f"the end of {state_of(task)}")
    return state_of(task)


def test_the_scan_of_the_watch_list_is_stored_and_sent(client: FlaskClient) -> None:
    told: Any = client.get("/api/scan/columns?tf=1m&limit=5000").json
    assert (told["total"], len(told["columns"]["y"]), told["window"]) == (PAIRS, 5_000, 1_440)
    last: Any = client.get(f"/api/scan?tf=1m&offset={PAIRS - 10}").json
    assert [row["q_value"] for row in last["rows"]] == sorted(row["q_value"] for row in last["rows"])


def test_a_watched_symbol_too_many_refuses_nothing(client: FlaskClient) -> None:
    add_symbol("DOGEUSDT")
    try:
        assert client.get("/api/scan?tf=1m&limit=1").status_code == 200
    finally:
        remove_symbol("DOGEUSDT")


def test_a_large_scan_is_shared_by_two_workers(client: FlaskClient, workers: Workers) -> None:
    """The pieces go through Redis as a real group; what the other worker found is in the report."""
    asking, computing = workers
    for window in range(BARS, BARS - TRIES, -1):
        task = job_of(client, window)
        assert ended(task).state == "done", (state_of(task), asking.words[-2_000:])
        joined = next(line for line in asking.words.splitlines() if f"put together job={task}" in line)
        if "by_others=0" not in joined:
            break
    else:
        pytest.fail(f"the other worker did nothing of {TRIES} scans: {computing.words[-2_000:]}")
    assert f"{COMPUTED} job={task} piece=0" in computing.words
    assert COMPUTED not in asking.words
    told: Any = load_result(state_of(task).result_key)
    columns = told["columns"]
    assert len(columns["y"]) == PAIRS
    closes = {symbol: [bar.close for bar in load_bars(symbol, "1m")][-window:] for symbol in SYMBOLS}
    whole = scan_pairs(pd.DataFrame(closes))
    assert [SYMBOLS[place] for place in columns["y"]] == list(whole["y"])
    assert [SYMBOLS[place] for place in columns["x"]] == list(whole["x"])
    for name in ("statistic", "q_value"):
        assert columns[name] == pytest.approx(list(whole[name]), rel=1e-8, nan_ok=True)


def test_a_scan_that_runs_stops_when_it_is_cancelled(client: FlaskClient, workers: Workers) -> None:
    asking, _ = workers
    task = halted(client)
    answer = client.delete(f"/api/tasks/{task}")
    os.kill(child_of(task), signal.SIGCONT)
    assert answer.status_code == 202
    assert ended(task).state == "cancelled", asking.words[-2_000:]
    assert load_result(state_of(task).result_key) is None
    assert f"put together job={task}" not in asking.words


def halted(client: FlaskClient) -> str:
    """A scan that was begun, and whose process stands still before it is over."""
    for window in range(BARS - TRIES, BARS - 2 * TRIES, -1):
        task = job_of(client, window)
        began = time.monotonic()
        while state_of(task).state == "waiting":  # without a pause: it may be over in a moment
            assert time.monotonic() - began < DONE_SECONDS, "the scan is not begun"
        os.kill(child_of(task), signal.SIGSTOP)
        if state_of(task).state == "running":
            return task
        os.kill(child_of(task), signal.SIGCONT)
    raise AssertionError("every scan was over before it could be halted")


def child_of(task: str) -> int:
    return int(state_of(task).holder.split(":")[1])
