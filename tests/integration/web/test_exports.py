"""Exports: what is stored comes back from every format, page by page, with a word on where it is from."""

import io
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pandas as pd
import pyarrow.parquet
import pytest
from flask import Flask
from flask.testing import FlaskClient

from analytics.records.indicators import INDICATORS
from analytics.records.market import Instrument
from analytics.records.quality import SymbolQuality
from analytics.records.selftest import FalsePositives, Finding, PairFindings, PlantedPair
from analytics.records.snapshots import Completeness
from app.api.job_parameters import job_parameters
from app.api.tasks import NEWEST
from app.exports import sending, series
from tests.factories import bar, gap
from tests.integration.web.correlation_seed import seed_correlations
from tests.integration.web.market_seed import (
    seed_indicators,
    seed_market,
    seed_symbols,
    tick,
    wandering_bars,
)
from tests.integration.web.pair_seed import seed_analysis, seed_pair
from tests.integration.web.scan_seed import seed_scans
from workers.jobs import JOBS
from workers.messages.market import bar_json
from workers.messages.selftest import self_test_json
from workers.store.bars import load_bars, save_bars
from workers.store.gaps import save_gaps
from workers.store.instruments import save_instruments
from workers.store.quality import save_symbol_quality
from workers.store.results import result_key, save_result
from workers.store.ticks import save_ticks

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
FORMATS = ["csv", "json", "parquet"]
BARS = "/api/export/bars?symbol=btcusdt&tf=1m"


@pytest.fixture
def stored(client: FlaskClient) -> list[dict[str, Any]]:
    """120 final minutes in the store, as they are sent elsewhere."""
    seed_symbols()
    bars = wandering_bars("BTCUSDT", "1m", newest=NOON, count=120, forming=False)
    save_bars(bars)
    seed_indicators(bars)
    return [bar_json(each) for each in bars]


def rows_of(answer: Any, form: str) -> list[dict[str, Any]]:
    """The rows of a file, whatever it is; no value is None."""
    assert answer.status_code == 200, answer.data
    if form == "json":
        return json.loads(answer.data)["rows"]
    if form == "csv":
        frame = pd.read_csv(io.BytesIO(answer.data), comment="#")
        return frame.replace({np.nan: None}).to_dict("records")
    found = pyarrow.parquet.read_table(io.BytesIO(answer.data)).to_pylist()
    return [
        {name: _iso(value) if isinstance(value, datetime) else value for name, value in row.items()}
        for row in found
    ]


def note_of(answer: Any, form: str) -> dict[str, Any]:
    """What a file says of itself."""
    if form == "json":
        return json.loads(answer.data)["note"]
    if form == "parquet":
        return json.loads(pyarrow.parquet.read_schema(io.BytesIO(answer.data)).metadata[b"gemscap"])
    lines = [line[2:].split(": ", 1) for line in answer.text.splitlines() if line.startswith("# ")]
    return {name: json.loads(text) if text.startswith("{") else text for name, text in lines}


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@pytest.mark.parametrize("form", FORMATS)
def test_bars_come_back_as_they_are_stored(
    client: FlaskClient, stored: list[dict[str, Any]], form: str
) -> None:
    rows = rows_of(client.get(f"{BARS}&format={form}"), form)
    told = [{**row, "made_of": row["source"]} for row in stored]
    assert rows == [{name: row[name] for name in rows[0]} for row in told]


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_says_that_its_prices_are_simulated_and_how_whole_they_are(
    client: FlaskClient, stored: list[dict[str, Any]], form: str
) -> None:
    answer = client.get(f"{BARS}&format={form}")
    note = note_of(answer, form)
    assert note["source"] == "SIMULATED"
    assert note["warning"] == "Simulated market, no real prices"
    assert note["completeness"] == {"rows": 120, "not_final": 0, "open_gaps": 0, "complete": True}
    assert f"filename=simulated-bars-BTCUSDT-1m.{form}" in answer.headers["Content-Disposition"]


