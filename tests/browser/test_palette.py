"""The palette under Ctrl-K: what it finds, how it is walked through, and what it does."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.moving_market import MovingMarket
from tests.integration.web.web_process import WebProcess
from workers.store.pairs import add_pair
from workers.store.watchlist import add_symbol, load_watchlist, remove_symbol

LOOKS = [(1440, "dark"), (1440, "light"), (390, "dark"), (390, "light")]
OPTIONS = "#palette-list [role='option']"


@pytest.fixture(autouse=True)
def _living(market: MovingMarket) -> None:
    market.live()


@pytest.fixture
def overview(open_page: OpenPage, web: WebProcess) -> Page:
    """The Overview, alive."""
    page = open_page(web.url)
    expect(page.locator("#feed-dot")).to_have_attribute("data-state", "good")
    return page


def opened(page: Page) -> Page:
    page.keyboard.press("Control+k")
    expect(page.locator("#palette-note")).to_be_hidden()
    return page


def chosen(page: Page) -> str:
    place = page.locator("#palette-input").get_attribute("aria-activedescendant")
    option = page.locator(f"#{place}")
    expect(option).to_have_attribute("aria-selected", "true")
    return option.locator("span").first.inner_text()


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_it_opens_from_the_head_and_fits(
    open_page: OpenPage, web: WebProcess, pictures: Path, complaints: list[str], width: int, scheme: str
) -> None:
    page = open_page(web.url + "/market/BTCUSDT", width=width, height=844, scheme=scheme)
    page.wait_for_function("() => document.getElementById('feed-dot').dataset.state !== 'waiting'")
    page.screenshot(path=pictures / f"head-{width}-{scheme}.png")
    page.locator("#find").click()
    expect(page.locator("#palette-input")).to_be_focused()
    expect(page.locator(OPTIONS).first).to_contain_text("BTCUSDT")
    page.locator("#palette-input").fill("e")
    box = page.locator("#palette").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    page.screenshot(path=pictures / f"palette-{width}-{scheme}.png")
    page.mouse.click(5, 800)  # beside it
    expect(page.locator("#palette")).to_be_hidden()
    assert complaints == []


def test_watched_symbols_come_first_then_pairs_pages_and_commands(overview: Page) -> None:
    add_pair(("ETHUSDT", "BTCUSDT"))
    opened(overview)
    kinds = overview.eval_on_selector_all(OPTIONS, "options => options.map((each) => each.dataset.kind)")
    assert kinds[:4] == ["symbol"] * 3 + ["pair"]
    assert kinds == sorted(kinds, key=["symbol", "pair", "page", "command"].index)


def test_arrows_choose_enter_takes_and_escape_gives_the_focus_back(overview: Page) -> None:
    overview.locator("#filter").focus()
    opened(overview)  # from within a box, too
    assert chosen(overview) == "BTCUSDT"
    overview.keyboard.press("ArrowDown")
    assert chosen(overview) == "ETHUSDT"
    overview.keyboard.press("Escape")
    expect(overview.locator("#palette")).to_be_hidden()
    expect(overview.locator("#filter")).to_be_focused()
    opened(overview)
    assert chosen(overview) == "BTCUSDT"
    overview.keyboard.press("ArrowUp")  # from the first to the last
    overview.keyboard.press("ArrowDown")
    overview.keyboard.press("ArrowDown")
    overview.keyboard.press("Enter")
    overview.wait_for_url("**/market/ETHUSDT")


def test_the_same_keys_close_it(overview: Page) -> None:
    opened(overview)
    overview.keyboard.press("Control+k")
    expect(overview.locator("#palette")).to_be_hidden()


def test_pages_and_commands_are_found_by_a_few_letters(overview: Page) -> None:
    opened(overview)
    overview.keyboard.type("utc")
    assert chosen(overview) == "Times in UTC or local"
    overview.keyboard.press("Enter")
    expect(overview.locator("#zone")).to_have_text("Local")
    opened(overview)
    overview.keyboard.type("qlt")
    assert chosen(overview) == "Quality"
    overview.keyboard.press("Enter")
    overview.wait_for_url("**/quality")


def test_what_nothing_fits_is_told(overview: Page) -> None:
    opened(overview)
    overview.keyboard.type("no such thing")
    expect(overview.locator("#palette-empty")).to_be_visible()
    expect(overview.locator("#palette-input")).not_to_have_attribute("aria-activedescendant", "x")
    overview.keyboard.press("Enter")
    expect(overview.locator("#palette")).to_be_visible()


def test_a_symbol_that_is_not_watched_is_added(overview: Page) -> None:
    remove_symbol("DOGEUSDT")
    try:
        opened(overview)
        overview.keyboard.type("doge")
        expect(overview.locator(OPTIONS).first).to_contain_text("add to the watch-list")
        overview.keyboard.press("Enter")
        expect(overview.locator("#toast")).to_contain_text("DOGEUSDT is captured from now on.")
        assert "DOGEUSDT" in load_watchlist()
        expect(overview.locator("#rows tr[data-symbol='DOGEUSDT']")).to_be_visible()
        overview.locator("#toast button").click()
        overview.wait_for_url("**/market/DOGEUSDT")
    finally:
        add_symbol("DOGEUSDT")


def test_without_the_server_commands_remain_and_the_reason_is_told(
    overview: Page, complaints: list[str]
) -> None:
    overview.route("**/api/**", lambda route: route.abort())
    overview.keyboard.press("Control+k")
    expect(overview.locator("#palette-note")).to_contain_text("The watch-list: The server cannot be reached.")
    overview.keyboard.type("dark")
    overview.keyboard.press("Enter")
    expect(overview.locator("html")).to_have_attribute("data-theme", "light")
    complaints.clear()
