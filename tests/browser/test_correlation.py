"""The Correlation page in a real browser: the map, its figures, its links, its states."""

import dataclasses
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from analytics.timeframes import length
from tests.browser.conftest import OpenPage
from tests.browser.downloads import exported
from tests.browser.saved_pictures import head_of_a_replay, saved_picture
from tests.browser.watched import wait_watched
from tests.factories import bar
from tests.integration.tasks.worker_process import WorkerProcess
from tests.integration.web.correlation_seed import seed_correlations
from tests.integration.web.market_seed import seed_processes
from tests.integration.web.web_process import WebProcess
from workers.messages.correlations import correlation_json
from workers.messages.rooms import correlation_topic
from workers.publish import publish
from workers.settings import Settings
from workers.store.bars import load_bars, save_bars
from workers.store.correlations import load_correlations, save_correlations
from workers.store.progress import BarProgress, save_progress
from workers.tasks.correlations import compute_correlations

SYMBOLS = [f"{name}USDT" for name in ("BTC", "ETH", "BNB", "SOL", "XRP", "ADA", "LINK", "AVAX")]
ON_DEMAND_MS = 30_000.0
GAP = {"symbol": "ETHUSDT", "state": "open", "missing": [[5, 16]]}
CELLS = "#heatmap td[data-row]"


@pytest.fixture(scope="module")
def seeded(web_settings: Settings) -> datetime:
    """Eight symbols with a day and more of minutes, and a few quarters of an hour."""
    return seed_correlations({"1m": 3_000, "5m": 400, "15m": 12}, SYMBOLS)


@pytest.fixture(scope="module")
def worker(
    seeded: datetime, web_environ: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WorkerProcess]:
    """One worker for what is asked."""
    log = tmp_path_factory.mktemp("worker") / "asked.log"
    with WorkerProcess(web_environ, "asked", "asked", log_path=log) as process:
        seed_processes(datetime.now(UTC))
        yield process


@pytest.fixture
def drawn(open_page: OpenPage, web: WebProcess, seeded: datetime) -> Page:
    """The page with its map."""
    return drawn_map(open_page(web.url + "/correlation"))


def drawn_map(page: Page) -> Page:
    expect(page.locator(CELLS)).to_have_count(len(SYMBOLS) ** 2)
    expect(page.locator("#heatmap-state")).to_be_hidden()
    return page


def cell(page: Page, row: int, column: int) -> str:
    return page.locator(f"{CELLS}[data-row='{row}'][data-column='{column}']").inner_text()


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("width", [1440, 390])
def test_the_map_is_drawn(
    open_page: OpenPage,
    web: WebProcess,
    seeded: datetime,
    complaints: list[str],
    pictures: Path,
    width: int,
    scheme: str,
) -> None:
    page = drawn_map(open_page(web.url + "/correlation", width=width, scheme=scheme))
    stored = load_correlations("1m", 1_440, "pearson")
    assert stored is not None
    names = page.locator("#heatmap th[scope='row']").all_inner_texts()
    assert names == [symbol.removesuffix("USDT") for symbol in stored.order]
    one, other = (stored.symbols.index(f"{name}USDT") for name in names[:2])
    value = stored.values[max(one, other)][min(one, other)]
    assert value is not None
    assert cell(page, 0, 1) == cell(page, 1, 0) == f"{value:.2f}".lstrip("0")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    expect(page.locator("#words")).to_contain_text("move together most")
    page.screenshot(path=pictures / f"correlation-{width}-{scheme}.png", full_page=True)
    assert complaints == []


def test_a_cell_tells_its_figures_and_opens_the_pair(drawn: Page) -> None:
    place = drawn.locator(f"{CELLS}[data-row='2'][data-column='5'] a")
    place.hover()
    expect(drawn.locator("#readout")).to_contain_text(re.compile(r"and .*: .?0\.\d{4} · n 1.440 · p [<=]"))
    names = [f"{name}USDT" for name in drawn.locator("#heatmap th[scope='row']").all_inner_texts()]
    place.click()
    expect(drawn).to_have_url(re.compile(f"/pairs/{names[2]}/{names[5]}\\?tf=1m$"))


