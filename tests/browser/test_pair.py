"""The page of a pair in a browser: what it draws, what moves, and each of its states."""

import json
import re
from pathlib import Path
from statistics import median

import pytest
from playwright.sync_api import Page, Route, expect

from analytics.records.pairs import CORRELATION_BARS
from tests.browser.conftest import OpenPage
from tests.browser.downloads import exported
from tests.browser.moving_market import MovingMarket
from tests.browser.saved_pictures import head_of_a_replay, saved_picture
from tests.browser.watched import wait_watched
from tests.integration.web.pair_seed import BTC, ETH, seed_analysis, seed_pair
from tests.integration.web.web_process import WebProcess
from workers.messages.market import quote_json
from workers.messages.rooms import pair_topic, symbol_topic
from workers.publish import publish
from workers.settings import Settings

DRAWN = "() => document.getElementById('panes').dataset.asOf && !document.querySelector('#panes-state *')"
WIDTHS = {"wide": 1440, "phone": 390}


@pytest.fixture(scope="module")
def seeded(web_settings: Settings) -> MovingMarket:
    """A planted pair, watched, with its snapshots and the analysis of the plain choice."""
    seed_pair({"1m": 600, "5m": 300, "15m": 60}, seed=3)
    seed_analysis()
    seed_analysis(spread="dollar_neutral")
    seed_analysis(z_window=0, cool_down=30)
    seed_analysis(z_window=0)
    seed_analysis(tf="5m", method="kalman", spread="residual", entry=1.5, exit=0.5, stop=3.0)
    return MovingMarket()


def opened(open_page: OpenPage, web: WebProcess, query: str = "", **look: object) -> Page:
    page = open_page(f"{web.url}/pairs/{ETH}/{BTC}{query}", **look)
    page.wait_for_function(DRAWN)
    return page


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_pair_is_drawn_and_nothing_complains(
    open_page: OpenPage,
    web: WebProcess,
    seeded: MovingMarket,
    complaints: list[str],
    pictures: Path,
    scheme: str,
    width: str,
) -> None:
    page = opened(open_page, web, width=WIDTHS[width], scheme=scheme)
    expect(page.locator("#sentence")).to_contain_text("ETH is ")
    expect(page.locator("#breaks")).to_contain_text("What would break it: gaps not half gone after ")
    for name in ("z", "p", "beta", "half-life", "correlation"):
        expect(page.locator(f"#lead-{name}")).to_have_text(re.compile(r"\d"))
    assert page.locator("#panes .cartesianlayer .subplot").count() == 3
    page.screenshot(path=pictures / f"pair-{width}-{scheme}.png", full_page=True)
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0
    assert complaints == []


DATA = "() => document.getElementById('panes').data"
TRACES = """(id) => Object.fromEntries(document.getElementById(id)._fullData.map(({ name, y, yaxis, mode }) =>
  [name, { known: [...y].filter(Number.isFinite), yaxis, mode }]))"""


def test_beta_p_and_correlation_are_drawn_over_time(
    open_page: OpenPage, web: WebProcess, seeded: MovingMarket, pictures: Path
) -> None:
    page = opened(open_page, web)
    page.wait_for_function("() => document.querySelectorAll('#chart-paths .trace').length === 3")
    drawn = page.evaluate(TRACES, "chart-paths")
    assert {name: trace["yaxis"] for name, trace in drawn.items()} == {
        "beta": "y",
        "p": "y2",
        "correlation": "y3",
    }
    correlation = drawn["correlation"]["known"]
    assert len(correlation) == 600 - CORRELATION_BARS
    assert f"{correlation[-1]:.2f}" == page.locator("#lead-correlation").inner_text()
    page.locator(".pair-tabs").screenshot(path=pictures / "pair-paths.png")


