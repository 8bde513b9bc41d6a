"""Keys: each one on the sheet does what the sheet says, on every page, and nothing else is bound."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.moving_market import MovingMarket
from tests.integration.web.web_process import WebProcess

PAGES = ["/", "/market/BTCUSDT", "/pairs/ETHUSDT/BTCUSDT", "/scanner", "/correlation", "/quality", "/system"]
LOOKS = [(1440, "dark"), (1440, "light"), (390, "dark"), (390, "light")]
# The list that sheet and keys come from; every action only says from now on that it was called.
SPIED = """async () => {
  const address = document.querySelector("link[href*='js/actions.js']").href;
  const { allActions } = await import(address);
  window.called = [];
  for (const action of allActions()) action.run = () => window.called.push(action.text);
  return allActions().map(({ keys, text, inside }) => ({ keys, text, inside: inside ?? "" }));
}"""
FOCUSED = """(selector) => {
  const place = document.querySelector(selector) ?? made(selector);
  function made(wanted) {
    const [holder, tag] = wanted.split(" ");
    const element = document.createElement(tag);
    document.querySelector(holder).append(element);
    return element;
  }
  place.closest("table")?.removeAttribute("hidden"); // where nothing is there yet
  const target = place.matches("a, input, tr[tabindex]") ? place : (place.querySelector("a") ?? place);
  if (target === place && !place.matches("input")) place.tabIndex = 0;
  target.focus();
}"""


@pytest.fixture(autouse=True)
def _living(market: MovingMarket) -> None:
    market.live()


def _opened(open_page: OpenPage, address: str) -> Page:
    page = open_page(address)
    page.wait_for_function("() => document.getElementById('feed-dot').dataset.state !== 'waiting'")
    return page


def _press(page: Page, keys: str) -> None:
    for key in [keys.replace("Ctrl K", "Control+k")] if "Ctrl" in keys else keys.split(" "):
        page.keyboard.press(key)


@pytest.mark.parametrize("path", PAGES)
def test_every_key_on_the_sheet_calls_what_the_sheet_says(
    open_page: OpenPage, web: WebProcess, path: str
) -> None:
    page = _opened(open_page, web.url + path)
    page.keyboard.press("?")
    told = page.locator("#key-list dd").all_inner_texts()
    page.keyboard.press("Escape")
    bound = [action for action in page.evaluate(SPIED) if action["keys"]]
    assert sorted(told) == sorted(action["text"] for action in bound)
    for action in bound:
        for keys in action["keys"]:
            if action["inside"]:
                page.evaluate(FOCUSED, action["inside"])
            else:
                page.evaluate("() => document.activeElement.blur()")
            page.evaluate("() => { window.called = []; }")
            _press(page, keys)
            assert page.evaluate("() => window.called") == [action["text"]], keys


def test_no_key_is_bound_twice(open_page: OpenPage, web: WebProcess) -> None:
    for path in PAGES:
        bound = _opened(open_page, web.url + path).evaluate(SPIED)
        keys = [(key, action["inside"]) for action in bound for key in action["keys"]]
        assert len(keys) == len(set(keys)), path


def test_letters_that_are_typed_are_no_keys(open_page: OpenPage, web: WebProcess) -> None:
    page = _opened(open_page, web.url)
    page.evaluate(SPIED)
    page.locator("#filter").click()
    page.keyboard.type("tz?g1/")
    assert page.evaluate("() => window.called") == []
    expect(page.locator("#filter")).to_have_value("tz?g1/")


def test_the_time_zone_is_switched_by_a_key(open_page: OpenPage, web: WebProcess) -> None:
    page = _opened(open_page, web.url)
    page.keyboard.press("z")
    expect(page.locator("#zone")).to_have_text("Local")
    page.keyboard.press("z")
    expect(page.locator("#zone")).to_have_text("UTC")


def test_a_timeframe_key_means_the_same_everywhere(open_page: OpenPage, web: WebProcess) -> None:
    for path in ("/market/BTCUSDT", "/pairs/ETHUSDT/BTCUSDT", "/scanner", "/correlation"):
        page = _opened(open_page, web.url + path)
        page.keyboard.press("3")
        expect(page.locator("button[data-timeframe='5m']")).to_have_attribute("aria-pressed", "true")
        expect(page).to_have_url(re.compile(r"tf=5m"))


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_the_sheet_fits(
    open_page: OpenPage, web: WebProcess, pictures: Path, complaints: list[str], width: int, scheme: str
) -> None:
    page = open_page(web.url, width=width, height=844, scheme=scheme)
    page.wait_for_function("() => document.getElementById('feed-dot').dataset.state !== 'waiting'")
    page.keyboard.press("?")
    box = page.locator("#keys").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    page.screenshot(path=pictures / f"keys-{width}-{scheme}.png")
    page.get_by_role("button", name="Close").click()
    expect(page.locator("#keys")).to_be_hidden()
    assert complaints == []