def test_a_hole_is_told(client: FlaskClient, stored: list[dict[str, Any]]) -> None:
    reaching = gap(5, 9, found_at=NOON, after=NOON - timedelta(minutes=9), before=NOON - timedelta(minutes=8))
    save_gaps([reaching])
    found = note_of(client.get(BARS), "csv")["completeness"]
    assert (found["open_gaps"], found["complete"]) == (1, False)
    earlier = f"{BARS}&end={_iso(NOON - timedelta(minutes=30))}"
    assert note_of(client.get(earlier), "csv")["completeness"]["complete"] is True


@pytest.mark.parametrize("form", FORMATS)
def test_the_pages_together_are_the_whole(
    client: FlaskClient, stored: list[dict[str, Any]], form: str
) -> None:
    address, found = f"{BARS}&format={form}&limit=50", []
    while address:
        answer = client.get(address)
        found += [row["ts"] for row in rows_of(answer, form)]
        link = re.match(r'<(.+)>; rel="next"', answer.headers.get("Link", ""))
        address = link[1] if link else ""
    assert found == [row["ts"] for row in stored]


def test_the_note_can_be_left_out(client: FlaskClient, stored: list[dict[str, Any]]) -> None:
    assert client.get(f"{BARS}&note=false").text.startswith("ts,symbol,timeframe,open")


def test_indicators_are_in_a_row_a_bar(client: FlaskClient, stored: list[dict[str, Any]]) -> None:
    rows = rows_of(client.get("/api/export/indicators?symbol=BTCUSDT&tf=1m&format=json"), "json")
    asked = client.get("/api/indicators?symbol=BTCUSDT&tf=1m").json or {}
    assert [row["ts"] for row in rows] == asked["ts"]
    for name in INDICATORS:
        assert [row[name] for row in rows] == asked["series"][name], name


def test_minutes_hold_what_follows_from_each_bar_and_its_indicators(
    client: FlaskClient, stored: list[dict[str, Any]]
) -> None:
    rows = rows_of(client.get("/api/export/minutes?symbol=BTCUSDT&format=json"), "json")
    bars, last = load_bars("BTCUSDT", "1m"), rows[-1]
    closes = np.array([each.close for each in bars])
    assert [row["log_return"] for row in rows[1:]] == pytest.approx(np.diff(np.log(closes)).tolist())
    assert last["mean_price"] == pytest.approx(bars[-1].quote_volume / bars[-1].volume)
    assert rows[0]["log_return"] is None
    assert last["rsi_14"] is not None


def test_ticks_come_by_id_and_what_is_missing_is_counted(client: FlaskClient) -> None:
    seed_symbols()
    ids = [id for id in range(1, 201) if id not in (50, 51, 120)]
    save_ticks([tick("BTCUSDT", id=id, price=100.0 + id, traded_at=NOON) for id in ids])
    save_gaps([gap(120, 120, state="verified_absent", found_at=NOON)])
    answer = client.get("/api/export/ticks?symbol=BTCUSDT&format=parquet")
    assert [row["id"] for row in rows_of(answer, "parquet")] == ids
    note = note_of(answer, "parquet")["completeness"]
    assert (note["rows"], note["missing"], note["complete"]) == (197, 2, False)
    page = client.get("/api/export/ticks?symbol=BTCUSDT&after_id=120&limit=30&format=json")
    assert [row["id"] for row in rows_of(page, "json")] == list(range(121, 151))
    assert note_of(page, "json")["next"] == {"after_id": "150"}
    assert note_of(page, "json")["completeness"]["complete"] is True


def test_ticks_of_some_time_are_found_by_their_seconds(client: FlaskClient) -> None:
    seed_symbols()
    second = timedelta(seconds=1)
    save_ticks([tick("BTCUSDT", id=id, price=1.0, traded_at=NOON + id * second) for id in range(1, 61)])
    for id in range(1, 61):
        save_bars([bar(NOON + id * second, "1s", 1.0, first_id=id, last_id=id)])
    span = f"start={_iso(NOON + 10 * second)}&end={_iso(NOON + 20 * second)}"
    rows = rows_of(client.get(f"/api/export/ticks?symbol=BTCUSDT&{span}"), "csv")
    assert [row["id"] for row in rows] == list(range(10, 20))


HALF = timedelta(seconds=0.5)


