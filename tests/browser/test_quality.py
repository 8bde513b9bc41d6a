"""The Quality page in a real browser: every state it can be in."""

import dataclasses
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from analytics.records.market import Gap
from analytics.records.quality import BarCheck, BarDifference, ClockCheck, SpanState, SymbolQuality
from analytics.records.snapshots import Completeness
from tests.browser.conftest import OpenPage
from tests.browser.downloads import exported
from tests.browser.moving_market import MovingMarket
from tests.browser.saved_pictures import head_of_a_replay, saved_picture
from tests.factories import gap
from tests.integration.web.web_process import WebProcess
from workers.store.gaps import load_unresolved_gaps, save_gaps
from workers.store.quality import (
    load_comparison_wishes,
    save_bar_check,
    save_clock_check,
    save_symbol_quality,
    settle_wish,
)
from workers.store.quarantine import Quarantined, save_quarantined
from workers.store.summaries import load_summaries, save_summaries

TIMEFRAMES = {"1m": 1_440, "5m": 288, "15m": 96, "1h": 24}
NO_SOCKET = "window.WebSocket = class { constructor() { throw Error('none'); } }"
HOSTILE = b'{"e":"trade","p":"<img src=x onerror=alert(1)>"}' + b"x" * 500


@pytest.fixture(autouse=True)
def now(market: MovingMarket) -> datetime:
    market.live()
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def judged(now: datetime) -> datetime:
    """Every symbol was judged, and is whole."""
    for symbol in ("BTCUSDT", "ETHUSDT", "DOGEUSDT"):
        save_symbol_quality([_whole(symbol, now)])
    return now


def _whole(symbol: str, moment: datetime) -> SymbolQuality:
    stamps = {name: Completeness(bars, bars, bars, 0) for name, bars in TIMEFRAMES.items()}
    since = moment - timedelta(hours=24)
    return SymbolQuality(symbol, moment, moment, stamps, since, ("exchange",) * 90 + ("complete",) * 6)


def _hole(moment: datetime, first_id: int = 5) -> Gap:
    found = moment - timedelta(minutes=3)
    after = found - timedelta(seconds=2)
    return gap(first_id, first_id + 11, symbol="ETHUSDT", found_at=found, after=after, before=found)


def test_before_anything_is_judged_the_page_says_so(open_page: OpenPage, web: WebProcess) -> None:
    page = open_page(web.url + "/quality")
    expect(page.locator("#symbols tr")).to_have_count(3)
    expect(page.locator("#gaps-state")).to_contain_text("No gaps")
    expect(page.locator("#symbols tr").first).to_contain_text("not compared yet")
    expect(page.locator("#short-clock-note")).to_have_text("not compared yet")
    expect(page.locator("#quarantine-note")).to_contain_text("every message could be read")


@pytest.mark.parametrize(
    ("scheme", "width"), [("dark", 1440), ("light", 1440), ("dark", 390), ("light", 390)]
)
def test_a_page_with_everything_on_it_fits_and_has_no_complaint(
    open_page: OpenPage, web: WebProcess, judged: datetime, complaints: list[str], scheme: str, width: int
) -> None:
    page = open_page(web.url + "/quality", width=width, scheme=scheme)
    expect(page.locator("#symbols svg.day").first.locator("rect")).to_have_count(96)
    expect(page.locator("#short-whole")).to_have_text("3 of 3")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("nav a[aria-current='page']").inner_text() == "Quality"
    assert complaints == []


def test_the_day_bars_are_saved_with_their_source_in_the_picture(
    open_page: OpenPage, web: WebProcess, judged: datetime, complaints: list[str], pictures: Path
) -> None:
    page = open_page(web.url + "/quality")
    expect(page.locator("#symbols svg.day").first.locator("rect")).to_have_count(96)
    saved = saved_picture(page, "#save-png", keep=pictures / "saved-days.png")
    assert saved.name == "SIMULATED-Quality-of-the-last-24-hours.png"
    assert (saved.width, saved.height) == (2 * (130 + 960 + 16), 2 * (40 + 3 * 24 + 56))
    assert saved.colours > 10
    assert head_of_a_replay(page, "#save-png") != saved.head
    assert complaints == []


