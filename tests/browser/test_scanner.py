"""The Scanner in a real browser: the table, its filters and columns, the side panel, its states."""

import dataclasses
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from analytics.timeframes import bar_start, length
from tests.browser.conftest import OpenPage
from tests.browser.downloads import exported
from tests.factories import bar
from tests.integration.tasks.worker_process import WorkerProcess
from tests.integration.web.market_seed import seed_processes
from tests.integration.web.scan_seed import seed_scans
from tests.integration.web.web_process import WebProcess
from tests.stored_scans import load_scan
from workers.jobs import JOBS, PROCESSES
from workers.messages.scans import scan_json
from workers.settings import Settings
from workers.store.bars import load_bars, save_bars
from workers.store.progress import BarProgress, save_progress
from workers.store.scans import save_scan
from workers.tasks.scan import compute_scans

SYMBOLS = [f"{name}USDT" for name in ("BTC", "ETH", "BNB", "SOL", "XRP", "ADA")]
COUNT = len(SYMBOLS) * (len(SYMBOLS) - 1)
ON_DEMAND_MS = 60_000.0
ROWS = "#rows tr:not(.space)"
SCROLL = "frame => frame.scrollTop"


@pytest.fixture(scope="module")
def seeded(web_settings: Settings) -> datetime:
    """Six symbols with a day of minutes, and a few quarters of an hour."""
    return seed_scans({"1m": 1_500, "5m": 300, "15m": 12}, SYMBOLS)


@pytest.fixture(scope="module")
def worker(
    seeded: datetime, web_environ: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WorkerProcess]:
    """One worker for what is asked."""
    log, queue = tmp_path_factory.mktemp("worker") / "asking.log", JOBS["scan"].queue
    with WorkerProcess(web_environ, PROCESSES[queue], queue, log_path=log) as process:
        seed_processes(datetime.now(UTC))
        yield process


@pytest.fixture
def drawn(open_page: OpenPage, web: WebProcess, seeded: datetime) -> Page:
    """The page with its table."""
    return drawn_table(open_page(web.url + "/scanner"))


def drawn_table(page: Page) -> Page:
    expect(page.locator(ROWS).first).to_be_visible()
    expect(page.locator("#state")).to_be_hidden()
    return page


def column(page: Page, name: str) -> list[str]:
    return page.locator(f"{ROWS} [data-column='{name}']").all_inner_texts()


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("width", [1440, 390])
def test_the_table_is_drawn(
    open_page: OpenPage,
    web: WebProcess,
    seeded: datetime,
    complaints: list[str],
    pictures: Path,
    width: int,
    scheme: str,
) -> None:
    page = drawn_table(open_page(web.url + "/scanner", width=width, scheme=scheme))
    expect(page.locator("#note")).to_have_text(f"{COUNT} of {COUNT} rows")
    assert column(page, "pair")[0] in ("BTC / ETH", "ETH / BTC")
    expect(page.locator("#words")).to_contain_text(
        re.compile(
            r"^15 pairs tested: \d+ found before the correction, where luck alone gives about 0\.8; \d"
        )
    )
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    page.locator(ROWS).first.click()
    expect(page.locator("#panel-title")).to_contain_text("explained by")
    page.screenshot(path=pictures / f"scanner-{width}-{scheme}.png")
    assert complaints == []


def test_filters_narrow_the_table_and_stand_in_the_link(drawn: Page) -> None:
    drawn.locator("button[data-filter='q']").click()
    expect(drawn.locator("#note")).to_have_text(f"2 of {COUNT} rows")
    drawn.locator("button[data-filter='once']").click()
    expect(drawn.locator("#note")).to_have_text(f"1 of {COUNT} rows")
    expect(drawn).to_have_url(re.compile("filters=q%2Conce$"))
    drawn.reload()
    expect(drawn.locator("#note")).to_have_text(f"1 of {COUNT} rows")
    drawn.locator("button[data-filter='liquid']").click()
    expect(drawn.locator("#state")).to_contain_text("No pair passes these filters")


def test_a_search_finds_a_symbol(drawn: Page) -> None:
    drawn.keyboard.press("/")
    drawn.keyboard.type("sol")
    expect(drawn.locator("#note")).to_have_text(f"10 of {COUNT} rows")
    assert all("SOL" in pair for pair in column(drawn, "pair"))