# In the page: when a word about a price came, and how long after it the figure changed.
NOTED = """
    const Plain = globalThis.WebSocket;
    globalThis.delays = [];
    globalThis.WebSocket = class extends Plain {
      constructor(...parts) {
        super(...parts);
        this.addEventListener("message", ({ data }) => {
          if (String(data).includes("symbol:ETHUSDT")) globalThis.heardAt = performance.now();
        });
      }
    };
    document.addEventListener("DOMContentLoaded", () => {
      const figure = document.getElementById("lead-z");
      if (!figure) return;
      const note = () => globalThis.heardAt && delays.push(performance.now() - heardAt);
      new MutationObserver(note).observe(figure, { childList: true, characterData: true, subtree: true });
    });
"""


def test_z_moves_between_bars_within_half_a_second(
    open_page: OpenPage, web: WebProcess, seeded: MovingMarket
) -> None:
    page = open_page(web.url)
    page.add_init_script(NOTED)
    page.goto(f"{web.url}/pairs/{ETH}/{BTC}")
    page.wait_for_function(DRAWN)
    page.wait_for_function("() => document.getElementById('live-z').dataset.z")
    page.evaluate("delays.length = 0")
    for price in (226.0, 221.0, 224.0, 219.0, 227.0):
        drawn = page.evaluate("document.getElementById('live-z').dataset.z")
        shown = page.locator("#lead-z").inner_text()
        seeded.trade(ETH, price)
        page.wait_for_function("drawn => document.getElementById('live-z').dataset.z !== drawn", arg=drawn)
        assert page.locator("#lead-z").inner_text() != shown
    delays = page.evaluate("delays")
    assert len(delays) == 5
    assert median(delays) < 500, delays


