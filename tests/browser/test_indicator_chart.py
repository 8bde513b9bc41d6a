"""Indicators on the Market chart: VWAP with its bands, divergences, and their rows in the table."""

import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.integration.web.market_seed import seed_indicators, seed_market, seed_processes, wandering_bars
from tests.integration.web.web_process import WebProcess
from tests.product import wait_for
from workers.messages.rooms import indicators_topic
from workers.messages.snapshots import indicators_json
from workers.publish import publish
from workers.settings import Settings
from workers.store.bars import load_bars
from workers.store.divergences import load_divergences
from workers.store.indicators import load_latest_indicators
from workers.store.jobs import load_jobs
from workers.store.progress import BarProgress, save_progress
from workers.tasks.anchored_vwap import anchor_vwap

SYMBOL = "BTCUSDT"
DRAWN = (
    "() => document.getElementById('chart')?.dataset.drawMs && document.getElementById('chart-state').hidden"
)
KNOWN = """(at) => document.getElementById('chart').data.some(
    ({name, x}) => name === 'bearish divergence known' && x.includes(at))"""
HAS = "(part) => document.getElementById('chart').data.some(({name}) => name.includes(part))"
LINE = """(before) => document.getElementById('chart').data.find(
    ({name, x}) => name === 'vwap_anchored' && x[0] !== before)"""
NAMES = "() => document.getElementById('chart').data.map((trace) => trace.name)"


@pytest.fixture(scope="module")
def seeded(web_settings: Settings) -> datetime:
    """A market with its snapshots and divergences."""
    return seed_market({"1m": 700, "5m": 100})


def drawn_chart(page: Page) -> Page:
    page.wait_for_function(DRAWN)
    page.wait_for_function(HAS, arg="ema_20")
    return page


@pytest.mark.parametrize(("width", "scheme"), [(1440, "dark"), (1440, "light"), (390, "dark")])
def test_vwap_and_divergences_are_drawn(
    open_page: OpenPage,
    web: WebProcess,
    seeded: datetime,
    complaints: list[str],
    pictures: Path,
    width: int,
    scheme: str,
) -> None:
    page = drawn_chart(open_page(f"{web.url}/market/{SYMBOL}?tf=1m", width=width, scheme=scheme))
    shown = load_divergences(
        SYMBOL, "1m", start=load_bars(SYMBOL, "1m", limit=60)[0].start, end=None, limit=50
    )
    assert shown
    for kind in {one.kind.replace("_", " ") for one in shown}:
        assert f"{kind} divergence" in page.evaluate(NAMES)
    for name in ("vwap", "rolling"):
        page.locator(f"[data-overlay='{name}']").click()
    page.wait_for_function(HAS, arg="vwap_rolling_upper")
    assert {"vwap_session", "vwap_session_lower", "vwap_rolling"} <= set(page.evaluate(NAMES))
    page.screenshot(path=pictures / f"indicators-{width}-{scheme}.png", full_page=True)
    page.locator("[data-overlay='divergence']").click()
    page.wait_for_function(f"(part) => !({HAS})(part)", arg="divergence")
    assert complaints == []


def test_panes_are_added_and_are_there_again(
    open_page: OpenPage, web: WebProcess, seeded: datetime, complaints: list[str], pictures: Path
) -> None:
    page = drawn_chart(open_page(f"{web.url}/market/{SYMBOL}?tf=1m"))
    for pane in ("atr", "width"):
        with page.expect_response("**/api/settings"):
            page.locator(f"[data-pane='{pane}']").click()
    page.wait_for_function("() => document.getElementById('chart')._fullLayout.yaxis6")
    page.screenshot(path=pictures / "panes.png")
    other = drawn_chart(open_page(f"{web.url}/market/{SYMBOL}?tf=1m"))
    assert {"rsi_14", "macd", "atr_14", "bollinger_bandwidth"} <= set(other.evaluate(NAMES))
    low, high = other.evaluate("() => document.getElementById('chart')._fullLayout.yaxis6.range")
    assert low == 0 < high < 1
    other.locator("[data-pane='macd']").click()
    other.wait_for_function("() => !document.getElementById('chart')._fullLayout.yaxis4")
    assert complaints == []


