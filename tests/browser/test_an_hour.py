"""An hour of live updates in a few seconds: neither memory nor what the user sees wanders off."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.moving_market import MovingMarket
from tests.browser.pair_bars import begin_pair, close_pair_bar
from tests.integration.web.market_seed import wandering_bars
from tests.integration.web.web_process import WebProcess
from workers.store.bars import save_bars

PER_MINUTE = 60
MOST_MB, MOST_NODES, MOST_LISTENERS = 2.0, 100, 10  # more after the last third than after the first
NODES_OF_A_BAR = 3  # a chart that is not full yet grows with its bars
SETTLED_SECONDS = 20  # what a figure that was drawn again leaves is gone by then; what leaks stays
PAIR = "/pairs/ETHUSDT/BTCUSDT"
LIVE = {"/": ("BTCUSDT", 61_000.0), "/market/BTCUSDT": ("BTCUSDT", 61_000.0), PAIR: ("ETHUSDT", 2_600.0)}
MOST_BARS = 3_000  # that the chart of the Market holds while it follows
DRAWN_FROM_TO = """() => {
  const { x = [] } = document.getElementById('chart').data?.[0] ?? {};
  return [x.length, x.at(-1) ?? 0];
}"""
PAIR_DRAWN = "() => document.getElementById('panes').dataset.asOf"


@dataclass(frozen=True, slots=True)
class Held:
    """What a page holds, garbage left out."""

    megabytes: float
    nodes: int
    listeners: int


def held(session: CDPSession) -> Held:
    session.send("HeapProfiler.collectGarbage")
    heap = session.send("Runtime.getHeapUsage")["usedSize"]
    metrics = {row["name"]: row["value"] for row in session.send("Performance.getMetrics")["metrics"]}
    return Held(heap / 1e6, int(metrics["Nodes"]), int(metrics["JSEventListeners"]))


def held_at_last(page: Page, session: CDPSession, most_nodes: int) -> Held:
    """What is held when no more is drawn: on a busy machine a figure may just be exchanged for the next."""
    found = held(session)
    for _ in range(SETTLED_SECONDS):
        if found.nodes <= most_nodes:
            break
        page.wait_for_timeout(1_000)
        found = held(session)
    return found


def pass_time(page: Page, market: MovingMarket, path: str, seconds: int) -> None:
    """A trade each second, a bar closed each minute; the page is given the time to draw."""
    symbol, price = LIVE[path]
    for second in range(seconds):
        market.trade(symbol, price + second % 97)
        if second % PER_MINUTE == PER_MINUTE - 1:
            if path == PAIR:
                close_drawn(page)
            else:
                market.close_bar(symbol, price + second % 89)
            market.live()
    page.wait_for_timeout(500)


def close_drawn(page: Page) -> None:
    """A bar of the pair closes, and its charts are drawn anew."""
    before = page.evaluate(PAIR_DRAWN)
    close_pair_bar()
    page.wait_for_function(f"(before) => ({PAIR_DRAWN})() > before", arg=before)


@pytest.mark.parametrize("seconds", [600, pytest.param(3_600, marks=pytest.mark.soak)])
@pytest.mark.parametrize("path", LIVE)
def test_an_hour_leaves_nothing_behind(
    open_page: OpenPage,
    web: WebProcess,
    market: MovingMarket,
    complaints: list[str],
    path: str,
    seconds: int,
) -> None:
    market.live()
    if path == PAIR:
        begin_pair()
    page = open_page(web.url + path)
    page.wait_for_function("() => document.getElementById('feed-dot').dataset.state === 'good'")
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    pass_time(page, market, path, seconds // 3)
    before = held(session)
    later = seconds - seconds // 3
    pass_time(page, market, path, later)
    most_nodes = before.nodes + MOST_NODES + later // PER_MINUTE * NODES_OF_A_BAR
    after = held_at_last(page, session, most_nodes)
    print(f"\n{path}, {seconds} s: {before} -> {after}")
    assert after.megabytes - before.megabytes <= MOST_MB
    assert after.nodes <= most_nodes
    assert after.listeners - before.listeners <= MOST_LISTENERS
    assert complaints == []


def test_seconds_leave_no_more_bars_than_may_be_loaded(
    open_page: OpenPage, web: WebProcess, market: MovingMarket, complaints: list[str]
) -> None:
    market.live()
    now = datetime.now(UTC).replace(microsecond=0, tzinfo=None)
    save_bars(wandering_bars("BTCUSDT", "1s", newest=now.replace(tzinfo=UTC), count=MOST_BARS))
    begin, end = now - timedelta(seconds=MOST_BARS - 100), now + timedelta(seconds=60)
    page = open_page(f"{web.url}/market/BTCUSDT?tf=1s&from={begin.isoformat()}Z&to={end.isoformat()}Z")
    page.wait_for_function(f"() => ({DRAWN_FROM_TO})()[0] > {MOST_BARS - 150}")
    expect(page.locator("#follow")).to_have_attribute("aria-pressed", "true")
    for second in range(300):
        begun = market.close_bar("BTCUSDT", 61_000.0 + second % 89, timeframe="1s")
    newest_closed = begun.start.timestamp() * 1_000 - 1_000
    page.wait_for_function(f"(at) => ({DRAWN_FROM_TO})()[1] === at", arg=newest_closed)
    drawn, _ = page.evaluate(DRAWN_FROM_TO)
    assert MOST_BARS - 10 < drawn <= MOST_BARS
    assert complaints == []
