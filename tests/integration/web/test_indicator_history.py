"""Columns of figures read by the database, against whole snapshots read one by one."""

import dataclasses
from datetime import UTC, datetime

from flask.testing import FlaskClient

from tests.integration.web.market_seed import seed_indicators, seed_symbols, wandering_bars
from workers.settings import Settings
from workers.store.indicators import load_indicator_history, load_indicators, save_indicators

NOON = datetime(2026, 11, 22, 12, 0, 30, tzinfo=UTC)


def test_columns_hold_what_the_snapshots_hold(settings: Settings) -> None:
    bars = wandering_bars("BTCUSDT", "1m", newest=NOON, count=90)
    seed_indicators(bars)
    start, end = bars[5].start, bars[80].start
    snapshots = load_indicators("BTCUSDT", "1m", start=start, end=end, limit=60)
    history = load_indicator_history("BTCUSDT", "1m", start=start, end=end, limit=60)
    assert list(history.as_of) == [row.as_of for row in snapshots]
    for name, column in history.series.items():
        assert list(column) == [row.values[name].value for row in snapshots], name
    assert history.latest == snapshots[-1]


def test_a_figure_that_an_older_snapshot_lacks_is_null_there(settings: Settings) -> None:
    bars = wandering_bars("BTCUSDT", "1m", newest=NOON, count=30)
    seed_indicators(bars)
    oldest = load_indicators("BTCUSDT", "1m")[0]
    save_indicators([dataclasses.replace(oldest, values={"sma_20": oldest.values["sma_20"]})])
    history = load_indicator_history("BTCUSDT", "1m", start=None, end=None, limit=100)
    assert history.series["vwap_session"][0] is None
    assert history.series["vwap_session"][1] is not None


def test_without_snapshots_there_are_no_columns(settings: Settings) -> None:
    history = load_indicator_history("BTCUSDT", "1m", start=None, end=None, limit=100)
    assert (list(history.as_of), dict(history.series), history.latest) == ([], {}, None)


def test_only_the_figures_that_are_named_are_sent(client: FlaskClient) -> None:
    seed_symbols()
    seed_indicators(wandering_bars("BTCUSDT", "1m", newest=NOON, count=30))
    asked = "/api/indicators?symbol=BTCUSDT&names="
    told = client.get(asked + "rsi_14,ema_20").json
    assert told is not None
    assert set(told["series"]) == {"rsi_14", "ema_20"}
    assert client.get(asked + "rsi_15").status_code == 400
