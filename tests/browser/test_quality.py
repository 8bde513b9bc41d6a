"""The Quality page in a real browser: every state it can be in."""

import dataclasses
import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from analytics.records.market import Gap
from analytics.records.quality import BarCheck, BarDifference, ClockCheck, SpanState, SymbolQuality
from analytics.records.snapshots import Completeness
from tests.browser.conftest import OpenPage
from tests.browser.moving_market import MovingMarket
from tests.factories import gap
from tests.integration.web.web_process import WebProcess
from workers.store.gaps import save_gaps
from workers.store.quality import save_bar_check, save_clock_check, save_symbol_quality
from workers.store.quarantine import Quarantined, save_quarantined

TIMEFRAMES = {"1m": 1_440, "5m": 288, "15m": 96, "1h": 24}
# The disk of the test's own machine is what it is: the page is told another one.
SHOW_DISK = """(disk) => import(document.querySelector("link[href$='js/frame.js']").href)
    .then((frame) => frame.showDisk(disk))"""
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


def _hole(moment: datetime) -> Gap:
    found = moment - timedelta(minutes=3)
    return gap(5, 16, symbol="ETHUSDT", found_at=found, after=found - timedelta(seconds=2), before=found)


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
    expect(row.locator("[data-timeframe='1m']")).to_have_text("99.93\u2009%")
    expect(row.locator("[data-field='gaps']")).to_have_text("1")
    expect(page.locator("#gaps tr")).to_contain_text(["open"])
    expect(page.locator("#gaps tr").first).to_contain_text("3 min")
    expect(page.locator("#short-gaps-note")).to_have_text("12 trades may be missing")
    save_gaps([dataclasses.replace(hole, state="filled", tries=1)])
    expect(page.locator("#gaps tr").first).to_have_attribute("data-state", "filled", timeout=10_000)
    expect(page.locator("#short-gaps")).to_have_text("0")


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
        re.compile(r"2 of 60 differ: close at .*: ours 61\u2009830\.50, theirs 61\u2009840\.25")
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


@pytest.mark.parametrize("path", ["/", "/market/BTCUSDT", "/quality", "/system"])
def test_a_disk_that_is_nearly_full_is_told_on_every_page(
    open_page: OpenPage, web: WebProcess, path: str
) -> None:
    page = open_page(web.url + path)
    expect(page.locator("#feed-dot")).to_have_attribute("data-state", "good")
    assert page.locator("#disk-notice").is_hidden()
    full = {"state": "nearly_full", "free_gb": 1.5, "total_gb": 250}
    page.evaluate(SHOW_DISK, full)
    expect(page.locator("#disk-notice")).to_contain_text("1.5 GB of 250 GB left")
