"""What the API says of all pairs: from the store, from a real worker, and what it refuses."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient
from statsmodels.tsa.stattools import coint

from app import create_app
from tests.integration.tasks.worker_process import WorkerProcess
from tests.integration.web.documented import documented_client
from tests.integration.web.market_seed import seed_processes
from tests.integration.web.scan_seed import SYMBOLS, seed_scans
from tests.product import wait_for
from workers.settings import Settings
from workers.store.bars import load_bars
from workers.store.watchlist import add_symbol, remove_symbol

DONE_SECONDS = 90.0


@pytest.fixture(scope="module")
def client(web_settings: Settings) -> FlaskClient:
    """A test client over four symbols with 600 minutes each, and 30 bars of five."""
    seed_scans({"1m": 600, "5m": 30})
    return documented_client(create_app(web_settings, message_queue=False, background=False))


@pytest.fixture(scope="module")
def worker(
    client: FlaskClient, web_environ: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WorkerProcess]:
    """One worker for what is asked."""
    log = tmp_path_factory.mktemp("worker") / "batch.log"
    with WorkerProcess(web_environ, "batch", "batch", log_path=log) as process:
        seed_processes(datetime.now(UTC))
        yield process


def asked(client: FlaskClient, query: str = "") -> Any:
    answer = client.get(f"/api/scan?tf=1m&{query}")
    assert answer.status_code == 200, answer.json
    return answer.json


def logs(symbol: str, count: int) -> np.ndarray:
    values = np.log([bar.close for bar in load_bars(symbol, "1m")][-count:])
    return values - values.mean()


def test_the_watch_list_is_answered_from_the_store(client: FlaskClient) -> None:
    told = asked(client)
    assert (told["total"], len(told["rows"]), told["offset"], told["luck"]["pairs"]) == (12, 12, 0, 6)
    assert told["completeness"]["expected"] == told["window"] == 1_440
    assert told["as_of"].endswith("Z")
    best = told["rows"][0]
    assert {best["y"], best["x"]} == {"BTCUSDT", "ETHUSDT"}
    statistic, chance, _ = coint(logs(best["y"], 600), logs(best["x"], 600))
    assert (best["statistic"], best["p_value"]) == pytest.approx((statistic, chance), rel=1e-8)
    assert best["q_value"] < 0.05
    assert [row["q_value"] for row in told["rows"]] == sorted(row["q_value"] for row in told["rows"])


def test_a_symbol_without_history_yet_keeps_nobody_waiting(client: FlaskClient) -> None:
    add_symbol("DOGEUSDT")
    try:
        told = asked(client)
    finally:
        remove_symbol("DOGEUSDT")
    assert told["symbols"] == list(SYMBOLS)


def test_rows_are_filtered_sorted_and_paged(client: FlaskClient) -> None:
    found = asked(client, "q_max=0.05")
    assert found["total"] == 2
    by_z = asked(client, "sort=abs_zscore&order=desc&limit=5")
    sizes = [abs(row["zscore"]) for row in by_z["rows"]]
    assert (by_z["total"], sizes) == (12, sorted(sizes, reverse=True))
    rest = asked(client, "sort=abs_zscore&order=desc&limit=100&offset=5")
    assert len(rest["rows"]) == 7
    assert abs(rest["rows"][0]["zscore"]) <= sizes[-1]
    assert all(abs(row["zscore"]) >= 1 for row in asked(client, "z_min=1")["rows"])
    quick = asked(client, "half_life_min=60&half_life_max=3600")["rows"]
    assert quick
    assert all(1 <= row["half_life"] <= 60 for row in quick)
    assert asked(client, "volume_min=1")["total"] == 0
    verdicts = {row["verdict"] for row in asked(client)["rows"]}
    assert sum(asked(client, f"verdict={verdict}")["total"] for verdict in verdicts) == 12


def test_what_does_not_exist_comes_last_either_way(client: FlaskClient) -> None:
    for order in ("asc", "desc"):
        lives = [row["half_life"] is None for row in asked(client, f"sort=half_life&order={order}")["rows"]]
        assert lives == sorted(lives)


def test_other_symbols_are_asked_of_a_worker(client: FlaskClient, worker: WorkerProcess) -> None:
    query = "/api/scan?tf=1m&symbols=xrpusdt,ethusdt,btcusdt&window=300&q_max=0.05"
    wait_for(lambda: client.get(query).status_code == 200, DONE_SECONDS, "the scan")
    told: Any = client.get(query).json
    assert (told["symbols"], told["luck"]["pairs"]) == (["BTCUSDT", "ETHUSDT", "XRPUSDT"], 3)
    for row in told["rows"]:
        statistic = coint(logs(row["y"], 300), logs(row["x"], 300))[0]
        assert row["statistic"] == pytest.approx(statistic, rel=1e-8)


def test_a_large_scan_is_shared_by_two_workers(
    client: FlaskClient,
    web_environ: dict[str, str],
    worker: WorkerProcess,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    log = tmp_path_factory.mktemp("worker") / "compute.log"
    with WorkerProcess(web_environ, "compute", "analytics", log_path=log):
        seed_processes(datetime.now(UTC))
        query = "/api/scan?tf=1m&window=240"
        wait_for(lambda: client.get(query).status_code == 200, DONE_SECONDS, "the scan")
    assert asked(client, "window=240")["total"] == len(SYMBOLS) * (len(SYMBOLS) - 1)


def test_too_few_bars_are_a_409_that_says_how_many(client: FlaskClient, worker: WorkerProcess) -> None:
    query = "/api/scan?tf=5m"
    wait_for(lambda: client.get(query).status_code == 409, DONE_SECONDS, "an answer")
    error = client.get(query).json["error"]  # type: ignore[index]  # JSON
    assert (error["code"], error["have"], error["need"]) == ("not_enough_data", 30, 100)


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ("tf=1s", 400, "tf"),
        ("sort=price", 400, "sort"),
        ("order=up", 400, "order"),
        ("limit=0", 422, "limit"),
        ("limit=5001", 422, "limit"),
        ("offset=-1", 422, "offset"),
        ("q_max=few", 400, "q_max"),
        ("z_min=-2", 422, "z_min"),
        ("z_min=nan", 422, "z_min"),
        ("verdict=maybe", 400, "verdict"),
        ("window=10", 422, "window"),
        ("symbols=btcusdt", 422, "symbols"),
        ("symbols=btcusdt,nosuch", 404, "symbols"),
    ],
)
def test_what_is_malformed_is_refused(client: FlaskClient, query: str, status: int, field: str) -> None:
    answer = client.get(f"/api/scan?{query}")
    assert (answer.status_code, answer.json["error"]["field"]) == (status, field)  # type: ignore[index]  # JSON


def test_a_symbol_without_bars_beside_one_with_some_is_a_409(client: FlaskClient) -> None:
    error = client.get("/api/scan?symbols=dogeusdt,btcusdt").json["error"]  # type: ignore[index]  # JSON
    assert (error["code"], error["have"], error["need"]) == ("not_enough_data", 0, 100)
