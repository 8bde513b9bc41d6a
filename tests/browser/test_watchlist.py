"""Symbols added and removed on the Overview."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.moving_market import MovingMarket
from tests.integration.web.web_process import WebProcess
from workers.store.pairs import add_pair, load_pairs, remove_pair
from workers.store.watchlist import add_symbol, load_watchlist, remove_symbol

ALL = ["BTCUSDT", "ETHUSDT", "DOGEUSDT"]


@pytest.fixture
def overview(open_page: OpenPage, web: WebProcess, market: MovingMarket) -> Page:
    """The Overview with all three symbols on it, and no pairs."""
    market.live()
    for pair in load_pairs():
        remove_pair(pair)
    for position, symbol in enumerate(ALL):
        remove_symbol(symbol)
        add_symbol(symbol, position=position)
    page = open_page(web.url)
    expect(page.locator("#rows a.symbol")).to_have_text(ALL)
    return page


def _remove(page: Page, symbol: str) -> None:
    row = page.locator(f"tr[data-symbol='{symbol}']")
    row.hover()
    row.get_by_role("button", name=f"Remove {symbol}").click()


def test_a_symbol_is_removed_and_put_back_where_it_was(overview: Page, complaints: list[str]) -> None:
    _remove(overview, "ETHUSDT")
    expect(overview.locator("#rows a.symbol")).to_have_text(["BTCUSDT", "DOGEUSDT"])
    expect(overview.locator("#toast")).to_contain_text("ETHUSDT is no longer captured.")
    assert load_watchlist() == ["BTCUSDT", "DOGEUSDT"]
    overview.get_by_role("button", name="Undo").click()
    expect(overview.locator("#rows a.symbol")).to_have_text(ALL)
    assert load_watchlist() == ALL
    expect(overview.locator("tr[data-symbol='ETHUSDT'] [data-field='price']")).not_to_have_text("–")
    assert complaints == []


def test_a_symbol_is_found_and_added_by_keys(overview: Page, complaints: list[str]) -> None:
    _remove(overview, "DOGEUSDT")
    expect(overview.locator("#rows a.symbol")).to_have_count(2)
    overview.locator("#toast").evaluate("(element) => element.hidden = true")
    overview.keyboard.press("a")
    box = overview.get_by_role("combobox", name="Add a symbol")
    expect(box).to_be_focused()
    box.press_sequentially("dog")
    expect(overview.get_by_role("option")).to_have_text(["DOGEUSDT"])
    box.press("Enter")
    expect(overview.locator("#rows a.symbol")).to_have_text(ALL)
    expect(overview.locator("#toast")).to_contain_text("DOGEUSDT is captured from now on.")
    assert load_watchlist() == ALL
    assert complaints == []


def test_an_added_symbol_is_live_again(overview: Page, market: MovingMarket) -> None:
    _remove(overview, "ETHUSDT")
    overview.get_by_role("button", name="Undo").click()
    expect(overview.locator("#rows a.symbol")).to_have_text(ALL)
    cell = overview.locator("tr[data-symbol='ETHUSDT'] [data-field='price']")
    expect(cell).not_to_have_text("–")
    market.trade("ETHUSDT", 2_777.25)
    expect(cell).to_have_text("2\u202f777.25")


def test_what_the_exchange_does_not_offer_or_is_on_the_list_is_told(overview: Page) -> None:
    box = overview.get_by_role("combobox", name="Add a symbol")
    box.fill("NOSUCH")
    expect(overview.locator("#add-matches")).to_contain_text("The exchange offers no such symbol.")
    box.fill("btcusdt")
    expect(overview.locator("#add-matches")).to_contain_text("BTCUSDT is on the list.")
    box.press("Escape")
    expect(overview.locator("#add-matches")).to_be_hidden()


def test_the_row_in_focus_is_removed_by_a_key(overview: Page) -> None:
    overview.locator("tr[data-symbol='DOGEUSDT']").focus()
    overview.keyboard.press("Delete")
    expect(overview.locator("#rows a.symbol")).to_have_text(["BTCUSDT", "ETHUSDT"])


def test_the_last_symbol_may_go_and_the_page_says_what_to_do(overview: Page) -> None:
    for symbol in ALL:
        _remove(overview, symbol)
        expect(overview.locator(f"tr[data-symbol='{symbol}']")).to_have_count(0)
    expect(overview.locator("#watchlist-state")).to_contain_text("No symbols are captured yet")
    overview.get_by_role("button", name="Undo").click()
    expect(overview.locator("#rows a.symbol")).to_have_text(["DOGEUSDT"])


def test_a_change_that_fails_is_told(overview: Page) -> None:
    failure = {"error": {"code": "mongodb_down", "message": "The database is away."}}
    overview.route("**/api/watchlist/*", lambda route: route.fulfill(status=503, json=failure))
    _remove(overview, "BTCUSDT")
    expect(overview.locator("#toast")).to_contain_text("BTCUSDT could not be removed: The database is away.")
    expect(overview.locator("#rows a.symbol")).to_have_text(ALL)


def test_a_pair_is_added_shown_and_taken_back(
    overview: Page, market: MovingMarket, complaints: list[str]
) -> None:
    overview.get_by_role("searchbox", name="Add a pair").fill("eth btcusdt")
    overview.get_by_role("button", name="Add pair").click()
    line = overview.locator("#pairs li")
    expect(line).to_contain_text("ETHUSDT / BTCUSDT")
    expect(overview.locator("#toast")).to_contain_text("ETHUSDT / BTCUSDT is watched.")
    market.trade("BTCUSDT", 50_000.0)
    market.trade("ETHUSDT", 2_500.0)
    expect(line.locator(".figure")).to_have_text("0.05000")
    line.hover()
    line.get_by_role("button", name="Remove the pair").click()
    expect(overview.locator("#pairs")).to_contain_text("None yet.")
    overview.locator("#toast").get_by_role("button", name="Undo").click()
    expect(line).to_contain_text("ETHUSDT / BTCUSDT")
    assert load_pairs() == [("ETHUSDT", "BTCUSDT")]
    assert complaints == []


def test_what_is_no_pair_is_told_in_words(overview: Page) -> None:
    box = overview.get_by_role("searchbox", name="Add a pair")
    for typed, said in (
        ("ETHUSDT", "A pair is two symbols"),
        ("ETHUSDT/NOSUCH", "the exchange offers no symbol 'NOSUCH'"),
        ("ETHUSDT/ETHUSDT", "a pair needs two symbols"),
    ):
        box.fill(typed)
        box.press("Enter")
        expect(overview.locator("#toast")).to_contain_text(said)
        expect(box).to_have_value(typed)
    assert load_pairs() == []


def test_a_symbol_of_a_pair_is_not_removed_before_it(overview: Page) -> None:
    add_pair(("ETHUSDT", "BTCUSDT"))
    _remove(overview, "ETHUSDT")
    expect(overview.locator("#toast")).to_contain_text("part of the pair ETHUSDT/BTCUSDT: remove that first")
    assert "ETHUSDT" in load_watchlist()