def test_a_gap_shows_live_and_is_shown_as_filled(
    open_page: OpenPage, web: WebProcess, judged: datetime
) -> None:
    page = open_page(web.url + "/quality")
    expect(page.locator("#short-gaps")).to_have_text("0")
    hole = _hole(judged)
    save_gaps([hole])
    stamps = {name: Completeness(bars, bars, bars - 1, 1) for name, bars in TIMEFRAMES.items()}
    spans: tuple[SpanState, ...] = ("complete",) * 95 + ("repairing",)
    save_symbol_quality([dataclasses.replace(_whole("ETHUSDT", judged), completeness=stamps, spans=spans)])
    row = page.locator("#symbols tr[data-symbol='ETHUSDT']")
    expect(row.locator("rect[data-state='repairing']")).to_have_count(1, timeout=10_000)
    expect(row.locator("[data-timeframe='1m']")).to_have_text("99.93\u202f%")
    expect(row.locator("[data-field='gaps']")).to_have_text("1")
    expect(page.locator("#gaps tr")).to_contain_text(["open"])
    expect(page.locator("#gaps tr").first).to_contain_text("3 min")
    expect(page.locator("#short-gaps-note")).to_have_text("12 trades may be missing")
    save_gaps([dataclasses.replace(hole, state="filled", tries=1)])
    expect(page.locator("#gaps tr").first).to_have_attribute("data-state", "filled", timeout=10_000)
    expect(page.locator("#short-gaps")).to_have_text("0")


def test_its_tables_are_exported(
    open_page: OpenPage, web: WebProcess, judged: datetime, complaints: list[str]
) -> None:
    page = open_page(web.url + "/quality")
    expect(page.locator("#symbols tr")).to_have_count(3)
    lines = Path(exported(page, "Symbols", "csv").path()).read_text().splitlines()
    assert next(line for line in lines if not line.startswith("#")).startswith("symbol,as_of,")
    assert "# source: SIMULATED" in lines
    assert exported(page, "Gaps", "parquet").suggested_filename == "simulated-gaps.parquet"
    page.goto(web.url + "/system")
    expect(page.locator("#processes tr")).not_to_have_count(0)
    figures = json.loads(Path(exported(page, "Figures", "json").path()).read_text())["rows"]
    assert any(row["figure"] == "open_gaps" for row in figures)
    page.goto(web.url)
    expect(page.locator("#rows a.symbol")).to_have_count(3)
    assert exported(page, "Watch-list", "csv").suggested_filename == "simulated-watchlist.csv"
    assert complaints == []


def test_dots_of_other_pages_name_the_missing_trades(
    open_page: OpenPage, web: WebProcess, judged: datetime, complaints: list[str]
) -> None:
    summary = load_summaries()["ETHUSDT"]
    save_gaps([_hole(judged, first_id=905)])
    save_summaries([dataclasses.replace(summary, completeness=Completeness(1_440, 1_440, 1_439, 1))])
    page = open_page(web.url)
    missing = re.compile("^Being repaired: .*ETHUSDT 905–916$")
    row = page.locator("#rows tr[data-symbol='ETHUSDT'] .dot")
    expect(row).to_have_attribute("title", missing, timeout=10_000)
    expect(row).to_have_attribute("data-state", "warn")
    expect(page.locator("#rows tr[data-symbol='BTCUSDT'] .dot")).to_have_attribute("data-state", "good")
    save_gaps([dataclasses.replace(_hole(judged, first_id=905), state="failed")])
    page.goto(web.url + "/market/ETHUSDT")
    expect(page.locator("#whole-dot")).to_have_attribute("title", re.compile("^Incomplete: .*905"))
    expect(page.locator("#whole-dot")).to_have_attribute("data-state", "bad")
    expect(page.locator("#snapshot-dot")).to_have_attribute("aria-label", re.compile("Complete: "))
    save_gaps([dataclasses.replace(_hole(judged, first_id=905), state="filled")])
    save_summaries([summary])
    assert complaints == []


