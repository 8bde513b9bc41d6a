"""A whole history in few bars: read as it is stored, or folded by a worker."""

from datetime import UTC, datetime

from flask.testing import FlaskClient

from tests.integration.web.market_seed import seed_processes, seed_symbols, wandering_bars
from workers.messages.market import history_json
from workers.store.bars import save_bars
from workers.tasks.histories import thin_history

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
BTC = "BTCUSDT"


def _seed(counts: dict[str, int]) -> None:
    seed_symbols()
    for timeframe, count in counts.items():
        save_bars(wandering_bars(BTC, timeframe, newest=NOON, count=count))


def test_the_shortest_timeframe_that_is_few_enough_and_reaches_back(client: FlaskClient) -> None:
    _seed({"1m": 300, "5m": 300, "15m": 100, "1h": 25})
    told = client.get(f"/api/history?symbol={BTC}&points=100").json
    assert told is not None
    assert (told["timeframe"], told["step_seconds"], len(told["ts"])) == ("15m", 900, 100)
    stored = wandering_bars(BTC, "15m", newest=NOON, count=100)
    assert told == history_json(BTC, "15m", 900, stored)


def test_what_has_no_bars_is_an_empty_history(client: FlaskClient) -> None:
    seed_symbols()
    told = client.get(f"/api/history?symbol={BTC}").json
    assert told is not None
    assert told["ts"] == []


def test_before_the_first_hour_is_stored_the_newest_of_the_longest_there_are_will_do(
    client: FlaskClient,
) -> None:
    _seed({"1m": 300, "5m": 130})
    told = client.get(f"/api/history?symbol={BTC}&points=100").json
    assert told == history_json(BTC, "5m", 300, wandering_bars(BTC, "5m", newest=NOON, count=130)[-100:])


def test_more_hours_than_points_are_folded_by_a_worker(client: FlaskClient) -> None:
    _seed({"1h": 500})
    seed_processes(datetime.now(UTC))
    asked = client.get(f"/api/history?symbol={BTC}&points=100")
    assert asked.status_code == 202
    assert asked.json is not None
    thin_history(asked.json["task"]["id"], BTC, 100)
    told = client.get(f"/api/history?symbol={BTC}&points=100").json
    assert told is not None
    assert (told["timeframe"], told["step_seconds"]) == ("1h", 6 * 3_600)
    assert 500 / 6 <= len(told["ts"]) <= 100
    hours = wandering_bars(BTC, "1h", newest=NOON, count=500)
    assert max(told["high"]) == max(hour.high for hour in hours)
    assert min(told["low"]) == min(hour.low for hour in hours)
    assert told["close"][-1] == hours[-1].close
