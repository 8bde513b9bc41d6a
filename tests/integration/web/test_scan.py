"""What the API says of all pairs: from the store, from a real worker, and what it refuses."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient
from statsmodels.tsa.stattools import coint

from app import create_app, sent_scans
from tests.integration.tasks.worker_process import WorkerProcess
from tests.integration.web.documented import documented_client
from tests.integration.web.market_seed import seed_processes
from tests.integration.web.scan_seed import SYMBOLS, seed_scans
from tests.product import wait_for
from tests.stored_scans import load_scan
from workers.jobs import JOBS, PROCESSES
from workers.settings import Settings
from workers.store.bars import load_bars
from workers.store.scans import load_scan_columns, save_scan
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
    log, queue = tmp_path_factory.mktemp("worker") / "asking.log", JOBS["scan"].queue
    with WorkerProcess(web_environ, PROCESSES[queue], queue, log_path=log) as process:
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


def test_some_pairs_are_asked_for_alone(client: FlaskClient) -> None:
    told = asked(client, "pairs=ETHUSDT/BTCUSDT,XRPUSDT/ETHUSDT&sort=y")
    pairs = [(row["y"], row["x"]) for row in told["rows"]]
    assert pairs == [("ETHUSDT", "BTCUSDT"), ("XRPUSDT", "ETHUSDT")]
    assert asked(client, "pairs=ETHUSDT/NONE")["total"] == 0


def test_what_does_not_exist_comes_last_either_way(client: FlaskClient) -> None:
    for order in ("asc", "desc"):
        lives = [row["half_life"] is None for row in asked(client, f"sort=half_life&order={order}")["rows"]]
        assert lives == sorted(lives)


def test_other_symbols_are_asked_of_a_worker(client: FlaskClient, worker: WorkerProcess) -> None:
    query = "/api/scan?tf=1m&symbols=xrpusdt,ethusdt,btcusdt&window=300&q_max=0.05"
    wait_for(lambda: client.get(query).status_code == 200, DONE_SECONDS, "the scan")
    told: Any = client.get(query).json
    assert (told["symbols"], told["luck"]["pairs"]) == (["BTCUSDT", "ETHUSDT", "XRPUSDT"], 3)
    alone: Any = client.get(f"{query.removesuffix('&q_max=0.05')}&pairs=ETHUSDT/BTCUSDT").json
    assert [len(row["zscores"]) for row in alone["rows"]] == [24]
    for row in [*told["rows"], *alone["rows"]]:
        statistic = coint(logs(row["y"], 300), logs(row["x"], 300))[0]
        assert row["statistic"] == pytest.approx(statistic, rel=1e-8)


def test_the_same_rows_are_sent_as_columns(client: FlaskClient) -> None:
    query = "sort=zscore&z_min=0.5"
    rows, told = asked(client, query)["rows"], client.get(f"/api/scan/columns?tf=1m&{query}").json
    assert rows
    columns: Any = told["columns"]  # type: ignore[index]  # JSON
    assert [told["symbols"][place] for place in columns["y"]] == [row["y"] for row in rows]  # type: ignore[index]
    assert columns["zscores"] == [pytest.approx(row["zscores"], rel=1e-5) for row in rows]
    others = {(row["y"], row["x"]): row["p_value"] for row in asked(client)["rows"]}
    assert columns["other_p_value"] == [pytest.approx(others[row["x"], row["y"]], rel=1e-5) for row in rows]
    for name in ("beta", "p_value", "q_value", "zscore", "half_life"):
        for short, row in zip(columns[name], rows, strict=True):
            assert short == (None if row[name] is None else pytest.approx(row[name], rel=1e-5))
    for row in rows:
        assert row["text"] == told["words"][row["verdict"]]  # type: ignore[index]  # JSON


def test_a_scan_is_read_and_encoded_once_for_all_who_ask_the_same(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[str] = []
    monkeypatch.setattr(
        sent_scans,
        "load_scan_columns",
        lambda timeframe: reads.append(timeframe) or load_scan_columns(timeframe),
    )
    scan = load_scan("1m")
    assert scan is not None
    save_scan(replace(scan, computed_at=datetime.now(UTC)))
    first = [client.get("/api/scan/columns?tf=1m&z_min=0").data for _ in range(3)]
    assert (len(set(first)), reads) == (1, ["1m"])
    asked(client, "z_min=1")
    assert reads == ["1m"]
    save_scan(replace(scan, computed_at=datetime.now(UTC), scores=scan.scores[:2]))
    try:
        assert asked(client)["total"] == 2
    finally:
        save_scan(scan)
    assert asked(client)["total"] == len(scan.scores)


def test_what_trades_too_little_is_not_tested_when_that_is_asked(
    client: FlaskClient, worker: WorkerProcess
) -> None:
    query = "/api/scan?tf=1m&least_volume=1000000"
    wait_for(lambda: client.get(query).status_code == 200, DONE_SECONDS, "the scan")
    told: Any = client.get(query).json
    assert (told["luck"]["pairs"], told["least_volume"]) == (0, 1e6)  # no volume is known here
    assert {row["verdict"] for row in told["rows"]} == {"untestable"}
    assert told["rows"][0]["text"] == f"Not testable: {told['rows'][0]['y']} has no known volume."


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
        ("least_volume=-1", 422, "least_volume"),
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
