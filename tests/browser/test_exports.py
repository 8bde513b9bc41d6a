"""The menu "Export": what is on the screen as a file, on the pages of one market."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.downloads import exported
from tests.browser.moving_market import MovingMarket
from tests.browser.saved_pictures import head_of_a_replay, saved_picture
from tests.integration.web.web_process import WebProcess

LOOKS = [(1440, "dark"), (1440, "light"), (390, "dark"), (390, "light")]
DRAWN = (
    "() => document.getElementById('chart')?.dataset.drawMs && document.getElementById('chart-state').hidden"
)
VIEW = "() => document.getElementById('chart')._fullLayout.xaxis.range.map((edge) => Date.parse(edge + 'Z'))"


@pytest.fixture(autouse=True)
def _living(market: MovingMarket) -> None:
    market.live()


def _chart(open_page: OpenPage, web: WebProcess, **how: object) -> Page:
    page = open_page(web.url + "/market/BTCUSDT", **how)
    page.wait_for_function(DRAWN)
    return page


def _rows(page: Page, table: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = json.loads(Path(exported(page, table, "json").path()).read_text())["rows"]
    return rows


def test_the_bars_in_view_are_exported(open_page: OpenPage, web: WebProcess, complaints: list[str]) -> None:
    page = _chart(open_page, web)
    start, end = page.evaluate(VIEW)
    starts = [page.evaluate("(text) => Date.parse(text)", row["ts"]) for row in _rows(page, "Bars")]
    assert start <= starts[0] < start + 60_000
    assert starts[-1] < end
    assert len(starts) in (150, 151)
    assert [row["ts"] for row in _rows(page, "Indicators")][-1] <= [row["ts"] for row in _rows(page, "Bars")][
        -1
    ]
    assert "rsi_14" in _rows(page, "Indicators")[0]
    assert exported(page, "Trades", "csv").suggested_filename == "simulated-ticks-BTCUSDT.csv"
    assert exported(page, "Bars", "parquet").suggested_filename == "simulated-bars-BTCUSDT-1m.parquet"
    assert complaints == []


def test_the_chart_is_saved_with_its_source_in_the_picture(
    open_page: OpenPage, web: WebProcess, complaints: list[str], pictures: Path
) -> None:
    page = _chart(open_page, web)
    saved = saved_picture(page, "#save-png", keep=pictures / "saved-market.png")
    assert (saved.name, saved.width, saved.height) == ("SIMULATED-BTCUSDT-1m.png", 2_400, 1_430)
    assert saved.colours > 20
    assert head_of_a_replay(page, "#save-png") != saved.head
    assert complaints == []


def test_keys_open_the_menu_and_close_it(open_page: OpenPage, web: WebProcess) -> None:
    page = _chart(open_page, web)
    page.keyboard.press("e")
    expect(page.locator(".export-list")).to_be_visible()
    expect(page.locator(".export-list button").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".export-list")).to_be_hidden()
    expect(page.locator("#export summary")).to_be_focused()
    page.locator("#export summary").click()
    page.locator("#readout").click()
    expect(page.locator(".export-list")).to_be_hidden()


def test_the_palette_exports_too(open_page: OpenPage, web: WebProcess) -> None:
    page = _chart(open_page, web)
    page.keyboard.press("Control+k")
    page.keyboard.type("export bars as csv")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "simulated-bars-BTCUSDT-1m.csv"


def test_what_cannot_be_exported_is_told(open_page: OpenPage, web: WebProcess, complaints: list[str]) -> None:
    page = _chart(open_page, web)
    told = {"error": {"code": "too_many_requests", "message": "4 exports are being sent already"}}
    page.route("**/api/export/**", lambda route: route.fulfill(status=429, json=told))
    page.keyboard.press("e")
    page.locator(".export-list button").first.click()
    expect(page.locator("#toast")).to_have_text(
        "Bars could not be exported: 4 exports are being sent already"
    )
    expect(page.locator(".export-list button").first).to_be_enabled()
    complaints.clear()


def test_the_overview_exports_the_minutes_of_a_symbol_that_is_shown(
    open_page: OpenPage, web: WebProcess
) -> None:
    page = open_page(web.url)
    expect(page.locator("#rows a.symbol")).to_have_count(3)
    page.locator("#filter").fill("t")
    page.locator("#filter").fill("eth")
    page.locator("#export summary").click()
    expect(page.locator("#export option")).to_have_text(["ETHUSDT"])
    saved = exported(page, "Minutes of the last day", "csv")
    assert saved.suggested_filename == "simulated-minutes-ETHUSDT.csv"
    lines = [line for line in Path(saved.path()).read_text().splitlines() if not line.startswith("#")]
    assert "mean_price" in lines[0]
    assert len(lines) == 701


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_the_menu_fits(open_page: OpenPage, web: WebProcess, pictures: Path, width: int, scheme: str) -> None:
    for path in ("/market/BTCUSDT", "/"):
        page = open_page(web.url + path, width=width, height=844, scheme=scheme)
        page.wait_for_function("() => document.getElementById('feed-dot').dataset.state !== 'waiting'")
        page.locator("#export summary").click()
        box = page.locator(".export-list").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        page.screenshot(path=pictures / f"export-{path.split('/')[1] or 'overview'}-{width}-{scheme}.png")