def test_a_column_sorts_and_what_is_unknown_comes_last(drawn: Page) -> None:
    drawn.locator("th[data-column='zscore'] button").click()
    expect(drawn.locator("th[data-column='zscore']")).to_have_attribute("aria-sort", "descending")
    sizes = [abs(float(text.replace("\u2212", "-"))) for text in column(drawn, "zscore")]
    assert sizes == sorted(sizes, reverse=True)
    for order in ("ascending", "descending"):
        drawn.locator("th[data-column='half_life'] button").click()
        expect(drawn.locator("th[data-column='half_life']")).to_have_attribute("aria-sort", order)
        lives = [text == "–" for text in column(drawn, "half_life")]
        assert lives == sorted(lives)


def test_columns_can_be_hidden_and_stay_so(drawn: Page) -> None:
    drawn.locator("summary", has_text="Columns").click()
    drawn.locator("#columns input[data-column='beta']").uncheck()
    drawn.locator("#columns input[data-column='statistic']").check()
    expect(drawn.locator("th[data-column='beta']")).to_have_count(0)
    drawn.reload()
    expect(drawn.locator("th[data-column='statistic']")).to_be_visible()
    expect(drawn.locator("th[data-column='beta']")).to_have_count(0)


def test_the_link_holds_the_chosen_pair_and_the_columns(
    drawn: Page, open_page: OpenPage, web: WebProcess
) -> None:
    pair = column(drawn, "pair")[1]
    drawn.locator(ROWS).nth(1).click()
    drawn.locator("summary", has_text="Columns").click()
    drawn.locator("#columns input[data-column='beta']").uncheck()
    expect(drawn).to_have_url(re.compile("hidden=.*beta.*pair="))
    other = drawn_table(open_page(drawn.url))  # another browser, which has kept nothing
    expect(other.locator("#panel-title")).to_have_text(pair.replace(" / ", " explained by "))
    expect(other.locator("th[data-column='beta']")).to_have_count(0)
    other.locator("#panel-close").click()
    assert "pair=" not in other.url


def test_keys_go_from_row_to_row_and_open_the_pair(drawn: Page) -> None:
    pairs = column(drawn, "pair")
    drawn.locator(ROWS).first.focus()
    drawn.keyboard.press("ArrowDown")
    y, x = pairs[1].split(" / ")
    expect(drawn.locator("#panel-title")).to_have_text(f"{y} explained by {x}")
    drawn.keyboard.press("Enter")
    expect(drawn).to_have_url(re.compile(f"/pairs/{y}USDT/{x}USDT\\?tf=1m$"))


def test_tab_finds_a_row_though_the_chosen_one_is_filtered_out_or_out_of_sight(drawn: Page) -> None:
    rows, scroll = drawn.locator(ROWS), drawn.locator("#scroll")
    rows.first.click()
    expect(rows.first).to_have_attribute("aria-selected", "true")
    drawn.locator("#search").fill("sol")
    expect(drawn.locator("#note")).to_have_text(f"10 of {COUNT} rows")
    _tab_into_rows(drawn)
    expect(rows.first).to_be_focused()

    drawn.locator("#search").fill("")
    expect(drawn.locator("#note")).to_have_text(f"{COUNT} of {COUNT} rows")
    drawn.set_viewport_size({"width": 1440, "height": 400})
    scroll.evaluate("frame => { frame.scrollTop = frame.scrollHeight; }")
    expect(drawn.locator(f"{ROWS}[aria-selected='true']")).to_have_count(0)
    before = scroll.evaluate(SCROLL)
    _tab_into_rows(drawn)
    expect(drawn.locator(f"{ROWS}:focus")).to_be_in_viewport()
    assert scroll.evaluate(SCROLL) >= before - 30


def _tab_into_rows(page: Page) -> None:
    page.locator("#head button").last.focus()
    page.keyboard.press("Tab")


def test_the_rows_are_saved_as_a_file(drawn: Page) -> None:
    drawn.locator("button[data-filter='q']").click()
    drawn.locator("th[data-column='pair'] button").click()
    saved = exported(drawn, "Scores", "csv")
    assert saved.suggested_filename == "simulated-scan-1m-1440.csv"
    lines = [line for line in Path(saved.path()).read_text().splitlines() if not line.startswith("#")]
    assert lines[0].startswith("y,x,verdict,beta")
    shown = [f"{y}USDT,{x}USDT" for y, x in (pair.split(" / ") for pair in column(drawn, "pair"))]
    assert [",".join(line.split(",")[:2]) for line in lines[1:]] == shown