@pytest.mark.parametrize(
    ("start", "end", "ids"),
    [
        (10.5, 20.5, range(21, 41)),  # within seconds
        (29.0, None, range(58, 61)),  # the last second and what is newer
        (30.0, None, [60]),  # newer than every second
        (None, 3600.0, range(1, 61)),  # beyond the newest trade
        (None, 30.0, range(1, 60)),  # the newest second is not built
        (5.0, 5.5, [10]),
        (40.0, None, []),
        (None, 0.0, []),
        (None, -60.0, []),
    ],
)
def test_a_file_of_trades_holds_those_of_its_time_and_counts_them(
    client: FlaskClient, start: float | None, end: float | None, ids: Sequence[int]
) -> None:
    """Two trades a second for half a minute, numbered by half-seconds; the last one has no second yet."""
    seed_symbols()
    save_ticks([tick("BTCUSDT", id=id, price=1.0, traded_at=NOON + id * HALF) for id in range(1, 61)])
    starts = [NOON + n * 2 * HALF for n in range(30)]
    save_bars([bar(at, "1s", 1.0, first_id=max(1, 2 * n), last_id=2 * n + 1) for n, at in enumerate(starts)])
    times = {"start": start, "end": end}
    asked = {name: _iso(NOON + after * 2 * HALF) for name, after in times.items() if after is not None}
    query = {"symbol": "BTCUSDT", "format": "json", "limit": 15, **asked}
    found, address = [], f"/api/export/ticks?{urlencode(query)}"
    while address:
        answer = client.get(address)
        rows, completeness = rows_of(answer, "json"), note_of(answer, "json")["completeness"]
        assert completeness["rows"] == len(rows)
        assert completeness["complete"] is bool(ids)
        found += [row["id"] for row in rows]
        link = re.match(r'<(.+)>; rel="next"', answer.headers.get("Link", ""))
        address = link[1] if link else ""
    assert found == list(ids)


@pytest.mark.parametrize("form", FORMATS)
def test_the_series_of_a_pair_are_those_of_its_page(client: FlaskClient, form: str) -> None:
    seed_pair({"1m": 400}, watched=False)
    seed_analysis(window=200)
    answer = client.get(f"/api/export/pair_series?y=ETHUSDT&x=BTCUSDT&window=200&format={form}")
    told = client.get("/api/pair/analysis?y=ETHUSDT&x=BTCUSDT&window=200").json or {}
    rows = rows_of(answer, form)
    assert [row["ts"] for row in rows] == told["starts"]
    assert [row["z"] for row in rows] == pytest.approx(told["series"]["z"])
    assert note_of(answer, form)["completeness"]["hedge"]["beta"] == pytest.approx(told["hedge"]["beta"])


@pytest.mark.parametrize("form", FORMATS)
def test_the_scores_of_a_scan_are_those_of_its_page(client: FlaskClient, form: str) -> None:
    seed_scans({"1m": 600})
    asked = "tf=1m&sort=abs_zscore&order=desc&contains=sol"
    told = (client.get(f"/api/scan?{asked}").json or {})["rows"]
    answer = client.get(f"/api/export/scan?{asked}&format={form}")
    rows = rows_of(answer, form)
    assert len(rows) == 6
    assert [(row["y"], row["x"]) for row in rows] == [(row["y"], row["x"]) for row in told]
    assert [row["zscore"] for row in rows] == pytest.approx([row["zscore"] for row in told])
    assert note_of(answer, form)["completeness"]["luck"]["pairs"] == 6
    assert f"filename=simulated-scan-1m-1440.{form}" in answer.headers["Content-Disposition"]


def test_a_scan_that_is_longer_than_the_file_goes_on(client: FlaskClient) -> None:
    seed_scans({"1m": 600})
    first = client.get("/api/export/scan?limit=8")
    assert len(rows_of(first, "csv")) == 8
    link = re.match(r'<(.+)>; rel="next"', first.headers["Link"])
    assert link is not None
    rest = client.get(link[1])
    assert len(rows_of(rest, "csv")) == 4
    assert "Link" not in rest.headers


