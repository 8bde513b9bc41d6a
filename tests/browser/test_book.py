"""Mid and spread in the head of the Market page."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from analytics.records.book import BookSecond, TopOfBook
from tests.browser.conftest import OpenPage
from tests.browser.moving_market import MovingMarket
from tests.browser.watched import wait_watched
from tests.integration.web.web_process import WebProcess
from workers.messages.book import book_json
from workers.messages.rooms import book_topic
from workers.publish import publish
from workers.store.book import save_book


def _top(update: int, bid: float, ask: float, symbol: str = "BTCUSDT") -> TopOfBook:
    now = datetime.now(UTC).replace(microsecond=0)
    return TopOfBook(symbol, update, bid, 0.5, ask, 1.25, now, now)


@pytest.fixture(autouse=True)
def _living(market: MovingMarket) -> None:
    market.live()


@pytest.mark.parametrize(("scheme", "width"), [("dark", 1440), ("light", 390)])
def test_they_are_there_at_once_and_follow_live(
    open_page: OpenPage, web: WebProcess, complaints: list[str], scheme: str, width: int
) -> None:
    top = _top(1, 61_837.62, 61_837.63)
    save_book([BookSecond(top.quoted_at - timedelta(seconds=2), top, 4)])
    page = open_page(web.url + "/market/BTCUSDT", scheme=scheme, width=width)
    expect(page.locator("#mid")).to_have_text("61\u202f837.625")
    expect(page.locator("#spread")).to_have_text("0.01 · 0.0016 bp")
    wait_watched(page, book_topic("BTCUSDT"))
    publish({book_topic("BTCUSDT"): book_json("BTCUSDT", _top(2, 61_830.0, 61_842.0))})
    expect(page.locator("#mid")).to_have_text("61\u202f836.000")
    expect(page.locator("#spread")).to_have_text("12.00 · 1.94 bp")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert complaints == []


def test_before_the_first_quote_there_is_a_dash(
    open_page: OpenPage, web: WebProcess, complaints: list[str]
) -> None:
    page = open_page(web.url + "/market/DOGEUSDT")
    expect(page.locator("#last-price")).not_to_have_text("–")
    expect(page.locator("#mid")).to_have_text("–")
    expect(page.locator("#spread")).to_have_text("–")
    assert complaints == []
