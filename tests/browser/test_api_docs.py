"""The page of the API in a browser: every address stands on it, on a screen and on a phone."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.moving_market import MovingMarket
from tests.integration.web.web_process import WebProcess


@pytest.mark.parametrize(("width", "scheme"), [(1440, "dark"), (390, "light")])
def test_every_address_can_be_read(
    open_page: OpenPage, web: WebProcess, market: MovingMarket, complaints: list[str], pictures: Path,
    width: int, scheme: str,
) -> None:  # fmt: skip
    page = open_page(web.url + "/api/docs#get_get_ohlc", width=width, scheme=scheme)
    told = page.evaluate("() => fetch('/api/openapi.json').then((answer) => answer.json())")
    shown = page.locator(".api-operation summary > code").all_inner_texts()
    assert sorted(shown) == sorted(path for path, methods in told["paths"].items() for _ in methods)
    assert page.locator("main").inner_text().count("`") == 0
    named = page.locator("details#get_get_ohlc")
    expect(named.get_by_role("rowheader", name="symbol")).to_be_visible()
    expect(named.get_by_role("cell", name="1 – 5,000", exact=True)).to_be_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    page.screenshot(path=pictures / f"api-docs-{width}.png")
    assert complaints == []


def test_a_shape_is_one_click_away(open_page: OpenPage, web: WebProcess, market: MovingMarket) -> None:
    page = open_page(web.url + "/api/docs#get_get_ohlc")
    page.locator("details#get_get_ohlc").get_by_role("link", name="Bar", exact=True).click()
    expect(page.locator("#schema-Bar").get_by_text("taker_buy_volume")).to_be_visible()
    expect(page.locator("#schema-Bar").get_by_text("ticks, exchange")).to_be_visible()