def test_the_arrow_keys_go_from_cell_to_cell(drawn: Page) -> None:
    drawn.locator(f"{CELLS}[data-row='0'][data-column='1'] a").focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight"):
        drawn.keyboard.press(key)
    focused = drawn.evaluate("() => ({...document.activeElement.parentElement.dataset})")
    assert (focused["row"], focused["column"]) == ("3", "2") or (focused["row"], focused["column"]) == (
        "2",
        "3",
    )
    assert drawn.locator("#heatmap a[tabindex='0']").count() == 1
    expect(drawn.locator("#readout")).to_contain_text("· p")


def test_a_closed_bar_changes_cells_in_place(drawn: Page) -> None:
    names = drawn.locator("#heatmap th[scope='row']").all_inner_texts()
    when = drawn.locator("#as-of").inner_text()
    before = [cell(drawn, 0, column) for column in range(1, 8)]
    newest = {symbol: load_bars(symbol, "1m", limit=1)[0] for symbol in SYMBOLS}
    for place, (symbol, last) in enumerate(newest.items()):
        jumped = last.close * (1.05 if place % 2 else 0.95)
        save_bars([bar(last.start + length("1m"), "1m", jumped, symbol=symbol)])
        save_progress(BarProgress(symbol, 2, last.start + timedelta(minutes=2)))
    compute_correlations()
    expect(drawn.locator("#as-of")).not_to_have_text(when)
    assert [cell(drawn, 0, column) for column in range(1, 8)] != before
    assert drawn.locator("#heatmap th[scope='row']").all_inner_texts() == names


def test_the_link_holds_the_choice(drawn: Page) -> None:
    drawn.locator("button[data-timeframe='5m']").click()
    drawn.locator("#window").press("ArrowLeft")
    expect(drawn).to_have_url(re.compile(r"/correlation\?tf=5m&window=960$"))
    drawn.go_back()
    expect(drawn.locator("#window-text")).to_contain_text("1\u202f440 returns")
    expect(drawn.locator("button[data-timeframe='5m']")).to_have_attribute("aria-pressed", "true")
    drawn.locator("h1").click()  # away from the slider
    drawn.keyboard.press("2")
    expect(drawn).to_have_url(re.compile(r"/correlation\?tf=1m$"))


def test_the_cells_are_exported(drawn: Page) -> None:
    saved = exported(drawn, "Correlations", "csv")
    assert saved.suggested_filename == "simulated-correlation-1m-1440-pearson.csv"
    lines = [line for line in Path(saved.path()).read_text().splitlines() if not line.startswith("#")]
    assert lines[0] == "symbol,other,correlation,n,p_value"
    assert len(lines) == 1 + len(SYMBOLS) * (len(SYMBOLS) - 1) // 2


def test_the_map_is_saved_with_its_source_in_the_picture(
    drawn: Page, complaints: list[str], pictures: Path
) -> None:
    saved = saved_picture(drawn, "#save-png", keep=pictures / "saved-map.png")
    assert saved.name.startswith("SIMULATED-Correlation-1m-pearson-1-440-returns")
    assert (saved.width, saved.height) == (2 * 760, 2 * (40 + 30 + 8 * 40 + 12))
    assert saved.colours > len(SYMBOLS)
    assert head_of_a_replay(drawn, "#save-png") != saved.head
    assert complaints == []


def _short(correlation: float) -> str:
    """Two digits, no zero before the point, the minus of figures; nothing is below zero by less than that."""
    return f"{round(correlation, 2) + 0.0:.2f}".replace("-", "\u2212").replace("0.", ".", 1)


