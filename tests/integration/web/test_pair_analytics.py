"""What the API says of a pair: from the store, from a real worker, and what it refuses."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from statsmodels.tsa.stattools import coint

from app import create_app
from tests.integration.tasks.worker_process import WorkerProcess
from tests.integration.web.documented import documented_client
from tests.integration.web.market_seed import seed_processes
from tests.integration.web.pair_seed import BTC, DOGE, ETH, seed_pair
from tests.product import wait_for
from workers.settings import Settings
from workers.store.bars import load_bars
from workers.store.jobs import load_jobs
from workers.store.progress import BarProgress, save_progress

QUERY = "y=ethusdt&x=btcusdt"
ANALYTICS_KEYS = {"beta", "intercept", "last_spread", "last_z", "adf", "rolling_corr", "n"}
COINTEGRATION_KEYS = {"cointegration", "beta", "alpha", "half_life", "zscore_series", "spread_series"}
DONE_SECONDS = 60.0


@pytest.fixture(scope="module")
def client(web_settings: Settings) -> FlaskClient:
    """A test client over one planted pair of 400 minutes, and 60 bars of five."""
    seed_pair({"1m": 400, "5m": 60})
    app: Flask = create_app(web_settings, message_queue=False, background=False)
    return documented_client(app)


@pytest.fixture(scope="module")
def worker(
    client: FlaskClient, web_environ: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WorkerProcess]:
    """One worker for what is asked."""
    log = tmp_path_factory.mktemp("worker") / "compute.log"
    with WorkerProcess(web_environ, "compute", "analytics,asked", log_path=log) as process:
        yield process


def get(client: FlaskClient, path: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200, answer.json
    return answer.json


def error(client: FlaskClient, path: str) -> tuple[int, str, str | None]:
    answer = client.get(path)
    told: Any = answer.json
    return answer.status_code, told["error"]["code"], told["error"].get("field")


def closes(symbol: str) -> np.ndarray:
    return np.array([bar.close for bar in load_bars(symbol, "1m")])


def test_the_pair_by_prices_is_answered_from_the_store_with_its_keys(client: FlaskClient) -> None:
    told = get(client, f"/api/pair_analytics?{QUERY}")
    assert set(told) >= ANALYTICS_KEYS
    y, x = closes(ETH), closes(BTC)
    slope, intercept = np.polyfit(x, y, 1)
    assert told["beta"] == pytest.approx(slope, rel=1e-6)
    assert told["intercept"] == pytest.approx(intercept, rel=1e-6)
    gaps = y - told["intercept"] - told["beta"] * x
    assert told["last_spread"] == pytest.approx(gaps[-1], abs=1e-9)
    assert told["last_z"] == pytest.approx((gaps[-1] - gaps[-60:].mean()) / gaps[-60:].std(ddof=1), rel=1e-6)
    statistic, p_value, _ = coint(y, x, autolag="aic")
    assert told["adf"] == {
        "adf": pytest.approx(statistic, rel=1e-7),
        "pvalue": pytest.approx(p_value, rel=1e-6),
    }
    assert told["n"] == 400
    assert told["completeness"]["present"] == 400
    assert told["reasons"] == {}
    assert told["as_of"].endswith(":00.000Z")
    assert not load_jobs()


def test_cointegration_by_prices_keeps_its_keys(client: FlaskClient) -> None:
    told = get(client, f"/api/pair_cointegration?{QUERY}&window=60")
    assert set(told) >= COINTEGRATION_KEYS
    statistic, p_value, critical = coint(closes(ETH), closes(BTC), autolag="aic")
    assert told["cointegration"]["t_stat"] == pytest.approx(statistic, rel=1e-7)
    assert told["cointegration"]["pvalue"] == pytest.approx(p_value, rel=1e-6)
    assert told["cointegration"]["crit_vals"] == pytest.approx(critical, rel=1e-9)
    assert set(told["half_life"]) >= {"half_life", "b"}
    assert told["half_life"]["b"] < 0
    assert len(told["zscore_series"]) == len(told["spread_series"]) == 400
    assert told["zscore_series"][0]["value"] is None
    assert told["zscore_series"][-1]["ts"] == told["as_of"]


def test_the_snapshot_is_answered_from_the_store(client: FlaskClient) -> None:
    told = get(client, f"/api/pair?{QUERY}")
    assert (told["y"], told["x"], told["bars"]) == (ETH, BTC, 400)
    assert set(told["hedges"]) == {"ols", "tls", "rolling_ols", "kalman"}
    assert told["verdict"]["sentence"].startswith("ETH is ")
    assert "levels" not in told
    assert not load_jobs()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/api/pair_analytics?y=ETHUSDT", (400, "malformed", "x")),
        ("/api/pair_analytics?y=ETHUSDT&x=NOSUCH", (404, "unknown_symbol", "x")),
        ("/api/pair_cointegration?y=ETHUSDT&x=ETHUSDT", (422, "same_symbol", "x")),
        (f"/api/pair_cointegration?{QUERY}&window=5", (422, "out_of_range", "window")),
        (f"/api/pair_cointegration?{QUERY}&window=ten", (400, "malformed", "window")),
        (f"/api/pair?{QUERY}&tf=1s", (400, "malformed", "tf")),
        (f"/api/pair/analysis?{QUERY}&method=ridge", (400, "malformed", "method")),
        (f"/api/pair/analysis?{QUERY}&entry=2&stop=1.5", (422, "out_of_range", "entry")),
        (f"/api/pair/analysis?{QUERY}&entry=nan", (422, "out_of_range", "entry")),
        (f"/api/pair/analysis?{QUERY}&method=theil_sen&window=3001", (422, "out_of_range", "window")),
        (f"/api/pair/analysis?{QUERY}&time_stop=-1", (422, "out_of_range", "time_stop")),
        (f"/api/pair/analysis?{QUERY}&cool_down=-1", (422, "out_of_range", "cool_down")),
        (f"/api/pair/analysis?{QUERY}&z_window=9", (422, "out_of_range", "z_window")),
        (f"/api/pair/analysis?{QUERY}&robust=maybe", (400, "malformed", "robust")),
        ("/api/pair/report/0123", (404, "unknown_task", None)),
    ],
)
def test_what_cannot_be_meant_is_refused(
    client: FlaskClient, path: str, expected: tuple[int, str, str | None]
) -> None:
    assert error(client, path) == expected


def test_a_symbol_without_bars_says_how_many_are_needed(client: FlaskClient) -> None:
    answer: Any = client.get(f"/api/pair?y={DOGE}&x={BTC}")
    assert answer.status_code == 409
    told = answer.json["error"]
    assert (told["code"], told["have"], told["need"]) == ("not_enough_data", 0, 100)


def test_too_few_bars_say_how_many_there_are(client: FlaskClient, worker: WorkerProcess) -> None:
    for path in ("pair", "pair_analytics", "pair_cointegration", "pair/analysis"):
        answer: Any = wait_for_answer(client, f"/api/{path}?{QUERY}&tf=5m")
        assert answer.status_code == 409, (answer.json, worker.words[-2_000:])
        assert (answer.json["error"]["have"], answer.json["error"]["need"]) == (60, 100)


def wait_for_answer(client: FlaskClient, path: str) -> Any:
    """The answer behind the 202s that a busy machine may give first."""
    answers: list[Any] = []

    def came() -> bool:
        answers.append(client.get(path))
        return answers[-1].status_code != 202

    wait_for(came, DONE_SECONDS, path)
    return answers[-1]


def test_another_window_is_computed_on_demand(client: FlaskClient, worker: WorkerProcess) -> None:
    told = wait_for_answer(client, f"/api/pair_cointegration?{QUERY}&window=20").json
    assert [point["value"] is None for point in told["zscore_series"][:21]] == [True] * 19 + [False] * 2
    assert told["window"] == 20
    stored = get(client, f"/api/pair_cointegration?{QUERY}")
    assert told["beta"] == stored["beta"]
    assert told["spread_series"] == stored["spread_series"]


def test_a_pair_that_is_not_watched_is_computed_on_demand(client: FlaskClient, worker: WorkerProcess) -> None:
    told = wait_for_answer(client, "/api/pair?y=btcusdt&x=ethusdt").json
    watched = get(client, f"/api/pair?{QUERY}")
    assert told["cointegration"]["p_value"] == pytest.approx(watched["cointegration"]["p_value"])
    for name in ("statistic", "p_value", "lags"):
        other = watched["cointegration"]["x_on_y"][name]
        assert told["cointegration"]["y_on_x"][name] == pytest.approx(other)


def test_an_analysis_is_kept_under_its_choice_and_last_bar(
    client: FlaskClient, worker: WorkerProcess
) -> None:
    path = f"/api/pair/analysis?{QUERY}&window=300&method=kalman&entry=1.5&cool_down=7"
    told = wait_for_answer(client, path).json
    assert (told["method"], told["bars"], told["signal"]["entry"]) == ("kalman", 300, 1.5)
    assert (told["signal"]["cool_down_bars"], told["z_window"]) == (7, None)
    assert len(told["starts"]) == len(told["series"]["z"]) == 300
    before = len(load_jobs())
    assert get(client, path) == told
    assert len(load_jobs()) == before


def test_a_report_is_drawn_and_downloaded(client: FlaskClient, worker: WorkerProcess) -> None:
    seed_processes(datetime.now(UTC))  # asked: the one worker here takes its queue too
    body = {"y": ETH, "x": BTC, "window": 200}
    asked: Any = client.post("/api/tasks/pair_report", json=body).json
    address = f"/api/pair/report/{asked['task']['id']}"
    wait_for(lambda: client.get(address).status_code != 409, DONE_SECONDS, "the report")
    answer = client.get(address)
    assert answer.status_code == 200, (answer.json, worker.words[-2_000:])
    assert answer.headers["Content-Disposition"] == 'attachment; filename="ETHUSDT-BTCUSDT-1m-simulated.html"'
    assert "Simulated market" in answer.text
    assert "plotly" in answer.text


def test_a_snapshot_left_behind_is_not_passed_off_as_new(client: FlaskClient) -> None:
    """Of a pair that is watched no longer: what is stored is old, so it is computed, or refused."""
    later = datetime.now(UTC) + timedelta(hours=1)
    for symbol in (ETH, BTC):
        save_progress(BarProgress(symbol, 2, later))
    known = {job.id for job in load_jobs()}
    answer = client.get(f"/api/pair?{QUERY}")
    assert answer.status_code == 503 or {job.id for job in load_jobs()} - known
