"""Nothing there, not yet there, too old, failed, cut off: each state says what it is."""

import dataclasses
import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import WebSocketRoute, expect

from analytics.records.quality import ClockCheck
from tests.browser.conftest import OpenPage
from tests.browser.moving_market import MovingMarket
from tests.integration.web.market_seed import (
    seed_indicators,
    seed_processes,
    seed_symbols,
    wandering_bars,
)
from tests.integration.web.web_process import WebProcess
from workers.store.bars import save_bars
from workers.store.market_clock import save_market_clock
from workers.store.quality import save_clock_check

DRAWN = (
    "() => document.getElementById('chart')?.dataset.drawMs && document.getElementById('chart-state').hidden"
)


def test_without_symbols_the_overview_says_what_comes(open_page: OpenPage, web: WebProcess) -> None:
    page = open_page(web.url)
    expect(page.locator("#watchlist-state")).to_contain_text("No symbols are captured yet")
    expect(page.locator("#notice")).to_contain_text("Waiting for the first word from the exchange")
    seed_symbols()
    expect(page.locator("#rows a.symbol")).to_have_count(3, timeout=15_000)


def test_without_bars_the_market_says_so_and_draws_the_first_ones(
    open_page: OpenPage, web: WebProcess, complaints: list[str]
) -> None:
    seed_symbols()
    page = open_page(web.url + "/market/ETHUSDT?tf=15m")
    expect(page.locator("#chart-state")).to_contain_text("No bars yet")
    expect(page.locator("#snapshot-state")).to_contain_text("Nothing computed yet")
    refused = "the server responded with a status of 409"  # the browser's own line: no figures yet
    assert [each for each in complaints if refused not in each] == []


def test_an_indicator_that_warms_up_says_what_it_needs(open_page: OpenPage, web: WebProcess) -> None:
    seed_symbols()
    bars = wandering_bars("ETHUSDT", "5m", newest=datetime.now(UTC), count=10)
    save_bars(bars)
    seed_indicators(bars)
    page = open_page(web.url + "/market/ETHUSDT?tf=5m")
    page.wait_for_function(DRAWN)
    expect(page.locator("#snapshot")).to_contain_text("needs 15 bars, has 9")
    assert "mean" in str(page.locator("#snapshot th").first.get_attribute("title")).lower()


def test_a_bar_that_is_not_final_is_drawn_apart(open_page: OpenPage, web: WebProcess) -> None:
    seed_symbols()
    bars = wandering_bars("BTCUSDT", "15m", newest=datetime.now(UTC), count=40)
    bars[20] = dataclasses.replace(bars[20], is_final=False)
    save_bars(bars)
    page = open_page(web.url + "/market/BTCUSDT?tf=15m")
    page.wait_for_function(DRAWN)
    assert page.evaluate("() => document.getElementById('chart').data[1].x.length") == 1


def test_a_failed_request_is_told_and_tried_again(open_page: OpenPage, web: WebProcess) -> None:
    seed_symbols()
    save_bars(wandering_bars("DOGEUSDT", "1m", newest=datetime.now(UTC), count=50))
    page = open_page("about:blank")
    failure = {"error": {"code": "mongodb_down", "message": "The database is away."}}
    page.route("**/api/ohlc*", lambda route: route.fulfill(status=503, json=failure))
    page.goto(web.url + "/market/DOGEUSDT")
    state = page.locator("#chart-state")
    expect(state).to_contain_text("The bars could not be read")
    expect(state).to_contain_text("The database is away.")
    page.unroute("**/api/ohlc*")
    state.get_by_role("button", name="Try again").click()
    page.wait_for_function(DRAWN)
    assert page.evaluate("() => document.getElementById('chart').data[0].x.length") == 49


def test_an_old_clock_is_a_stale_page(open_page: OpenPage, web: WebProcess) -> None:
    seed_symbols()
    seed_processes(datetime.now(UTC))
    save_market_clock(datetime.now(UTC))
    page = open_page(web.url)
    expect(page.locator("#feed-dot")).to_have_attribute("data-state", "good", timeout=10_000)
    # The exchange's clock stands still from here on.
    expect(page.locator("#notice")).to_contain_text("No word from the exchange since", timeout=40_000)
    expect(page.locator("body")).to_have_class(re.compile("stale"))
    save_market_clock(datetime.now(UTC))
    expect(page.locator("#notice")).to_be_hidden(timeout=10_000)


def test_a_word_of_another_day_is_told_with_its_day(open_page: OpenPage, web: WebProcess) -> None:
    """The exchange was last heard on a Friday, and the page says so; of today the time is enough."""
    heard = "2024-08-09T17:59:58.000Z"

    def through(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        feed = f'"feed":{{"state":"stale","heard_at":"{heard}"}}'
        server.on_message(lambda said: socket.send(re.sub(r'"feed":\s*\{[^}]*\}', feed, str(said))))

    page = open_page("about:blank")
    page.route_web_socket(re.compile("/socket.io/"), through)
    page.goto(web.url)
    expect(page.locator("#notice")).to_contain_text("No word from the exchange since 2024-08-09 17:59:58.")
    heard = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    page.reload()
    expect(page.locator("#notice")).to_contain_text(
        re.compile(r"No word from the exchange since \d\d:\d\d:\d\d\.")
    )


def test_a_clock_that_is_wrong_is_told_on_every_page(open_page: OpenPage, web: WebProcess) -> None:
    seed_symbols()
    page = open_page(web.url)
    save_clock_check(ClockCheck(3_600_000.0, 4.0, checked_at=datetime.now(UTC)))
    expect(page.locator("#clock-notice")).to_contain_text("behind the exchange's", timeout=10_000)
    save_clock_check(ClockCheck(3.0, 4.0, checked_at=datetime.now(UTC)))
    expect(page.locator("#clock-notice")).to_be_hidden(timeout=10_000)


@pytest.mark.parametrize("path", ["/", "/market/BTCUSDT", "/system"])
def test_a_page_that_is_not_there_has_the_frame(
    open_page: OpenPage, web: WebProcess, complaints: list[str], path: str
) -> None:
    page = open_page(web.url + path + "nothing")
    expect(page.locator("h1")).to_have_text("Not found")
    expect(page.locator("#source-badge")).to_have_text("SIMULATED")


def test_what_was_missed_while_the_web_was_away_is_fetched(
    open_page: OpenPage, web: WebProcess, market: MovingMarket
) -> None:
    market.live()
    page = open_page(web.url + "/market/BTCUSDT")
    page.wait_for_function(DRAWN)
    before = int(page.evaluate("() => document.getElementById('chart').data[0].x.length"))
    web.stop()
    expect(page.locator("#notice")).to_contain_text("No connection to the server since", timeout=15_000)
    for _ in range(5):
        market.close_bar("BTCUSDT", 61_870.0, lost=True)
    market.trade("BTCUSDT", 61_999.75, lost=True)
    web.start()
    expect(page.locator("#last-price")).to_have_text("61\u202f999.75", timeout=20_000)
    page.wait_for_function("(n) => document.getElementById('chart').data[0].x.length === n", arg=before + 5)
    expect(page.locator("#notice")).to_be_hidden()