def test_the_overview_tells_the_mean_of_the_hour_and_the_day(
    open_page: OpenPage, web: WebProcess, seeded: datetime, complaints: list[str]
) -> None:
    hour, day = load_correlations("1m", 60, "pearson"), load_correlations("1m", 1_440, "pearson")
    assert hour is not None
    assert day is not None
    page = open_page(web.url)
    words = f"Mean correlation {_short(hour.mean)} (24 h {_short(day.mean)})"
    expect(page.locator("#market-line")).to_contain_text(words)
    expect(page.locator("#market-line")).to_contain_text(re.compile("volatility (low|as usual|high)"))
    assert complaints == []


def test_ranks_and_yesterday_are_asked_of_a_worker(
    open_page: OpenPage, web: WebProcess, worker: WorkerProcess, complaints: list[str], pictures: Path
) -> None:
    page = drawn_map(open_page(web.url + "/correlation?tf=1m&window=240"))
    page.locator("button[data-method='spearman']").click()
    expect(page).to_have_url(re.compile("method=spearman"))
    expect(page.locator("#heatmap")).to_be_visible(timeout=ON_DEMAND_MS)
    page.locator("[data-difference='hour']").click()
    expect(page.locator("#heatmap")).to_be_visible(timeout=ON_DEMAND_MS)
    page.locator(f"{CELLS}[data-row='0'][data-column='3'] a").hover()
    expect(page.locator("#readout")).to_contain_text("an hour ago")
    page.screenshot(path=pictures / "correlation-hour.png", full_page=True)
    page.locator("[data-difference='day']").click()
    expect(page.locator("[data-difference='hour']")).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#heatmap")).to_be_visible(timeout=ON_DEMAND_MS)
    page.locator(f"{CELLS}[data-row='0'][data-column='3'] a").hover()
    expect(page.locator("#readout")).to_contain_text("yesterday")
    assert re.fullmatch(r"[+\u2212]?\.\d\d", cell(page, 0, 3))
    page.screenshot(path=pictures / "correlation-yesterday.png", full_page=True)
    assert complaints == []


def test_too_few_bars_are_warming_up(
    open_page: OpenPage, web: WebProcess, worker: WorkerProcess, pictures: Path
) -> None:
    page = open_page(web.url + "/correlation?tf=15m")
    expect(page.locator("#heatmap-state")).to_contain_text("Warming up", timeout=ON_DEMAND_MS)
    expect(page.locator("#heatmap-state")).to_contain_text("needs 20 observations, has 11")
    page.screenshot(path=pictures / "correlation-warming.png")


def test_nothing_is_said_of_a_timeframe_by_the_figures_of_another(
    open_page: OpenPage, web: WebProcess, worker: WorkerProcess
) -> None:
    page = drawn_map(open_page(web.url + "/correlation?tf=1m"))
    page.get_by_role("button", name="15m", exact=True).click()
    expect(page.locator("#heatmap-state")).to_contain_text("Warming up", timeout=ON_DEMAND_MS)
    for name in ("words", "as-of"):
        expect(page.locator(f"#{name}")).to_have_text("")
    expect(page.locator("#whole")).to_have_attribute("data-state", "waiting")


def test_what_cannot_be_read_is_said_and_tried_again(
    open_page: OpenPage, web: WebProcess, seeded: datetime, pictures: Path
) -> None:
    page = open_page(web.url + "/quality")
    page.route("**/api/correlation*", lambda route: route.abort())
    page.goto(web.url + "/correlation?method=kendall")
    expect(page.locator("#heatmap-state")).to_contain_text("could not be read")
    expect(page.locator("#heatmap-state button")).to_be_visible()
    page.screenshot(path=pictures / "correlation-error.png")