def test_a_bar_that_differs_is_told_with_both_figures(
    open_page: OpenPage, web: WebProcess, judged: datetime
) -> None:
    worst = BarDifference(judged - timedelta(minutes=20), "close", 61_830.5, 61_840.25)
    save_bar_check("BTCUSDT", BarCheck("1m", judged - timedelta(hours=1), judged, 60, 2, worst))
    save_bar_check("ETHUSDT", BarCheck("1m", judged - timedelta(hours=1), judged, 60, 0, None))
    save_clock_check(ClockCheck(-41.0, 6.0, judged))
    page = open_page(web.url + "/quality")
    found = page.locator("#symbols tr[data-symbol='BTCUSDT'] [data-field='bars']")
    expect(found).to_have_text(
        re.compile(r"2 of 60 differ: close at .*: ours 61\u202f830\.50, theirs 61\u202f840\.25")
    )
    expect(page.locator("#symbols tr[data-symbol='ETHUSDT'] [data-field='bars']")).to_have_text("60 equal")
    expect(page.locator("#short-bars")).to_have_text("118 of 120")
    expect(page.locator("#short-clock")).to_have_text("41 ms behind")


def test_a_hostile_message_in_quarantine_is_text_and_cut(
    open_page: OpenPage, web: WebProcess, judged: datetime, complaints: list[str]
) -> None:
    save_quarantined([Quarantined(judged, "p: expected a positive number", HOSTILE)])
    page = open_page(web.url + "/quality")
    text = page.locator("#quarantine code").first
    expect(text).to_contain_text("<img src=x onerror=alert(1)>")
    assert len(text.inner_text()) == 301  # with the mark that it goes on
    assert page.locator("#quarantine img").count() == 0
    assert complaints == []


def test_what_cannot_be_read_is_told_and_tried_again(open_page: OpenPage, web: WebProcess) -> None:
    page = open_page("about:blank")
    failure = {"error": {"code": "mongodb_down", "message": "The database is away."}}
    page.add_init_script(NO_SOCKET)
    page.route("**/api/quality", lambda route: route.fulfill(status=503, json=failure))
    page.goto(web.url + "/quality")
    expect(page.locator("#symbols-state")).to_contain_text("The database is away.")
    page.unroute("**/api/quality")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#symbols tr")).to_have_count(3)


def _gap_of(page: Page, state: str) -> Locator:
    return page.locator(f"#gaps tr[data-state='{state}']")


def test_a_failed_gap_is_asked_for_again_and_its_repair_is_seen(
    open_page: OpenPage, web: WebProcess, judged: datetime, complaints: list[str]
) -> None:
    tried = datetime.now(UTC) - timedelta(seconds=20)
    hole = dataclasses.replace(
        _hole(judged, first_id=105), state="failed", tries=6, tried_at=tried, reason="aggTrades: status 502"
    )
    save_gaps([hole])
    page = open_page(web.url + "/quality")
    button = _gap_of(page, "failed").get_by_role("button", name="Repair now: the gap of ETHUSDT from 105")
    expect(button).to_have_text("Repair now")
    button.click()
    expect(page.locator("#toast")).to_contain_text("ETHUSDT: 1 gap is asked for again.")
    expect(button).to_have_text("Repairing…")
    expect(button).to_be_disabled()
    assert [gap.tried_at for gap in load_unresolved_gaps("ETHUSDT") if gap.first_id == 105] == [None]
    save_gaps([dataclasses.replace(hole, state="filled", tries=0, tried_at=datetime.now(UTC), reason="")])
    row = page.locator("#gaps tr", has=page.get_by_label("Repair now: the gap of ETHUSDT from 105"))
    expect(page.locator("#gaps tr[data-state='filled']").first).to_be_visible(timeout=10_000)
    expect(row.locator("button")).to_be_hidden(timeout=10_000)
    assert complaints == []