def test_of_each_pair_the_better_direction_is_exported(client: FlaskClient) -> None:
    seed_scans({"1m": 600})
    every = {(row["y"], row["x"]): row["p_value"] for row in rows_of(client.get("/api/export/scan"), "csv")}
    once = rows_of(client.get("/api/export/scan?once=true&sort=other_p_value"), "csv")
    assert len(once) == 6
    assert all(row["p_value"] <= every[row["x"], row["y"]] for row in once)
    others = [every[row["x"], row["y"]] for row in once]
    assert others == sorted(others)


@pytest.mark.parametrize("form", FORMATS)
def test_the_cells_of_a_heat_map_are_those_of_its_page(client: FlaskClient, form: str) -> None:
    seed_correlations({"1m": 400})
    told = client.get("/api/correlation?tf=1m&window=240").json or {}
    answer = client.get(f"/api/export/correlation?tf=1m&window=240&format={form}")
    rows = rows_of(answer, form)
    assert len(rows) == 3
    names = told["symbols"]
    for row in rows:
        low, high = names.index(row["symbol"]), names.index(row["other"])
        assert row["correlation"] == pytest.approx(told["values"][low][high])
        assert row["n"] == told["n"][low][high]
    assert note_of(answer, form)["completeness"]["method"] == "pearson"
    assert f"filename=simulated-correlation-1m-240-pearson.{form}" in answer.headers["Content-Disposition"]


def test_too_few_bars_are_told_and_no_file(client: FlaskClient) -> None:
    seed_symbols()
    for what in ("scan", "correlation"):
        answer = client.get(f"/api/export/{what}?tf=1h")
        assert (answer.status_code, (answer.json or {})["error"]["code"]) == (409, "not_enough_data")


def test_a_spreadsheet_computes_nothing(client: FlaskClient) -> None:
    seed_symbols()
    name, step = "=1+1USDT", Decimal("0.01")
    save_instruments([Instrument(name, "=1+1", "USDT", "TRADING", step, step)])
    save_bars([bar(NOON, "1m", -1.5, symbol=name)])
    asked = {"symbol": name, "note": "false"}
    line = client.get("/api/export/bars", query_string=asked).text.splitlines()[1]
    assert line.split(",")[1] == "'=1+1USDT"
    assert line.split(",")[6] == "-1.5"  # a number stays one
    exact = client.get("/api/export/bars", query_string=asked | {"format": "json"})
    assert rows_of(exact, "json")[0]["symbol"] == name


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_stored_is_a_file_without_rows(client: FlaskClient, form: str) -> None:
    seed_symbols()
    for what in ("bars", "ticks", "indicators", "minutes"):
        answer = client.get(f"/api/export/{what}?symbol=ETHUSDT&format={form}")
        assert rows_of(answer, form) == []
        assert "Link" not in answer.headers


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ("symbol=BTCUSDT&limit=200001", 422, "limit"),
        ("symbol=BTCUSDT&format=xls", 400, "format"),
        ("symbol=NOSUCH", 404, "symbol"),
        ("symbol=BTCUSDT&start=2026-01-02&end=2026-01-01", 422, "start"),
    ],
)
def test_what_cannot_be_exported_is_refused(client: FlaskClient, query: str, status: int, field: str) -> None:
    seed_symbols()
    for what in ("bars", "ticks", "indicators", "minutes"):
        answer = client.get(f"/api/export/{what}?{query}")
        assert (answer.status_code, (answer.json or {})["error"]["field"]) == (status, field)


