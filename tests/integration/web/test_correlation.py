"""What the API says of correlations: from the store, from a real worker, and what it refuses."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from flask.testing import FlaskClient
from scipy.stats import spearmanr

from analytics.records.correlations import MOST_SYMBOLS
from app import create_app
from tests.integration.tasks.worker_process import WorkerProcess
from tests.integration.web.correlation_seed import SYMBOLS, seed_correlations
from tests.integration.web.documented import documented_client
from tests.integration.web.market_seed import seed_processes
from tests.product import wait_for
from workers.jobs import JOBS, PROCESSES
from workers.settings import Settings
from workers.store.bars import load_bars
from workers.store.watchlist import add_symbol, remove_symbol

DONE_SECONDS = 60.0


@pytest.fixture(scope="module")
def client(web_settings: Settings) -> FlaskClient:
    """A test client over three symbols with 1,600 minutes each, and 30 bars of five."""
    seed_correlations({"1m": 1_600, "5m": 30})
    return documented_client(create_app(web_settings, message_queue=False, background=False))


@pytest.fixture(scope="module")
def worker(
    client: FlaskClient, web_environ: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WorkerProcess]:
    """One worker for what is asked."""
    log, queue = tmp_path_factory.mktemp("worker") / "asking.log", JOBS["correlation"].queue
    with WorkerProcess(web_environ, PROCESSES[queue], queue, log_path=log) as process:
        seed_processes(datetime.now(UTC))
        yield process


def returns(symbol: str, *, end: int | None = None, count: int = 1_440) -> np.ndarray:
    closes = [bar.close for bar in load_bars(symbol, "1m")][:end]
    return np.diff(np.log(closes))[-count:]


def post(client: FlaskClient, body: object) -> Any:
    answer = client.post("/api/corr_heatmap", json=body)
    return answer.status_code, answer.json


def test_the_heat_map_has_its_key_and_is_answered_from_the_store(client: FlaskClient) -> None:
    status, told = post(client, {"symbols": ["btcusdt", "ETHUSDT"], "tf": "1m"})
    assert status == 200
    expected = np.corrcoef(returns("BTCUSDT"), returns("ETHUSDT"))[0, 1]
    assert told["corr"] == {
        "btcusdt": {"btcusdt": 1.0, "ETHUSDT": pytest.approx(expected, rel=1e-9)},
        "ETHUSDT": {"btcusdt": pytest.approx(expected, rel=1e-9), "ETHUSDT": 1.0},
    }
    assert told["n"]["btcusdt"]["ETHUSDT"] == 1_440
    assert told["p"]["btcusdt"]["ETHUSDT"] < 1e-9
    assert sorted(told["order"]) == ["ETHUSDT", "btcusdt"]
    assert told["completeness"]["expected"] == told["window"] == 1_440
    assert told["as_of"].endswith("Z")


def test_another_site_may_ask_for_the_heat_map_without_a_token(client: FlaskClient) -> None:
    answer = client.post(
        "/api/corr_heatmap",
        json={"symbols": list(SYMBOLS), "tf": "1m"},
        headers={"Origin": "http://elsewhere.example"},
    )
    assert answer.status_code == 200


def test_the_watch_list_is_answered_from_the_store(client: FlaskClient) -> None:
    told: Any = client.get("/api/correlation?tf=1m&window=240").json
    assert told["symbols"] == list(SYMBOLS)
    expected = np.corrcoef(returns("BTCUSDT", count=240), returns("ETHUSDT", count=240))[0, 1]
    assert told["values"][1][0] == pytest.approx(expected, rel=1e-9)
    assert (told["n"], told["returns"]) == ([[], [240], [240, 240]], [240, 240, 240])
    assert [len(row) for row in told["p_values"]] == [0, 1, 2]


def test_a_symbol_without_history_yet_keeps_nobody_waiting(client: FlaskClient) -> None:
    add_symbol("DOGEUSDT")
    try:
        answer = client.get("/api/correlation?tf=1m&window=240")
    finally:
        remove_symbol("DOGEUSDT")
    assert answer.status_code == 200
    assert answer.json["symbols"] == list(SYMBOLS)  # type: ignore[index]  # JSON


def test_a_watch_list_that_is_too_long_refuses_nothing(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"N{place:03}USDT" for place in range(MOST_SYMBOLS)]
    for name in names:
        add_symbol(name)
    monkeypatch.setattr("app.known_symbols._kept", {})
    try:
        answer = client.get("/api/correlation?tf=1m&window=240")
    finally:
        for name in names:
            remove_symbol(name)
    assert (answer.status_code, answer.json["symbols"]) == (200, list(SYMBOLS))  # type: ignore[index]  # JSON


def asked_for(client: FlaskClient, query: str) -> Any:
    """The answer, when the worker has given it."""
    wait_for(lambda: client.get(f"/api/correlation?{query}").status_code == 200, DONE_SECONDS, query)
    return client.get(f"/api/correlation?{query}").json


def test_ranks_are_asked_of_a_worker(client: FlaskClient, worker: WorkerProcess) -> None:
    told = asked_for(client, "tf=1m&window=100&method=spearman&symbols=ethusdt,btcusdt")
    assert told["symbols"] == ["BTCUSDT", "ETHUSDT"]
    expected = spearmanr(returns("BTCUSDT", count=100), returns("ETHUSDT", count=100))
    assert told["values"][1][0] == pytest.approx(expected.statistic, rel=1e-9)
    assert told["p_values"][1][0] == pytest.approx(expected.pvalue, rel=1e-6)


@pytest.mark.parametrize(("earlier", "bars"), [("day_before", 1_440), ("hour_before", 60)])
def test_what_was_before_is_asked_of_a_worker(
    client: FlaskClient, worker: WorkerProcess, earlier: str, bars: int
) -> None:
    now: Any = client.get("/api/correlation?tf=1m&window=60").json
    told = asked_for(client, f"tf=1m&window=60&{earlier}=true")
    assert pd.Timestamp(told["as_of"]) == pd.Timestamp(now["as_of"]) - timedelta(minutes=bars)
    kept = [returns(symbol, end=-bars, count=60) for symbol in ("BTCUSDT", "ETHUSDT")]
    assert told["values"][1][0] == pytest.approx(np.corrcoef(kept)[0, 1], rel=1e-9)


def test_an_hour_and_a_day_before_at_once_are_refused(client: FlaskClient) -> None:
    answer: Any = client.get("/api/correlation?hour_before=true&day_before=true")
    assert (answer.status_code, answer.json["error"]["field"]) == (422, "hour_before")


def test_too_few_bars_are_a_409_that_says_how_many(client: FlaskClient, worker: WorkerProcess) -> None:
    query = "/api/correlation?tf=15m&symbols=btcusdt,ethusdt"
    wait_for(lambda: client.get(query).status_code == 409, DONE_SECONDS, "an answer")
    error = client.get(query).json["error"]  # type: ignore[index]  # JSON
    assert (error["code"], error["have"], error["need"]) == ("not_enough_data", 0, 20)


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"tf": "1m"}, 400, "symbols"),
        ({"symbols": "BTCUSDT"}, 400, "symbols"),
        ({"symbols": {"$gt": ""}}, 400, "symbols"),
        ({"symbols": [{"$gt": ""}]}, 400, "symbols"),
        ({"symbols": []}, 422, "symbols"),
        ({"symbols": ["BTCUSDT", "NOSUCH"]}, 404, "symbols"),
        ({"symbols": ["BTCUSDT"], "tf": "7m"}, 400, "tf"),
        ({"symbols": ["BTCUSDT"], "window": 3}, 422, "window"),
        ({"symbols": ["BTCUSDT"], "method": "cosine"}, 400, "method"),
        ({"symbols": ["BTCUSDT"], "more": 1}, 400, "more"),
    ],
)
def test_what_is_malformed_is_refused(client: FlaskClient, body: object, status: int, field: str) -> None:
    found, told = post(client, body)
    assert (found, told["error"]["field"]) == (status, field)


def test_what_is_no_json_is_refused(client: FlaskClient) -> None:
    assert client.post("/api/corr_heatmap", data="symbols=BTCUSDT").status_code == 415
    assert client.post("/api/corr_heatmap", data="[", content_type="application/json").status_code == 400


def test_a_symbol_without_any_bars_is_a_409(client: FlaskClient) -> None:
    status, told = post(client, {"symbols": ["DOGEUSDT"]})
    assert (status, told["error"]["code"]) == (409, "not_enough_data")
    assert (told["error"]["have"], told["error"]["need"]) == (0, 20)