def test_a_closed_bar_brings_new_figures_and_keeps_the_place(drawn: Page) -> None:
    drawn.set_viewport_size({"width": 1440, "height": 500})
    when, before = drawn.locator("#as-of").inner_text(), column(drawn, "zscore")
    drawn.locator(ROWS).nth(4).click()
    drawn.locator("#scroll").evaluate("frame => { frame.scrollTop = 150; }")
    assert drawn.locator("#scroll").evaluate(SCROLL) > 0
    scrolled = drawn.locator("#scroll").evaluate(SCROLL)
    title = drawn.locator("#panel-title").inner_text()
    newest = {symbol: load_bars(symbol, "1m", limit=1)[0] for symbol in SYMBOLS}
    for place, (symbol, last) in enumerate(newest.items()):
        jumped = last.close * (1.02 if place % 2 else 0.98)
        save_bars([bar(last.start + length("1m"), "1m", jumped, symbol=symbol)])
        save_progress(BarProgress(symbol, 2, last.start + timedelta(minutes=2)))
    compute_scans()
    expect(drawn.locator("#as-of")).not_to_have_text(when)
    assert column(drawn, "zscore") != before
    assert drawn.locator("#scroll").evaluate(SCROLL) == scrolled
    expect(drawn.locator("#panel-title")).to_have_text(title)


def test_other_symbols_and_windows_are_asked_of_a_worker(
    open_page: OpenPage, web: WebProcess, worker: WorkerProcess, complaints: list[str]
) -> None:
    page = drawn_table(open_page(web.url + "/scanner"))
    page.locator("summary", has_text="Symbols").click()
    page.locator("#symbols").fill("xrpusdt ethusdt btcusdt")
    page.locator("#window").fill("400")
    page.locator("#ask button").click()
    expect(page.locator("#note")).to_have_text("6 of 6 rows", timeout=ON_DEMAND_MS)
    expect(page.locator("#as-of")).to_contain_text("window 400 bars")
    assert complaints == []


def test_what_trades_too_little_is_left_out_when_that_is_asked(
    open_page: OpenPage, web: WebProcess, worker: WorkerProcess, complaints: list[str]
) -> None:
    page = drawn_table(open_page(web.url + "/scanner"))
    page.locator("summary", has_text="Symbols").click()
    page.locator("#least-volume").fill("1000000")
    page.locator("#ask button").click()
    expect(page).to_have_url(re.compile("least_volume=1000000"))
    expect(page.locator("#note")).to_contain_text(
        re.compile(r"6 symbols are not tested: \w+ has no known volume"), timeout=ON_DEMAND_MS
    )
    expect(page.locator("#words")).to_have_text("No pair could be tested.")
    assert complaints == []


def test_a_choice_that_is_refused_says_why(open_page: OpenPage, web: WebProcess, seeded: datetime) -> None:
    page = open_page(web.url + "/scanner?symbols=BTCUSDT")
    expect(page.locator("#state")).to_contain_text("This cannot be scanned")
    expect(page.locator("#state")).to_contain_text("symbols")
    expect(page.locator("#state")).not_to_contain_text("watch-list")


def test_thousands_of_rows_scroll_with_few_of_them_in_the_page(
    open_page: OpenPage, web: WebProcess, seeded: datetime, pictures: Path
) -> None:
    model = load_scan("1m")
    assert model is not None
    names = [f"S{number:02}USDT" for number in range(60)]
    first = model.scores[0]
    pairs = [(y, x) for y in names for x in names if y != x]
    scores = [
        dataclasses.replace(first, y=y, x=x, q_value=place / 4_000) for place, (y, x) in enumerate(pairs)
    ]
    wide = dataclasses.replace(
        model, timeframe="1h", symbols=names, scores=scores, computed_at=datetime.now(UTC)
    )
    page = open_page(web.url + "/quality")
    body = scan_json(wide) | {"total": len(pairs), "offset": 0}
    page.route("**/api/scan/columns*", lambda route: route.fulfill(json=body))
    page.goto(web.url + "/scanner?tf=1h")
    drawn_table(page)
    expect(page.locator("#note")).to_contain_text("3\u202f540 of 3\u202f540 rows")
    assert page.locator(ROWS).count() < 100
    page.locator("#scroll").evaluate("frame => { frame.scrollTop = frame.scrollHeight; }")
    expect(page.locator(ROWS).last).to_have_attribute("data-id", "S59USDT/S58USDT")
    page.screenshot(path=pictures / "scanner-thousands.png")