def test_a_file_is_read_from_the_store_while_it_is_sent(
    app: Flask, stored: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only one page of rows is ever held."""
    loaded: list[int] = []

    def load(*args: Any, **given: Any) -> Any:
        loaded.append(given["limit"])
        return real(*args, **given)

    real = series.load_first_bars
    monkeypatch.setattr(series, "load_first_bars", load)
    monkeypatch.setattr(series, "PAGE_ROWS", 10)
    answer = app.test_client().get(BARS, buffered=False)
    parts = answer.iter_encoded()
    for _ in range(3):  # note, head, first page
        next(parts)
    assert loaded == [10]
    assert sum(1 for _ in parts) == 11
    answer.close()


def test_no_more_than_so_many_are_sent_at_once(app: Flask, stored: list[dict[str, Any]]) -> None:
    open_ones = [app.test_client().get(BARS, buffered=False) for _ in range(sending.MOST_AT_ONCE)]
    refused = app.test_client().get(BARS)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "5")
    for answer in open_ones:
        answer.close()
    for method in ["HEAD"] * sending.MOST_AT_ONCE + ["GET"]:
        assert app.test_client().open(BARS, method=method).status_code == 200


def test_a_file_travels_packed(client: FlaskClient) -> None:
    seed_market()
    answer = client.get(BARS, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"


def test_the_watch_list_is_exported_as_it_is_shown(client: FlaskClient) -> None:
    seed_market({"1m": 100})
    shown = client.get("/api/symbols").json
    assert shown
    for form in FORMATS:
        rows = rows_of(client.get(f"/api/export/watchlist?format={form}"), form)
        assert [(row["symbol"], row["price"]) for row in rows] == [
            (row["symbol"], row["price"]) for row in shown
        ]
        assert rows[0]["present"] == shown[0]["completeness"]["present"]


def test_quality_and_gaps_are_exported(client: FlaskClient) -> None:
    seed_symbols()
    stamps = {"1m": Completeness(1_440, 1_440, 1_439, 1)}
    save_symbol_quality([SymbolQuality("ETHUSDT", NOON, NOON, stamps, NOON, ("complete",) * 96)])
    save_gaps([gap(5, 16, symbol="ETHUSDT", found_at=NOON)])
    for form in FORMATS:
        row = next(r for r in rows_of(client.get(f"/api/export/quality?format={form}"), form) if r["as_of"])
        assert (row["symbol"], row["final_1m"], row["open_gaps"]) == ("ETHUSDT", 1_439, 1)
        (hole,) = rows_of(client.get(f"/api/export/gaps?format={form}"), form)
        assert (hole["first_id"], hole["last_id"], hole["state"]) == (5, 16, "open")
        assert hole["found_at"] == _iso(NOON)


def test_every_figure_of_the_system_is_exported(client: FlaskClient) -> None:
    seed_market({"1m": 5})
    rows = rows_of(client.get("/api/export/system?format=json"), "json")
    told = {row["figure"]: row for row in rows}
    assert told["source"]["text"] == "SIMULATED"
    assert told["open_gaps"]["value"] == 0.0
    assert any(name.startswith("processes.1.") and row["value"] is not None for name, row in told.items())


def test_the_self_test_is_exported(client: FlaskClient) -> None:
    assert rows_of(client.get("/api/export/self_test?format=json"), "json") == []
    pair = PlantedPair("ETHUSDT", "BTCUSDT", 1.5, 30.0, 0.01)
    finding = Finding("beta", "", 1.5, 1.47, 1.4, 1.6, passed=True, rule="within 0.1")
    found = PairFindings(pair, "1m", 600, NOON, None, [finding])
    luck = FalsePositives(2_000, 1_440, 1, 0.05, 104, 0.04, 0.06)
    told = self_test_json([found], luck, source="SIMULATED", seed=7, reason=None, computed_at=NOON)
    save_result(result_key("self_test", job_parameters(JOBS["self_test"], {}), NEWEST), told)
    for form in FORMATS:
        one, last = rows_of(client.get(f"/api/export/self_test?format={form}"), form)
        assert (one["figure"], one["planted"], one["found"], one["passed"]) == ("beta", 1.5, 1.47, True)
        assert (last["figure"], last["found"]) == ("false positives", 0.052)


def test_the_paths_of_a_pair_are_exported(client: FlaskClient) -> None:
    seed_pair({"1m": 400}, seed=3)
    seed_analysis(window=200)
    told = client.get("/api/pair/analysis?y=ETHUSDT&x=BTCUSDT&window=200").json
    assert told is not None
    for form in FORMATS:
        answer = client.get(f"/api/export/pair_paths?y=ETHUSDT&x=BTCUSDT&window=200&format={form}")
        rows = rows_of(answer, form)
        assert [row["ts"] for row in rows] == told["starts"]
        assert [row["beta"] for row in rows] == pytest.approx(told["beta_path"]["beta"], nan_ok=True)
        assert [row["p_value"] for row in rows if row["p_value"] is not None] == told["p_path"]["p_value"]