def test_the_link_holds_every_choice(open_page: OpenPage, web: WebProcess, seeded: MovingMarket) -> None:
    query = "?tf=5m&method=kalman&spread=residual&entry=1.5&exit=0.5&stop=3"
    page = opened(open_page, web, query)
    expect(page.locator("#method")).to_have_value("kalman")
    expect(page.locator("#spread")).to_have_value("residual")
    expect(page.locator("[data-timeframe='5m']")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#marks-note")).to_contain_text("the deviation it expected; no window")
    expect(page.locator("#marks-note")).not_to_contain_text("Hindsight")
    for name in ("z_window", "robust"):
        expect(page.locator(f"#{name}")).to_be_disabled()
        expect(page.locator(f"label:has(#{name})")).to_have_attribute("title", re.compile("has no window"))
    page.locator("#tab-statistics").click()
    expect(page.locator("#facts-hedge")).to_contain_text("no window")
    page.locator("#method").select_option("ols")
    expect(page.locator("#z_window")).to_be_enabled()
    expect(page).to_have_url(re.compile("method=ols.*spread=residual|spread=residual.*method=ols"))
    page.locator("#swap").click()
    expect(page).to_have_url(re.compile(f"/pairs/{BTC}/{ETH}\\?.*method=ols"))


def test_what_a_hedge_of_the_whole_window_knows_too_early_is_said(
    open_page: OpenPage, web: WebProcess, seeded: MovingMarket
) -> None:
    page = opened(open_page, web)
    note = page.locator("#marks-note")
    expect(note).to_contain_text("z: gap to the mean of the last 60 bars, over their standard deviation.")
    expect(note).to_contain_text(
        "Hindsight: the hedge is taken from the whole window, "
        "so spread, z and marks at earlier bars know what came after them."
    )


def test_the_same_money_in_both_needs_no_method(
    open_page: OpenPage, web: WebProcess, seeded: MovingMarket
) -> None:
    page = opened(open_page, web)
    page.locator("#spread").select_option("dollar-neutral")
    expect(page.locator("#lead-beta")).to_have_text("1.000")
    expect(page.locator("#method")).to_be_disabled()
    expect(page.locator("#marks-note")).not_to_contain_text("Hindsight")
    page.locator("#tab-statistics").click()
    expect(page.locator("#facts-hedge")).to_contain_text("dollar-neutral")


def test_a_window_like_the_half_life_and_a_cool_down_can_be_chosen(
    open_page: OpenPage, web: WebProcess, seeded: MovingMarket
) -> None:
    page = opened(open_page, web)
    page.locator("#z_window").select_option("half-life")
    page.locator("#cool_down").select_option("30")
    expect(page).to_have_url(re.compile("z_window=0.*cool_down=30"))
    expect(page.locator("#marks-note")).to_contain_text("the half-life")
    page.locator("#tab-statistics").click()
    expect(page.locator("#facts-signal")).to_contain_text("Cool-down")
    expect(page.locator("#facts-signal")).to_contain_text("30 bars")


def test_bands_marks_and_thresholds_are_drawn_where_the_figures_are(
    open_page: OpenPage, web: WebProcess, seeded: MovingMarket, pictures: Path
) -> None:
    page = opened(open_page, web)
    with page.expect_response("**/api/pair/analysis*") as answered:
        page.reload()
    told = answered.value.json()
    page.wait_for_function(DRAWN)
    traces = [trace for trace in page.evaluate(DATA) if trace.get("yaxis") == "y2"]
    mean, deviation = told["series"]["mean"][-1], told["series"]["deviation"][-1]
    bands = sorted(trace["y"][-1] for trace in traces if trace["mode"] == "lines" and not trace["name"])
    steps = (-3, -2, -1, 1, 2, 3)
    assert bands == pytest.approx([mean + step * deviation for step in steps], rel=1e-6)
    kinds = {"entry": ("long", "short"), "exit": ("exit",), "stop": ("stop",)}
    assert any(mark["event"] == "entry" for mark in told["marks"])
    for event, names in kinds.items():
        drawn = {y for trace in traces if trace["name"] in names for y in trace["y"]}
        assert drawn == {mark["spread"] for mark in told["marks"] if mark["event"] == event}
    shown = [mark for mark in told["marks"] if mark["event"] != "rearmed"]
    assert page.locator("#panes .scatterlayer .points path").count() == len(shown)
    levels = page.evaluate("() => document.getElementById('panes')._fullLayout.shapes.map(({ y0 }) => y0)")
    assert sorted(levels) == [-4, -2, 0, 2, 4]
    page.locator("#panes").screenshot(path=pictures / "pair-marks.png")


def test_thresholds_that_contradict_each_other_are_told(
    open_page: OpenPage, web: WebProcess, seeded: MovingMarket
) -> None:
    page = opened(open_page, web)
    page.locator("#stop").fill("1")
    page.locator("#stop").press("Enter")
    expect(page.locator("#choice-error")).to_contain_text("The stop lies farther from the mean")
    assert "stop=1" not in page.url


def test_every_tab_shows_something(
    open_page: OpenPage, web: WebProcess, seeded: MovingMarket, complaints: list[str], pictures: Path
) -> None:
    page = opened(open_page, web)
    for name, words in (
        ("paths", "p over the last"),
        ("histogram", "bars with a z"),
        ("later", "not a forecast"),
    ):
        page.locator(f"#tab-{name}").click()
        expect(page.locator(f"#note-{name}")).to_contain_text(words)
        expect(page.locator(f"#chart-{name} .trace, #chart-{name} .bars").first).to_be_attached()
        page.locator(".pair-tabs").screenshot(path=pictures / f"pair-tab-{name}.png")
    page.locator("#tab-statistics").click()
    expect(page.locator("#facts-test")).to_contain_text("ETH on BTC, p")
    page.locator(".pair-tabs").screenshot(path=pictures / "pair-statistics.png")
    assert complaints == []


def test_the_charts_are_saved_with_their_source_in_the_picture(
    open_page: OpenPage, web: WebProcess, seeded: MovingMarket, complaints: list[str], pictures: Path
) -> None:
    page = opened(open_page, web)
    saved = saved_picture(page, "#save-png", keep=pictures / "saved-panes.png")
    assert (saved.name, saved.width) == ("SIMULATED-ETHUSDT-BTCUSDT-1m-prices-spread-z.png", 2_400)
    assert saved.colours > 20
    for name in ("paths", "histogram", "later"):
        page.locator(f"#tab-{name}").click()
        expect(page.locator(f"#chart-{name} .trace, #chart-{name} .bars").first).to_be_attached()
        saved = saved_picture(page, "#save-tab", keep=pictures / f"saved-{name}.png")
        assert (saved.width, saved.height) == (2_400, 920)
        assert saved.colours > 20
    assert head_of_a_replay(page, "#save-tab") != saved.head
    page.locator("#tab-statistics").click()
    expect(page.locator("#save-tab")).to_be_hidden()
    assert complaints == []


def test_a_zoom_survives_what_comes_live(open_page: OpenPage, web: WebProcess, seeded: MovingMarket) -> None:
    page = opened(open_page, web)
    view = "document.getElementById('panes')._fullLayout.xaxis.range.join()"
    page.mouse.move(600, 450)
    before = page.evaluate(view)
    page.locator("#panes .nsewdrag").first.hover()
    page.mouse.wheel(0, -600)
    page.wait_for_function(f"before => {view} !== before", arg=before)
    zoomed = page.evaluate(view)
    seeded.trade(ETH, 225.5)
    page.locator("#zone").click()
    page.locator("#zone").click()
    page.wait_for_function(DRAWN)
    assert page.evaluate(view) == zoomed


def test_the_series_are_exported(open_page: OpenPage, web: WebProcess, seeded: MovingMarket) -> None:
    page = opened(open_page, web)
    text = Path(exported(page, "Series of the pair", "csv").path()).read_text()
    assert "# source: SIMULATED" in text
    head, *rows = [line for line in text.splitlines() if not line.startswith("#")]
    assert head == "ts,y_symbol,x_symbol,y,x,spread,mean,deviation,z,correlation,event"
    assert len(rows) == 600
    assert exported(page, "Series of the pair", "parquet").suggested_filename == (
        f"simulated-pair-{ETH}-{BTC}-1m.parquet"
    )


def test_the_export_menu_is_in_reach_on_a_phone(
    open_page: OpenPage, web: WebProcess, seeded: MovingMarket, pictures: Path
) -> None:
    page = opened(open_page, web, width=390, height=844)
    page.locator("#export summary").click()
    box = page.locator(".export-list").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    page.screenshot(path=pictures / "pair-export-phone.png")
    assert exported(page, "Series of the pair", "json").suggested_filename.endswith(".json")


def test_the_title_tells_z_and_the_link_the_tab(
    open_page: OpenPage, web: WebProcess, seeded: MovingMarket
) -> None:
    page = opened(open_page, web)
    expect(page).to_have_title(
        re.compile(rf"^\[SIMULATED\] z [\u2212\u202f\d]+\.\d\d {ETH} / {BTC} · GemsCap$")
    )
    assert f"z {page.locator('#lead-z').inner_text()} " in page.title()
    page.locator("#tab-statistics").click()
    expect(page).to_have_url(re.compile("tab=statistics"))
    page.reload()
    page.wait_for_function(DRAWN)
    expect(page.locator("#panel-statistics")).to_be_visible()
    expect(page.locator("#tab-statistics")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#panel-paths")).to_be_hidden()


def test_a_report_can_be_asked_for_and_cancelled(
    open_page: OpenPage, web: WebProcess, seeded: MovingMarket
) -> None:
    seeded.live()
    page = opened(open_page, web)
    page.locator("#report").click()
    expect(page.locator("#tasks .task")).to_contain_text(f"Report of {ETH} / {BTC}")
    expect(page.locator("#report")).to_be_disabled()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#toast")).to_have_text("The report could not be drawn: Cancelled.")
    expect(page.locator("#report")).to_be_enabled()


# Where a pane is on the screen: (left, top, width, height), and how often Plotly drew.
PANE = """(name) => {
  const { xaxis, [name]: axis } = document.getElementById('panes')._fullLayout;
  const box = document.getElementById('panes').getBoundingClientRect();
  return [box.left + xaxis._offset, box.top + axis._offset, xaxis._length, axis._length];
}"""
COUNTED = """() => {
  globalThis.drawings = 0;
  document.getElementById('panes').on('plotly_afterplot', () => (globalThis.drawings += 1));
}"""
PICTURE = "() => document.getElementById('live-z').toDataURL()"
POINTED_AT_NOTHING = "() => !document.getElementById('live-z').dataset.pointed"


def test_one_moment_is_told_in_all_three_panes_without_a_drawing(
    open_page: OpenPage, web: WebProcess, seeded: MovingMarket, pictures: Path
) -> None:
    page = opened(open_page, web)
    page.locator(".pair-frame").scroll_into_view_if_needed()
    page.evaluate(COUNTED)
    told = []
    for name in ("yaxis", "yaxis2", "yaxis3"):
        page.mouse.move(5, 5)
        page.wait_for_function(POINTED_AT_NOTHING)
        left, top, width, height = page.evaluate(PANE, name)
        before = page.evaluate(PICTURE)
        page.mouse.move(left + width * 0.4, top + height / 2)
        page.wait_for_function("() => document.getElementById('live-z').dataset.pointed")
        told.append(page.locator("#live-z").get_attribute("data-pointed"))
        assert page.evaluate(PICTURE) != before
    assert len(set(told)) == 1  # the same moment, whichever pane the pointer is in
    page.screenshot(path=pictures / "pair-cross-hair.png")
    page.mouse.move(left + width * 0.9, top + height / 2)
    page.wait_for_function("(old) => document.getElementById('live-z').dataset.pointed !== old", arg=told[0])
    page.screenshot(path=pictures / "pair-cross-hair-right.png")
    page.mouse.move(5, 5)
    page.wait_for_function(POINTED_AT_NOTHING)
    assert page.evaluate("() => globalThis.drawings") == 0


def test_the_overview_leads_to_the_pair(open_page: OpenPage, web: WebProcess, seeded: MovingMarket) -> None:
    page = open_page(web.url)
    page.locator("#pairs a").first.click()
    expect(page).to_have_url(re.compile(f"/pairs/{ETH}/{BTC}"))


def test_too_few_bars_are_counted(open_page: OpenPage, web: WebProcess, seeded: MovingMarket) -> None:
    page = open_page(f"{web.url}/pairs/{ETH}/DOGEUSDT")
    expect(page.locator("#panes-state")).to_contain_text("No bars yet")
    expect(page.locator("#sentence")).to_have_text("Not enough data yet: 0 of 100 bars of 1m.")


def test_a_warming_pair_says_how_far_it_is(
    open_page: OpenPage, web: WebProcess, seeded: MovingMarket, pictures: Path
) -> None:
    """The worker's refusal, as the API passes it on."""
    page = open_page(f"{web.url}/")
    refusal = {"error": {"code": "not_enough_data", "message": "needs 100, has 60", "have": 60, "need": 100}}
    page.route("**/api/pair/analysis*", lambda route: route.fulfill(status=409, body=json.dumps(refusal)))
    page.goto(f"{web.url}/pairs/{ETH}/{BTC}?tf=15m")
    expect(page.locator("#panes-state")).to_contain_text("Warming up")
    expect(page.locator("#panes-state progress")).to_have_attribute("value", "60")
    expect(page.locator("#sentence")).to_have_text("Not enough data yet: 60 of 100 bars of 15m.")
    page.screenshot(path=pictures / "pair-warming.png")


def test_what_failed_is_told_and_can_be_tried_again(
    open_page: OpenPage, web: WebProcess, seeded: MovingMarket, pictures: Path
) -> None:
    page = open_page(f"{web.url}/")
    address = "**/api/pair/analysis*"
    page.route(
        address,
        lambda route: route.fulfill(status=500, body='{"error": {"code": "x", "message": "Broken."}}'),
    )
    page.goto(f"{web.url}/pairs/{ETH}/{BTC}")
    expect(page.locator("#panes-state")).to_contain_text("Broken.")
    page.screenshot(path=pictures / "pair-error.png")
    page.unroute(address)
    page.locator("#panes-state button").click()
    page.wait_for_function(DRAWN)


BROKEN = '{"error": {"code": "x", "message": "Broken."}}'


def test_what_was_computed_of_another_choice_is_grey_and_gone_when_the_chosen_one_fails(
    open_page: OpenPage, web: WebProcess, seeded: MovingMarket
) -> None:
    page = opened(open_page, web)
    held: list[Route] = []
    page.route("**/api/pair/analysis*", lambda route: held.append(route))
    page.locator("#spread").select_option("dollar_neutral")
    expect(page.locator("#pair")).to_have_attribute("data-pending", "")
    expect(page.locator("#pair")).to_have_attribute("aria-busy", "true")
    expect(page.locator("#lead-z")).to_have_text(re.compile(r"\d"))
    page.wait_for_timeout(100)
    held[-1].fulfill(status=500, body=BROKEN)
    expect(page.locator("#panes-state")).to_contain_text("Broken.")
    expect(page.locator("#pair")).not_to_have_attribute("data-pending", "")
    expect(page.locator("#lead-z")).to_have_text("–")
    expect(page.locator(".pair-tabs")).to_be_hidden()


def test_an_analysis_that_cannot_be_read_anew_stays_and_is_told_of_once(
    open_page: OpenPage, web: WebProcess, seeded: MovingMarket
) -> None:
    page = open_page(f"{web.url}/")
    page.clock.install()
    page.goto(f"{web.url}/pairs/{ETH}/{BTC}")
    page.wait_for_function(DRAWN)
    wait_watched(page, pair_topic(ETH, BTC, "1m"))
    page.route("**/api/pair/analysis*", lambda route: route.fulfill(status=500, body=BROKEN))
    later = {"as_of": "2199-01-01T00:00:00.000Z", "computed_at": "2199-01-01T00:00:00.000Z"}
    publish({pair_topic(ETH, BTC, "1m"): {"snapshot": later}})
    expect(page.locator("#toast")).to_contain_text("could not be read anew: Broken.")
    page.evaluate("() => document.getElementById('toast').replaceChildren()")
    with page.expect_response("**/api/pair/analysis*"):
        page.clock.fast_forward(15_000)
    page.wait_for_timeout(300)
    expect(page.locator("#toast")).to_have_text("")
    expect(page.locator(".pair-tabs")).to_be_visible()
    expect(page.locator("#lead-z")).to_have_text(re.compile(r"\d"))


def test_figures_of_a_bar_long_over_are_called_stale(
    open_page: OpenPage, web: WebProcess, seeded: MovingMarket, pictures: Path
) -> None:
    page = opened(open_page, web)
    told = quote_json(ETH, None, None) | {
        "price": 220.0,
        "id": 9_999,
        "traded_at": "2199-01-01T00:00:00.000Z",
    }
    wait_watched(page, symbol_topic(ETH))
    publish({symbol_topic(ETH): told})
    expect(page.locator("#as-of")).to_contain_text("Stale: as of")
    expect(page.locator("#pair")).to_have_attribute("data-stale", "")
    page.screenshot(path=pictures / "pair-stale.png")


def test_loading_has_the_shape_of_what_comes(
    open_page: OpenPage, web: WebProcess, seeded: MovingMarket
) -> None:
    page = open_page(f"{web.url}/")
    page.route("**/api/pair/analysis*", lambda route: None)
    page.goto(f"{web.url}/pairs/{ETH}/{BTC}")
    expect(page.locator("#panes-state .skeleton")).to_be_visible()
    expect(page.locator("#sentence")).to_have_text("Reading the pair…")
