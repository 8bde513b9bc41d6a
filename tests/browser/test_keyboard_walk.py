"""The main tasks with a keyboard alone: no mouse, and the focus always in sight."""

import re

from playwright.sync_api import Page, expect

from tests.browser.lively_web import OpenInside, drawn, lively, open_inside, signed_in, web_settings

__all__ = ["lively", "open_inside", "signed_in", "web_settings"]

MOST_TABS = 90
# What has the focus shows it by an outline.
IN_SIGHT = """() => {
  const held = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(held);
  return held !== document.body && outlineStyle !== 'none' && parseFloat(outlineWidth) > 0;
}"""


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until an element has the focus; everything on the way must show that it has it."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        assert page.evaluate(IN_SIGHT), page.evaluate("() => document.activeElement.outerHTML.slice(0, 200)")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{MOST_TABS} times Tab did not lead to {selector}")


def test_a_symbol_is_found_opened_and_looked_at(open_inside: OpenInside) -> None:
    page = open_inside("/")
    page.keyboard.press("/")
    page.keyboard.type("SOL")
    tab_to(page, "#rows tr")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/market/SOLUSDT"))
    drawn(page)
    page.keyboard.press("3")
    expect(page.locator("button[data-timeframe='5m']")).to_have_attribute("aria-pressed", "true")
    tab_to(page, "#follow")
    page.keyboard.press("Enter")
    expect(page.locator("#follow")).to_have_attribute("aria-pressed", "false")


def test_a_pair_is_found_opened_and_asked_for_another_window(open_inside: OpenInside) -> None:
    page = open_inside("/")
    page.keyboard.press("g")
    page.keyboard.press("s")
    expect(page).to_have_url(re.compile("/scanner"))
    drawn(page)
    tab_to(page, "th[data-column='zscore'] button")
    page.keyboard.press("Enter")
    expect(page.locator("th[data-column='zscore']")).to_have_attribute("aria-sort", "descending")
    tab_to(page, "#rows tr")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#panel")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/pairs/"))
    tab_to(page, "select#window")
    page.keyboard.press("ArrowUp")
    expect(page).to_have_url(re.compile("window="))
    page.go_back()  # the browser's own key, which a browser without a window does not have
    expect(page).to_have_url(re.compile("/scanner"))


def test_a_symbol_is_removed_and_added_again(open_inside: OpenInside) -> None:
    page = open_inside("/")
    row = page.locator("tr[data-symbol='LINKUSDT']")
    page.keyboard.press("/")
    page.keyboard.type("LINK")
    tab_to(page, "tr[data-symbol='LINKUSDT'], tr[data-symbol='LINKUSDT'] a")
    page.keyboard.press("Delete")
    expect(row).to_have_count(0)
    page.keyboard.press("a")
    page.keyboard.type("LINK")
    expect(page.get_by_role("option")).to_have_text(["LINKUSDT"])
    page.keyboard.press("Enter")
    expect(row).to_have_count(1)


def test_dialogs_give_the_focus_back(open_inside: OpenInside) -> None:
    page = open_inside("/")
    tab_to(page, "#rows tr")
    held = page.evaluate("() => document.activeElement.textContent")
    for key, dialog in (("?", "#keys"), (",", "#settings"), ("Control+k", "#palette")):
        page.keyboard.press(key)
        expect(page.locator(dialog)).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator(dialog)).to_be_hidden()
        assert page.evaluate("() => document.activeElement.textContent") == held, dialog