@pytest.fixture
def large(seeded: datetime) -> Iterator[list[str]]:
    """The scan of more pairs than are loaded; the worse its q, the farther a pair is out of line."""
    model = load_scan("1m")
    assert model is not None
    first, names = model.scores[0], ["BTCUSDT", *(f"S{number:02}USDT" for number in range(71))]
    pairs = [(y, x) for y in names for x in names if y != x]
    scores = [
        dataclasses.replace(first, y=y, x=x, q_value=place / 6_000, zscore=place / 1_000, zscores=())
        for place, (y, x) in enumerate(pairs)
    ]
    now = datetime.now(UTC)
    wide = {"timeframe": "1h", "as_of": bar_start(now, "1h"), "symbols": names, "scores": scores}
    save_scan(dataclasses.replace(model, **wide, computed_at=now))  # type: ignore[arg-type] # as named
    yield [f"{y}/{x}" for y, x in pairs]
    save_scan(dataclasses.replace(model, timeframe="1h", computed_at=now - timedelta(days=1)))


def opened_large(open_page: OpenPage, url: str) -> Page:
    """The page over the large scan, of which a worker would tell these lines."""
    page = open_page(url + "/quality")
    page.route(
        re.compile("/api/scan/columns.*symbols=.*pairs="), lambda route: route.fulfill(json=lines_of(route))
    )
    page.goto(url + "/scanner?tf=1h")
    return drawn_table(page)


def lines_of(route: Route) -> dict[str, Any]:
    asked = parse_qs(urlsplit(route.request.url).query)
    symbols, pairs = (
        asked["symbols"][0].split(","),
        [each.split("/") for each in asked["pairs"][0].split(",")],
    )
    assert len(symbols) <= 40
    columns = {
        "y": [symbols.index(y) for y, _ in pairs],
        "x": [symbols.index(x) for _, x in pairs],
        "zscores": [[0.0, 1.0, 2.0] for _ in pairs],
        "verdict": ["none" for _ in pairs],
    }
    return {"symbols": symbols, "words": {"none": ""}, "columns": columns}


def test_rows_in_sight_of_a_large_scan_have_their_lines(
    open_page: OpenPage, web: WebProcess, large: list[str], complaints: list[str]
) -> None:
    page = opened_large(open_page, web.url)
    expect(page.locator(f"{ROWS} polyline[points='0,22 50,12 100,2']").first).to_be_attached()
    line = page.locator(f"{ROWS}[data-id='S70USDT/S69USDT'] polyline")
    page.locator("#scroll").evaluate("frame => { frame.scrollTop = frame.scrollHeight; }")
    page.locator("th[data-column='zscore'] button").click()
    page.locator("#scroll").evaluate("frame => { frame.scrollTop = 0; }")
    expect(line).to_have_attribute("points", "0,22 50,12 100,2")
    assert complaints == []


def test_of_more_rows_than_are_loaded_the_server_sorts_and_filters(
    open_page: OpenPage, web: WebProcess, large: list[str], complaints: list[str], pictures: Path
) -> None:
    page = opened_large(open_page, web.url)
    note, first = page.locator("#note"), page.locator(ROWS).first
    expect(note).to_have_text("5\u202f112 of 5\u202f112 rows; the first 5\u202f000 in this order are here")
    expect(first).to_have_attribute("data-id", large[0])
    page.locator("th[data-column='zscore'] button").click()
    expect(first).to_have_attribute("data-id", large[-1])  # was not among the 5,000
    page.locator("button[data-filter='z']").click()
    expect(note).to_have_text("3\u202f112 of 5\u202f112 rows")  # z from 2 to 5.111
    expect(first).to_have_attribute("data-id", large[-1])
    page.locator("#search").fill("s70")
    expect(note).to_have_text("114 of 5\u202f112 rows")
    assert all("S70" in pair for pair in column(page, "pair"))
    assert "–" not in column(page, "other_p")
    first.click()
    expect(page.locator("#panel-title")).to_contain_text("S70")
    page.screenshot(path=pictures / "scanner-large.png")
    page.reload()
    expect(note).to_have_text("114 of 5\u202f112 rows")
    assert complaints == []


def test_a_filter_undone_before_its_answer_came_leaves_all_rows(
    open_page: OpenPage, web: WebProcess, large: list[str]
) -> None:
    page = opened_large(open_page, web.url)
    note, switch = page.locator("#note"), page.locator("button[data-filter='z']")
    all_of_them = "5\u202f112 of 5\u202f112 rows; the first 5\u202f000 in this order are here"
    expect(note).to_have_text(all_of_them)
    held: list[Route] = []
    page.route(re.compile("/api/scan/columns.*z_min="), lambda route: held.append(route))
    with page.expect_request(re.compile("z_min=")):
        switch.click()
    switch.click()
    with page.expect_response(re.compile("z_min=")):
        held[0].continue_()
    page.wait_for_load_state("networkidle")
    expect(note).to_have_text(all_of_them)
    expect(page.locator(ROWS).first).to_have_attribute("data-id", large[0])