def test_all_gaps_of_a_symbol_are_asked_for_from_its_row(
    open_page: OpenPage, web: WebProcess, judged: datetime
) -> None:
    tried = datetime.now(UTC)
    holes = [
        dataclasses.replace(_hole(judged, first_id=first), tries=1, tried_at=tried) for first in (205, 305)
    ]
    save_gaps(holes)
    page = open_page(web.url + "/quality")
    row = page.locator("#symbols tr[data-symbol='ETHUSDT']")
    expect(page.get_by_role("button", name="Repair now: BTCUSDT")).to_be_disabled()
    row.get_by_role("button", name="Repair now: ETHUSDT").click()
    expect(page.locator("#toast")).to_contain_text("ETHUSDT: 2 gaps are asked for again.")
    expect(row.get_by_role("button", name="Repair now: ETHUSDT")).to_have_text("Repairing…")
    save_gaps([dataclasses.replace(hole, state="filled", tried_at=tried) for hole in holes])
    expect(row.locator("[data-field='gaps']")).to_have_text("0", timeout=10_000)
    expect(row.get_by_role("button", name="Repair now: ETHUSDT")).to_have_text("Repair now")


def test_a_comparison_is_asked_for_and_its_result_is_seen(
    open_page: OpenPage, web: WebProcess, judged: datetime, complaints: list[str]
) -> None:
    page = open_page(web.url + "/quality")
    row = page.locator("#symbols tr[data-symbol='DOGEUSDT']")
    button = row.get_by_role("button", name="Compare now: DOGEUSDT")
    button.click()
    expect(page.locator("#toast")).to_contain_text("The bars of DOGEUSDT are being compared.")
    expect(button).to_have_text("Comparing…")
    wish = load_comparison_wishes()["DOGEUSDT"]
    save_bar_check("DOGEUSDT", BarCheck("1m", judged - timedelta(hours=1), judged, 58, 0, None, judged))
    settle_wish("DOGEUSDT", wish, reason="")
    expect(row.locator("[data-field='bars']")).to_have_text("58 equal", timeout=10_000)
    expect(button).to_have_text("Compare now")
    button.click()
    expect(button).to_have_text("Comparing…")
    settle_wish("DOGEUSDT", load_comparison_wishes()["DOGEUSDT"], reason="klines: no answer: timed out")
    expect(row.locator("[data-field='bars']")).to_have_text(
        "not compared: klines: no answer: timed out", timeout=10_000
    )
    assert complaints == []


def test_all_symbols_are_compared_with_one_press(
    open_page: OpenPage, web: WebProcess, judged: datetime
) -> None:
    page = open_page(web.url + "/quality")
    page.get_by_role("button", name="Compare all now").click()
    expect(page.locator("#toast")).to_contain_text("The bars of 3 symbols are being compared.")
    expect(page.locator("#symbols button:text('Comparing…')")).to_have_count(3)
    for symbol, wish in load_comparison_wishes().items():
        settle_wish(symbol, wish, reason="")
    expect(page.locator("#symbols button:text('Comparing…')")).to_have_count(0, timeout=10_000)


def test_a_wish_that_is_refused_is_told_in_words(
    open_page: OpenPage, web: WebProcess, judged: datetime
) -> None:
    page = open_page(web.url + "/quality")
    failure = {
        "error": {"code": "batch_down", "message": "the process that asks the exchange is not running"}
    }
    page.route("**/api/quality/compare", lambda route: route.fulfill(status=503, json=failure))
    page.get_by_role("button", name="Compare now: BTCUSDT").click()
    expect(page.locator("#toast")).to_contain_text(
        "The bars could not be compared: the process that asks the exchange is not running"
    )
    expect(page.get_by_role("button", name="Compare now: BTCUSDT")).to_be_enabled()


def test_seconds_say_since_when_they_are_kept(open_page: OpenPage, web: WebProcess, judged: datetime) -> None:
    stamps = {"1s": Completeness(5_400, 5_400, 5_399, 0)} | dict(_whole("BTCUSDT", judged).completeness)
    save_symbol_quality([dataclasses.replace(_whole("BTCUSDT", judged), completeness=stamps)])
    page = open_page(web.url + "/quality")
    cell = page.locator("#symbols tr[data-symbol='BTCUSDT'] [data-timeframe='1s']")
    expect(cell).to_have_text("99.98\u202f%")
    expect(cell).to_have_attribute(
        "title", re.compile(r"5\u202f399 final; seconds are kept since 1\u00a0h 30\u00a0min")
    )
    expect(page.locator("#symbols tr[data-symbol='ETHUSDT'] [data-timeframe='1s']")).to_have_text("–")
