"""Asked jobs from the web to a real worker and back: progress, cancel, a worker that is killed."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from analytics.records.jobs import AskedJob
from app import create_app
from app.lost_jobs import mend_jobs
from app.on_demand import answer, asked_job, ended
from tests.integration.tasks.worker_process import WorkerProcess
from tests.integration.web.market_seed import STEPS, seed_symbols, wandering_bars
from tests.integration.web.running_web import web_environ, web_settings
from tests.product import wait_for
from workers.settings import Settings
from workers.store.bars import save_bars
from workers.store.database import collection
from workers.store.indicators import load_latest_indicators
from workers.store.jobs import load_job, load_jobs, open_job
from workers.store.progress import BarProgress, save_progress
from workers.store.results import result_key

__all__ = ["web_environ", "web_settings"]

JOB, BTC = "recompute_indicators", "BTCUSDT"
DONE_SECONDS = 60.0
BARS = 400
TRIES = 20  # a job may be over before it is halted


@pytest.fixture(scope="module")
def app(web_settings: Settings) -> Flask:
    """The web in this process, over a market of three symbols."""
    seed_symbols()
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    for symbol in STEPS:
        for timeframe in ("1m", "5m"):
            bars = wandering_bars(symbol, timeframe, newest=now, count=BARS)
            save_bars(bars)
        save_progress(BarProgress(symbol, 1, now))
    return create_app(web_settings, message_queue=False, background=False)


@pytest.fixture(scope="module")
def worker(
    app: Flask, web_environ: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WorkerProcess]:
    """A computing worker."""
    log = tmp_path_factory.mktemp("worker") / "compute.log"
    with WorkerProcess(web_environ, "compute", "bars,analytics", log_path=log) as process:
        yield process


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Flask's test client."""
    return app.test_client()


def _ask(client: FlaskClient, **parameters: object) -> Any:
    answer = client.post(f"/api/tasks/{JOB}", json=parameters)
    assert answer.status_code == 202, answer.json
    return answer.json


def _state(task: str) -> AskedJob:
    job = load_job(task)
    assert job is not None
    return job


def _in_state(task: str, *states: str) -> None:
    wait_for(lambda: _state(task).state in states, DONE_SECONDS, f"{states}, it is {_state(task)}")


def _child(job: AskedJob) -> int:
    return int(job.holder.split(":")[1])


def _halted(client: FlaskClient) -> AskedJob:
    """A job that was begun and whose process stands still."""
    for _ in range(TRIES):
        task = _ask(client)["task"]["id"]
        began = time.monotonic()
        while _state(task).state == "waiting":  # without a pause: it may be over in a moment
            assert time.monotonic() - began < DONE_SECONDS, "the job is not begun"
        os.kill(_child(_state(task)), signal.SIGSTOP)
        if _state(task).state == "running":
            return _state(task)
        os.kill(_child(_state(task)), signal.SIGCONT)
    raise AssertionError(f"{TRIES} jobs were over before they could be halted")


def test_without_a_worker_nothing_is_asked_and_the_answer_says_so(client: FlaskClient) -> None:
    answer: Any = client.post(f"/api/tasks/{JOB}", json={"symbol": BTC})
    assert answer.status_code == 503
    assert answer.json["error"]["code"] == "compute_down"
    assert "compute" in answer.json["error"]["message"]
    assert answer.json["error"]["message"].endswith("see the System page")
    assert client.get("/api/tasks").json["tasks"] == []  # type: ignore[index]  # JSON


def test_a_job_is_done_by_the_worker_and_its_result_is_told(
    client: FlaskClient, worker: WorkerProcess
) -> None:
    collection("indicators").delete_many({})
    asked = _ask(client, symbol="btcusdt")
    assert asked["task"]["parameters"] == {"symbol": BTC}
    _in_state(asked["task"]["id"], "done", "failed")
    told: Any = client.get(asked["address"]).json
    assert told["state"] == "done", (told, worker.words)
    assert told["result"]["symbols"] == [BTC]
    assert told["result"]["snapshots"] > BARS
    assert (told["done"], told["error"]) == (told["total"], None)
    assert load_latest_indicators(BTC, "5m") is not None
    assert load_latest_indicators("ETHUSDT", "5m") is None