def test_the_table_names_the_last_divergence_or_says_why_there_is_none(
    open_page: OpenPage, web: WebProcess, seeded: datetime
) -> None:
    page = open_page(f"{web.url}/market/{SYMBOL}?tf=1m")
    latest = load_latest_indicators(SYMBOL, "1m")
    assert latest is not None
    row = page.locator("#snapshot tr", has_text="Divergence")
    words = latest.divergence.kind.replace("_", " ") if latest.divergence else "none became known"
    expect(row).to_contain_text(words, timeout=20_000)
    expect(page.locator("#snapshot tr", has_text="Volatility, year")).to_contain_text("%")
    seed_indicators(wandering_bars("DOGEUSDT", "15m", newest=datetime.now(UTC), count=12))
    page.goto(f"{web.url}/market/DOGEUSDT?tf=15m")
    expect(page.locator("#snapshot tr", has_text="Divergence")).to_contain_text(
        "needs 26 bars, has 11", timeout=20_000
    )


def test_the_table_says_of_which_day_its_figures_are(
    open_page: OpenPage, web: WebProcess, seeded: datetime
) -> None:
    newest = datetime.now(UTC) - timedelta(days=2)
    seed_indicators(wandering_bars("DOGEUSDT", "1h", newest=newest, count=12))
    page = open_page(f"{web.url}/market/DOGEUSDT?tf=1h")
    latest = load_latest_indicators("DOGEUSDT", "1h")
    assert latest is not None
    expect(page.locator("#snapshot-as-of")).to_have_text(f"bar of {latest.as_of:%Y-%m-%d %H:%M:%S}")


def test_the_mean_price_since_a_bar_is_drawn_and_moved_by_a_click(
    open_page: OpenPage, web: WebProcess, seeded: datetime, complaints: list[str], pictures: Path
) -> None:
    save_progress(BarProgress(SYMBOL, 1, seeded))
    seed_processes(datetime.now(UTC))
    page = drawn_chart(open_page(f"{web.url}/market/{SYMBOL}?tf=1m"))
    page.locator("#anchor").click()
    first = _anchored(page)
    left = page.evaluate("() => document.getElementById('chart')._fullLayout.xaxis.range.map(Date.parse)[0]")
    assert 0 <= first["x"][0] - left < 60_000
    page.screenshot(path=pictures / "anchored-vwap.png")
    box = page.locator("#chart").bounding_box()
    assert box is not None
    seed_processes(datetime.now(UTC))
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 80)
    second = _anchored(page, before=first["x"][0])
    assert second["x"][0] > first["x"][0] + 30 * 60_000
    bars = [
        bar
        for bar in load_bars(SYMBOL, "1m")
        if bar.is_final and bar.start.timestamp() * 1e3 >= second["x"][0]
    ]
    assert [bar.start.timestamp() * 1e3 for bar in bars] == second["x"]
    assert second["y"][-1] == pytest.approx(
        sum(bar.quote_volume for bar in bars) / sum(bar.volume for bar in bars), rel=1e-9
    )
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 90)
    expect(page.locator("#readout")).to_contain_text("VWAP from")
    page.screenshot(path=pictures / "anchored-vwap-moved.png")
    page.locator("#anchor").click()
    page.wait_for_function(f"(part) => !({HAS})(part)", arg="vwap_anchor")
    assert "anchor" not in page.url
    assert complaints == []


def _anchored(page: Page, before: float | None = None) -> Any:
    """The line that is drawn once this process has done what the page asked of a worker."""
    wait_for(lambda: any(job.is_open for job in load_jobs()), 20, "the question")
    for job in load_jobs():
        if job.is_open:
            anchor_vwap.run(job.id, **job.parameters)
    page.wait_for_function(LINE, arg=before)
    return page.evaluate(f"() => ({LINE})(null)")


def test_a_divergence_that_becomes_known_appears(
    open_page: OpenPage, web: WebProcess, seeded: datetime
) -> None:
    page = drawn_chart(open_page(f"{web.url}/market/ETHUSDT?tf=1m"))
    latest = load_latest_indicators("ETHUSDT", "1m")
    known = load_divergences("ETHUSDT", "1m", start=None, end=None, limit=50)
    assert latest is not None
    row = page.locator("#snapshot tr", has_text="Divergence")
    expect(row).to_be_visible(timeout=20_000)  # it came over the socket, which is joined now
    fresh = dataclasses.replace(known[-1], confirmed_at=latest.as_of, kind="hidden_bearish")
    told = dataclasses.replace(latest, divergence=fresh)
    publish({indicators_topic("ETHUSDT", "1m"): indicators_json("ETHUSDT", "1m", told)})
    expect(row).to_contain_text("hidden bearish", timeout=20_000)
    page.wait_for_function(KNOWN, arg=latest.as_of.timestamp() * 1_000)