def test_a_change_that_cannot_be_read_anew_stays(
    open_page: OpenPage, web: WebProcess, seeded: datetime
) -> None:
    stored = load_correlations("5m", 60, "pearson")
    assert stored is not None
    page = open_page(web.url + "/quality")
    page.route("**/api/correlation*", lambda route: route.fulfill(json=correlation_json(stored)))
    page.goto(web.url + "/correlation?tf=5m&window=60&difference=hour")
    drawn_map(page)
    wait_watched(page, correlation_topic("5m"))
    page.route("**/api/correlation*", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        publish({correlation_topic("5m"): {"computed_at": "2199-01-01T00:00:00.000Z"}})
    page.wait_for_timeout(300)
    drawn_map(page)
    expect(page.locator("#heatmap")).to_be_visible()


def test_the_dot_tells_which_trades_are_on_their_way(
    open_page: OpenPage, web: WebProcess, seeded: datetime
) -> None:
    stored = load_correlations("5m", 60, "pearson")
    assert stored is not None
    told: Any = correlation_json(stored)
    told["completeness"] = {**told["completeness"], "open_gaps": 1}
    page = open_page(web.url + "/quality")
    page.route("**/api/correlation*", lambda route: route.fulfill(json=told))
    page.route("**/api/gaps*", lambda route: route.fulfill(json={"gaps": [GAP]}))
    page.goto(web.url + "/correlation?tf=5m&window=60")
    expect(page.locator("#whole")).to_have_attribute("data-state", "warn")
    expect(page.locator("#whole")).to_have_attribute("title", re.compile("ids: ETHUSDT 5\u201316$"))


def test_what_is_not_renewed_is_pale_and_says_since_when(
    open_page: OpenPage, web: WebProcess, seeded: datetime, pictures: Path
) -> None:
    fresh = load_correlations("5m", 60, "pearson")
    assert fresh is not None
    save_correlations([dataclasses.replace(fresh, computed_at=datetime.now(UTC) - timedelta(days=2))])
    page = drawn_map(open_page(web.url + "/correlation?tf=5m&window=60"))
    expect(page.locator("#as-of")).to_have_text(
        re.compile(r"not renewed since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d$")
    )
    expect(page.locator("#heatmap")).to_have_attribute("data-stale", "")
    page.screenshot(path=pictures / "correlation-stale.png")
    save_correlations([fresh])


def test_sixty_symbols_are_colours_and_tell_their_figures(
    open_page: OpenPage, web: WebProcess, seeded: datetime, pictures: Path
) -> None:
    model = load_correlations("1m", 60, "pearson")
    assert model is not None
    names = [f"S{number:02}USDT" for number in range(60)]
    values = [[0.9 - abs(row - column) / 40 for column in range(row)] for row in range(60)]
    wide = dataclasses.replace(
        model,
        timeframe="1h",
        symbols=names,
        order=names,
        returns=[60] * 60,
        values=values,
        n=[[60] * row for row in range(60)],
        p_values=[[0.0 if value > 0.25 else 0.3 for value in row] for row in values],
        computed_at=datetime.now(UTC),
    )
    page = open_page("about:blank", scheme="light")
    page.route("**/api/correlation?*", lambda route: route.fulfill(json=correlation_json(wide)))
    page.goto(web.url + "/correlation?tf=1h&window=60")
    expect(page.locator(CELLS)).to_have_count(3_600)
    expect(page.locator("#heatmap")).to_have_attribute("data-size", "colours")
    page.locator(f"{CELLS}[data-row='3'][data-column='43'] a").hover()
    expect(page.locator("#readout")).to_contain_text(
        "S03 and S43: \u22120.1000 · n 60 · p = 0.300, not significant"
    )
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 1_440
    page.screenshot(path=pictures / "correlation-sixty.png", full_page=True)


def test_a_choice_that_is_refused_says_why(open_page: OpenPage, web: WebProcess, seeded: datetime) -> None:
    page = open_page(web.url + "/quality")
    error = {"code": "out_of_range", "message": "window is at least 20, got 3", "field": "window"}
    page.route("**/api/correlation*", lambda route: route.fulfill(status=422, json={"error": error}))
    page.goto(web.url + "/correlation?method=kendall")
    expect(page.locator("#heatmap-state")).to_contain_text("window is at least 20, got 3")
    expect(page.locator("#heatmap-state")).not_to_contain_text("watch-list")
