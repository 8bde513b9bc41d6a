"""Asking for jobs over the API: who may, and what is refused at the door."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

import app.on_demand
from analytics.records.jobs import AskedJob
from app.errors import BadRequest
from app.listeners import TokenBucket
from tests.integration.web.market_seed import seed_market
from tests.product import wait_for
from workers.coordination.endings import announce_end
from workers.jobs import JOBS, Job, Parameter
from workers.store.jobs import claim_job, end_job, load_jobs
from workers.store.results import result_key, save_result

JOB = "recompute_indicators"
KEY = result_key(JOB, {}, "a bar")
ADDRESS = "/api/tasks/recompute_indicators"
STRICT = Job(
    "workers.tasks.indicators.recompute_indicators",
    "analytics",
    {
        "y": Parameter("symbol"),
        "x": Parameter("symbol"),
        "tf": Parameter("timeframe", choices=("1m", "5m"), default="1m"),
        "window": Parameter("whole", low=30, high=5_000, default=1_440),
        "entry": Parameter("number", low=0.5, high=10, default=2.0),
        "method": Parameter("choice", choices=("ols", "tls"), default="ols"),
        "symbols": Parameter("symbols", low=2, high=3, default=None),
        "again": Parameter("flag", default=False),
    },
)
PAIR = {"y": "ethusdt", "x": "BTCUSDT"}


@pytest.fixture(autouse=True)
def _market(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    seed_market({"1m": 3})
    monkeypatch.setitem(JOBS, "strict", STRICT)
    monkeypatch.setattr(app.on_demand, "_allowance", TokenBucket(burst=3.0, per_second=0.001))


def _error(answer: Any) -> tuple[int, str, str]:
    error = answer.json["error"]
    return answer.status_code, error["code"], error.get("field", "")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"y": "ethusdt"}, (400, "malformed", "x")),
        (PAIR | {"colour": 1}, (400, "malformed", "colour")),
        ({"y": {"$gt": ""}, "x": "BTCUSDT"}, (400, "malformed", "y")),
        (PAIR | {"x": "NOSUCH"}, (404, "unknown_symbol", "x")),
        (PAIR | {"x": "ETHUSDT"}, (422, "same_symbol", "x")),
        (PAIR | {"tf": "1s"}, (400, "malformed", "tf")),
        (PAIR | {"window": 29}, (422, "out_of_range", "window")),
        (PAIR | {"window": "60"}, (400, "malformed", "window")),
        (PAIR | {"window": True}, (400, "malformed", "window")),
        (PAIR | {"window": 60.5}, (400, "malformed", "window")),
        (PAIR | {"entry": 99}, (422, "out_of_range", "entry")),
        (PAIR | {"method": "magic"}, (400, "malformed", "method")),
        (PAIR | {"symbols": ["BTCUSDT", "btcusdt"]}, (422, "out_of_range", "symbols")),
        (PAIR | {"symbols": "BTCUSDT"}, (400, "malformed", "symbols")),
        (PAIR | {"again": 1}, (400, "malformed", "again")),
        ([], (400, "malformed", "")),
    ],
)
def test_what_a_job_does_not_take_is_refused_by_name(
    client: FlaskClient, body: object, expected: tuple[int, str, str]
) -> None:
    assert _error(client.post("/api/tasks/strict", json=body)) == expected
    assert load_jobs() == []


def test_what_is_not_given_has_its_default(client: FlaskClient) -> None:
    answer: Any = client.post("/api/tasks/strict", json=PAIR)
    assert answer.status_code == 202
    assert answer.headers["Location"] == answer.json["address"]
    assert answer.json["task"]["parameters"] == {
        "y": "ETHUSDT",
        "x": "BTCUSDT",
        "tf": "1m",
        "window": 1_440,
        "entry": 2.0,
        "method": "ols",
        "symbols": None,
        "again": False,
    }
    assert answer.json["task"]["state"] == "waiting"


def test_an_unknown_job_and_an_unknown_task_are_404(client: FlaskClient) -> None:
    assert _error(client.post("/api/tasks/magic", json={})) == (404, "unknown_job", "")
    assert _error(client.get("/api/tasks/magic")) == (404, "unknown_task", "")
    assert _error(client.delete("/api/tasks/magic")) == (404, "unknown_task", "")


def test_another_site_asks_for_nothing_and_cancels_nothing(client: FlaskClient) -> None:
    foreign = {"Origin": "https://elsewhere.example"}
    task: Any = client.post(ADDRESS, json={}).json
    assert client.post(ADDRESS, json={"symbol": "BTCUSDT"}, headers=foreign).status_code == 403
    assert client.delete(task["address"], headers=foreign).status_code == 403
    assert [job.state for job in load_jobs()] == ["waiting"]


def test_who_asks_for_too_much_is_told_to_wait_and_joining_costs_nothing(client: FlaskClient) -> None:
    symbols = [None, "BTCUSDT", "ETHUSDT", "DOGEUSDT"]
    answers = [client.post(ADDRESS, json={"symbol": symbol}) for symbol in symbols]
    assert [answer.status_code for answer in answers] == [202, 202, 202, 429]
    assert client.post(ADDRESS, json={"symbol": "BTCUSDT"}).status_code == 202


def test_the_list_tells_the_newest_first_and_what_can_be_asked_for(client: FlaskClient) -> None:
    for symbol in ("BTCUSDT", "ETHUSDT"):
        client.post(ADDRESS, json={"symbol": symbol})
    told: Any = client.get("/api/tasks").json
    assert [task["parameters"]["symbol"] for task in told["tasks"]] == ["ETHUSDT", "BTCUSDT"]
    assert "recompute_indicators" in told["jobs"]


def test_a_broker_that_is_away_is_told_of_and_leaves_nothing_open(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_given: object) -> str:
        raise app.on_demand.BrokerDown("Connection refused")

    monkeypatch.setattr(app.on_demand, "ask", away)
    assert _error(client.post(ADDRESS, json={})) == (503, "redis_down", "")
    assert [(job.state, job.error["code"]) for job in load_jobs()] == [("failed", "queue_down")]


def _work(end: Callable[[AskedJob], object]) -> threading.Thread:
    """A worker in a thread: claims the next job, and ends it in some way."""

    def run() -> None:
        wait_for(lambda: bool(load_jobs(limit=1)), 20, "a job")
        claimed = claim_job(load_jobs(limit=1)[0].id, "this test")
        assert claimed is not None
        end(claimed)
        announce_end(claimed.id)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def _answered(client: FlaskClient, parameters: dict[str, object]) -> Any:
    with client.application.test_request_context("/api/x"):
        try:
            return app.on_demand.answer(JOB, parameters, KEY, lambda value: {"doubled": 2 * value["n"]})
        except BadRequest as error:
            return error


def test_what_a_worker_finishes_in_time_is_the_answer_and_then_the_stored_one(client: FlaskClient) -> None:
    def finish(job: AskedJob) -> None:
        save_result(job.result_key, {"n": 21})
        end_job(job, "done")

    worker = _work(finish)
    assert _answered(client, {}).json == {"doubled": 42}
    worker.join()
    assert _answered(client, {}).json == {"doubled": 42}
    assert len(load_jobs()) == 1


@pytest.mark.parametrize(
    ("error", "status"),
    [
        ({"code": "not_enough_data", "message": "needs 100", "have": 7, "need": 100}, 409),
        ({"code": "cannot_be_computed", "message": "constant"}, 422),
        ({"code": "worker_died", "message": "died"}, 503),
        ({"code": "failed", "message": "the computation failed (ValueError)"}, 500),
    ],
)
def test_how_a_job_fails_is_the_answer(client: FlaskClient, error: dict[str, object], status: int) -> None:
    worker = _work(lambda job: end_job(job, "failed", error=error))
    found = _answered(client, {})
    worker.join()
    assert (found.status, found.code, found.message) == (status, error["code"], error["message"])
    assert found.details == {name: error[name] for name in ("have", "need") if name in error}


def test_what_takes_longer_has_an_address(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.on_demand.ended, "__defaults__", (0.1,))
    found = _answered(client, {})
    assert found.status_code == 202
    assert found.headers["Location"] == f"/api/tasks/{load_jobs()[0].id}"
    told: Any = client.get(found.headers["Location"]).json
    assert (told["state"], told["result"]) == ("waiting", None)


def test_no_more_than_so_many_requests_wait(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are told the address at once: waiting holds a thread of the server."""
    monkeypatch.setattr(app.on_demand, "_waiting", threading.BoundedSemaphore(1))
    assert app.on_demand._waiting.acquire(blocking=False)
    began = time.monotonic()
    assert _answered(client, {}).status_code == 202
    assert time.monotonic() - began < app.on_demand.WAIT_SECONDS


@pytest.mark.parametrize(
    ("chosen", "field"),
    [({"entry": 1.0, "exit": 1.5}, "entry"), ({"method": "theil_sen", "window": 3_001}, "window")],
)
def test_values_that_contradict_each_other_are_refused_at_the_door(
    client: FlaskClient, chosen: dict[str, object], field: str
) -> None:
    answer = client.post("/api/tasks/pair_analysis", json=PAIR | chosen)
    assert _error(answer) == (422, "out_of_range", field)
    assert load_jobs() == []


def test_no_symbol_of_a_long_list_is_dropped_unseen(client: FlaskClient) -> None:
    repeated = {"symbols": ["BTCUSDT"] * 300 + ["NOSUCH"]}
    assert _error(client.post("/api/tasks/correlation", json=repeated)) == (404, "unknown_symbol", "symbols")
    endless = {"symbols": ["BTCUSDT"] * 10_001}
    assert _error(client.post("/api/tasks/correlation", json=endless)) == (422, "out_of_range", "symbols")
