"""Settings: kept on the server, the same in another browser, and acting at once."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.moving_market import MovingMarket
from tests.integration.web.web_process import WebProcess
from workers.store.preferences import load_preferences, save_preferences

BACKGROUND = "() => getComputedStyle(document.body).backgroundColor"
LIGHT, DARK = "rgb(246, 247, 249)", "rgb(14, 17, 22)"
UP = {"blue_orange": "rgb(76, 155, 232)", "green_red": "rgb(63, 178, 127)"}
DRAWN = (
    "() => document.getElementById('chart')?.dataset.drawMs && document.getElementById('chart-state').hidden"
)
AXIS = "document.getElementById('chart')._fullLayout.yaxis"
PRICES = f"() => {AXIS}.range.map(Number)"
CANDLES = "() => document.getElementById('chart').data[0].increasing.fillcolor"


def choose(page: Page, setting: str, value: str) -> None:
    """Press a button of the dialog and wait until the server has it."""
    with page.expect_response("**/api/settings") as kept:
        page.locator(f"#settings [data-setting='{setting}'] button[value='{value}']").click()
    assert kept.value.status == 200


def opened_settings(page: Page) -> Page:
    """The page with the dialog opened by its key."""
    expect(page.locator("#feed-dot")).not_to_have_attribute("data-state", "waiting")
    page.keyboard.press(",")
    expect(page.locator("#settings")).to_be_visible()
    return page


def test_what_is_chosen_in_one_browser_is_there_in_another(
    open_page: OpenPage, web: WebProcess, market: MovingMarket, complaints: list[str]
) -> None:
    page = opened_settings(open_page(web.url))
    for setting, value in (("theme", "light"), ("zone", "local"), ("timeframe", "15m")):
        choose(page, setting, value)
    page.locator("#settings").get_by_role("button", name="Close").click()
    with page.expect_response("**/api/settings"):
        page.locator("[data-sort='price']").click()
    page.wait_for_function("() => document.querySelector('th[aria-sort]')")
    other = open_page(web.url)
    assert other.locator("html").get_attribute("data-theme") == "light"
    assert other.evaluate(BACKGROUND) == LIGHT
    expect(other.locator("#zone")).not_to_have_text("UTC")
    expect(other.locator("th[aria-sort='descending']")).to_contain_text("Last")
    other.goto(web.url + "/market/BTCUSDT")
    expect(other.locator("#timeframes [aria-pressed='true']")).to_have_text("15m")
    other.goto(web.url + "/market/BTCUSDT?tf=1m")
    expect(other.locator("#timeframes [aria-pressed='true']")).to_have_text("1m")
    assert other.evaluate("() => localStorage.length") == 0
    assert complaints == []


def test_colours_change_at_once_on_page_and_chart(
    open_page: OpenPage, web: WebProcess, market: MovingMarket, complaints: list[str], pictures: Path
) -> None:
    page = open_page(web.url + "/market/BTCUSDT")
    page.wait_for_function(DRAWN)
    page.evaluate("() => { window.sameDocument = true; }")
    assert page.evaluate(CANDLES) == UP["blue_orange"]
    opened_settings(page)
    choose(page, "colours", "green_red")
    page.wait_for_function(f"(colour) => ({CANDLES})() === colour", arg=UP["green_red"])
    assert page.evaluate("() => window.sameDocument")
    assert (
        page.evaluate("() => getComputedStyle(document.querySelector('.changes .up')).color")
        == UP["green_red"]
    )
    page.screenshot(path=pictures / "settings-colours.png")
    choose(page, "colours", "blue_orange")
    page.wait_for_function(f"(colour) => ({CANDLES})() === colour", arg=UP["blue_orange"])
    assert complaints == []


def test_the_price_axis_is_logarithmic_by_a_key_and_stays_so(
    open_page: OpenPage, web: WebProcess, market: MovingMarket, complaints: list[str], pictures: Path
) -> None:
    page = open_page(web.url + "/market/BTCUSDT")
    page.wait_for_function(DRAWN)
    linear = page.evaluate(PRICES)
    with page.expect_response("**/api/settings"):
        page.keyboard.press("l")
    page.wait_for_function(f"() => {AXIS}.type === 'log'")
    expect(page.locator("#log-scale")).to_have_attribute("aria-pressed", "true")
    low, high = page.evaluate(PRICES)
    assert 4 < low < high < 5, "logarithms of about 60 000"
    assert 10**low == pytest.approx(linear[0], rel=1e-3)
    assert 10**high == pytest.approx(linear[1], rel=1e-3)
    page.mouse.move(600, 400)
    page.screenshot(path=pictures / "settings-log.png")
    page.keyboard.press("3")
    page.wait_for_function("() => document.getElementById('chart').data[0].x.length === 299")
    assert page.evaluate(f"() => {AXIS}.type") == "log"
    other = open_page(web.url + "/market/ETHUSDT", width=390, height=844)
    other.wait_for_function(DRAWN)
    assert other.evaluate(f"() => {AXIS}.type") == "log"
    other.screenshot(path=pictures / "settings-log-390.png")
    with other.expect_response("**/api/settings"):
        other.locator("#log-scale").click()
    other.wait_for_function(f"() => {AXIS}.type === 'linear'")
    assert complaints == []


def test_a_stretched_logarithmic_axis_keeps_the_price_under_the_pointer(
    open_page: OpenPage, web: WebProcess, market: MovingMarket
) -> None:
    save_preferences({"scale": "log"})
    page = open_page(web.url + "/market/BTCUSDT")
    page.wait_for_function(DRAWN)
    before = page.evaluate(PRICES)
    box = page.locator("#chart").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 300, box["y"] + 100)
    page.keyboard.down("Shift")
    page.mouse.wheel(0, 240)
    page.keyboard.up("Shift")
    page.wait_for_function(f"(before) => String(({PRICES})()) !== String(before)", arg=before)
    low, high = page.evaluate(PRICES)
    assert 4 < low < before[0] < before[1] < high < 5


@pytest.mark.parametrize(
    ("chosen", "address", "timeframe", "pressed", "hours"),
    [("6h", "", "1m", "6h", 6), ("1w", "", "15m", "1w", 168), ("1w", "?tf=1m", "1m", "", 2.6)],
)
def test_the_market_page_begins_with_the_chosen_range(
    open_page: OpenPage,
    web: WebProcess,
    market: MovingMarket,
    complaints: list[str],
    chosen: str,
    address: str,
    timeframe: str,
    pressed: str,
    hours: float,
) -> None:
    save_preferences({"range": chosen})
    page = open_page(f"{web.url}/market/BTCUSDT{address}")
    page.wait_for_function(DRAWN)
    assert page.locator("#timeframes [aria-pressed='true']").all_inner_texts() == [timeframe]
    assert page.locator("#ranges [aria-pressed='true']").all_inner_texts() == ([pressed] if pressed else [])
    first, last = page.evaluate(
        "() => document.getElementById('chart')._fullLayout.xaxis.range.map(Date.parse)"
    )
    assert (last - first) / 3_600_000 == pytest.approx(hours, rel=0.02)
    assert complaints == []


@pytest.mark.parametrize(
    ("width", "scheme"), [(1440, "dark"), (1440, "light"), (390, "dark"), (390, "light")]
)
def test_the_settings_fit_and_the_theme_can_follow_the_system(
    open_page: OpenPage, web: WebProcess, market: MovingMarket, pictures: Path, width: int, scheme: str
) -> None:
    page = open_page(web.url, width=width, height=844, scheme=scheme)
    page.locator("#open-settings").click()
    page.screenshot(path=pictures / f"settings-{width}-{scheme}.png")
    box = page.locator("#settings").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert page.locator("#settings").evaluate("({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth")
    choose(page, "theme", "dark" if scheme == "light" else "light")
    assert page.evaluate(BACKGROUND) == (DARK if scheme == "light" else LIGHT)
    choose(page, "theme", "system")
    assert page.evaluate(BACKGROUND) == (LIGHT if scheme == "light" else DARK)


def test_all_is_reset_at_once(open_page: OpenPage, web: WebProcess, market: MovingMarket) -> None:
    page = opened_settings(open_page(web.url))
    choose(page, "theme", "light")
    page.get_by_role("button", name="Reset all").click()
    page.wait_for_function(f"() => ({BACKGROUND})() === '{DARK}'")
    assert load_preferences().theme == "system"


def test_what_cannot_be_kept_holds_on_this_page_and_says_so(
    open_page: OpenPage, web: WebProcess, market: MovingMarket
) -> None:
    page = opened_settings(open_page(web.url))
    page.route("**/api/settings", lambda route: route.abort())
    page.locator("#settings [data-setting='theme'] button[value='light']").click()
    expect(page.locator("#toast")).to_contain_text("could not be kept: The server cannot be reached.")
    assert page.evaluate(BACKGROUND) == LIGHT
    assert load_preferences().theme == "system"
    page.unroute("**/api/settings")
    choose(page, "zone", "local")
    assert (load_preferences().theme, load_preferences().zone) == ("light", "local")


def test_who_goes_back_finds_the_settings_of_now(
    open_page: OpenPage, web: WebProcess, market: MovingMarket
) -> None:
    page = open_page(web.url)
    page.goto(web.url + "/system")
    choose(opened_settings(page), "theme", "light")
    page.go_back()
    expect(page.locator("#rows a.symbol")).to_have_count(3)
    assert page.evaluate(BACKGROUND) == LIGHT