def test_an_answer_waits_for_the_worker_and_is_stored(app: Flask, worker: WorkerProcess) -> None:
    key = result_key(JOB, {"symbol": BTC}, datetime.now(UTC))
    with app.test_request_context():
        job = ended(asked_job(JOB, {"symbol": BTC}, key), DONE_SECONDS)
        assert job.state == "done"
        found = answer(JOB, {"symbol": BTC}, key, lambda value: {"count": value["snapshots"]})
    assert found.status_code == 200
    assert found.json["count"] > BARS  # type: ignore[index]  # JSON
    assert len([row for row in load_jobs() if row.result_key == key]) == 1, (
        "the stored result is not computed again"
    )


def test_an_error_of_the_job_is_the_answers(app: Flask, worker: WorkerProcess) -> None:
    """The symbol has no bars at all: 409 with what there is and what is needed."""
    key = result_key(JOB, {"symbol": "NOSUCH"}, "none")
    with app.test_request_context("/api/x"):
        asked = ended(asked_job(JOB, {"symbol": "NOSUCH"}, key), DONE_SECONDS)
        assert asked.state == "failed"
    assert asked.error["code"] == "not_enough_data"
    assert (asked.error["have"], asked.error["need"]) == (0, 1)


def test_who_asks_for_the_same_at_the_same_time_joins_it(client: FlaskClient, worker: WorkerProcess) -> None:
    halted = _halted(client)
    try:
        ids: list[str] = []
        threads = [threading.Thread(target=lambda: ids.append(_ask(client)["task"]["id"])) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert set(ids) == {halted.id}
    finally:
        os.kill(_child(halted), signal.SIGCONT)
    _in_state(halted.id, "done")


def test_what_runs_stops_when_it_is_cancelled(client: FlaskClient, worker: WorkerProcess) -> None:
    halted = _halted(client)
    answer = client.delete(f"/api/tasks/{halted.id}")
    os.kill(_child(halted), signal.SIGCONT)
    assert answer.status_code == 202
    _in_state(halted.id, "cancelled")
    assert client.delete(f"/api/tasks/{halted.id}").status_code == 409


def test_what_waits_is_cancelled_at_once_and_the_worker_passes_it_over(
    client: FlaskClient, worker: WorkerProcess
) -> None:
    halted = _halted(client)  # the only process of the worker
    try:
        waiting = _ask(client, symbol=BTC)
        answer: Any = client.delete(waiting["address"])
        assert (answer.status_code, answer.json["state"]) == (200, "cancelled")
    finally:
        os.kill(_child(halted), signal.SIGCONT)
    _in_state(halted.id, "done")
    after = _ask(client, symbol=BTC)["task"]["id"]
    _in_state(after, "done")
    assert _state(waiting["task"]["id"]).state == "cancelled"
    assert _state(waiting["task"]["id"]).attempts == 0


def test_a_job_whose_process_is_killed_is_begun_again_and_done(
    client: FlaskClient, worker: WorkerProcess
) -> None:
    halted = _halted(client)
    os.kill(_child(halted), signal.SIGKILL)

    def is_over() -> bool:
        list(mend_jobs())  # as the web does every two seconds
        return not _state(halted.id).is_open

    wait_for(is_over, DONE_SECONDS, f"the end of a job whose process was killed: {worker.words[-1_000:]}")
    assert (_state(halted.id).state, _state(halted.id).attempts) == ("done", 2), _state(halted.id)


def test_a_job_that_was_never_sent_is_sent_by_who_looks_after_it(app: Flask, worker: WorkerProcess) -> None:
    """The web died between writing the row and sending the task."""
    job, _ = open_job(JOB, {"symbol": BTC}, "left behind")
    collection("jobs").update_one({"_id": job.id}, {"$set": {"asked_at": datetime(2026, 1, 1, tzinfo=UTC)}})
    list(mend_jobs())
    assert _state(job.id).state == "failed"  # it waited far too long
    assert _state(job.id).error["code"] == "not_begun"
    job, _ = open_job(JOB, {"symbol": BTC}, "left behind")

    def is_done() -> bool:
        list(mend_jobs())
        return _state(job.id).state == "done"

    wait_for(is_done, DONE_SECONDS, "a job that nobody had sent")


def test_a_job_that_an_older_version_left_behind_fails(app: Flask) -> None:
    """Its name has gone with the upgrade: nobody can begin it again."""
    job, _ = open_job("of_an_older_version", {}, "left by another version")
    collection("jobs").update_one({"_id": job.id}, {"$set": {"state": "running", "attempts": 1}})
    list(mend_jobs())
    assert _state(job.id).state == "failed"
    assert _state(job.id).error["message"] == "this version knows no such job"