def test_the_pair_beside_the_table_stays_when_its_row_is_not_loaded_any_more(
    open_page: OpenPage, web: WebProcess, large: list[str]
) -> None:
    page = opened_large(open_page, web.url)
    page.locator(ROWS).first.click()
    title, first = page.locator("#panel-title"), page.locator(ROWS).first
    expect(title).to_have_text("BTC explained by S00")
    page.locator("#search").fill("s70")
    expect(page.locator("#note")).to_have_text("142 of 5\u202f112 rows")
    page.wait_for_timeout(300)
    expect(title).to_be_visible()
    page.reload()
    expect(page.locator("#note")).to_have_text("142 of 5\u202f112 rows")
    expect(title).to_have_text("BTC explained by S00")
    first.click()
    expect(title).to_contain_text("S70")


def test_the_dot_tells_which_trades_are_on_their_way(
    open_page: OpenPage, web: WebProcess, seeded: datetime
) -> None:
    def with_a_gap(route: Route) -> None:
        told = route.fetch().json()
        route.fulfill(json=told | {"completeness": told["completeness"] | {"open_gaps": 1}})

    gap = {"symbol": "ETHUSDT", "state": "open", "missing": [[5, 16]]}
    page = open_page(web.url + "/quality")
    page.route("**/api/scan/columns*", with_a_gap)
    page.route("**/api/gaps*", lambda route: route.fulfill(json={"gaps": [gap]}))
    page.goto(web.url + "/scanner")
    expect(page.locator("#whole")).to_have_attribute("data-state", "warn")
    expect(page.locator("#whole")).to_have_attribute("title", re.compile("ids: ETHUSDT 5\u201316$"))


def test_too_few_bars_are_warming_up(
    open_page: OpenPage, web: WebProcess, worker: WorkerProcess, pictures: Path
) -> None:
    page = open_page(web.url + "/scanner?tf=15m")
    expect(page.locator("#state")).to_contain_text("Warming up", timeout=ON_DEMAND_MS)
    expect(page.locator("#state")).to_contain_text("needs 100 bars of 15m")
    expect(page.locator("#state")).to_contain_text("there are 12")
    page.screenshot(path=pictures / "scanner-warming.png")


def test_nothing_is_said_of_a_timeframe_by_the_figures_of_another(
    open_page: OpenPage, web: WebProcess, worker: WorkerProcess
) -> None:
    page = drawn_table(open_page(web.url + "/scanner?tf=1m"))
    page.locator(ROWS).first.click()
    expect(page.locator("#panel")).to_be_visible()
    page.get_by_role("button", name="15m", exact=True).click()
    expect(page.locator("#state")).to_contain_text("Warming up", timeout=ON_DEMAND_MS)
    for name in ("words", "as-of", "note"):
        expect(page.locator(f"#{name}")).to_have_text("")
    expect(page.locator("#whole")).to_have_attribute("data-state", "waiting")
    expect(page.locator("#panel")).to_be_hidden()


def test_what_cannot_be_read_is_said_and_tried_again(
    open_page: OpenPage, web: WebProcess, seeded: datetime, pictures: Path
) -> None:
    page = open_page(web.url + "/quality")
    page.route("**/api/scan/columns*", lambda route: route.abort())
    page.goto(web.url + "/scanner")
    expect(page.locator("#state")).to_contain_text("could not be read")
    page.screenshot(path=pictures / "scanner-error.png")
    page.unroute("**/api/scan/columns*")
    page.locator("#state button").click()
    drawn_table(page)


def test_what_is_not_renewed_is_pale_and_says_since_when(
    open_page: OpenPage, web: WebProcess, seeded: datetime, pictures: Path
) -> None:
    fresh = load_scan("5m")
    assert fresh is not None
    save_scan(dataclasses.replace(fresh, computed_at=datetime.now(UTC) - timedelta(days=2)))
    page = drawn_table(open_page(web.url + "/scanner?tf=5m"))
    expect(page.locator("#as-of")).to_have_text(
        re.compile(r"not renewed since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d$")
    )
    expect(page.locator(".scanner")).to_have_attribute("data-stale", "")
    page.screenshot(path=pictures / "scanner-stale.png")
    save_scan(fresh)
