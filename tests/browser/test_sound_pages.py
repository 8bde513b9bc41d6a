"""Every page on a screen and on a phone, light and dark, with data on it: judged by axe-core, by the console
of the browser and by its width. With `--screenshots FOLDER` its pictures are kept there.
"""

from pathlib import Path
from typing import Literal

import pytest

from app import vendor
from tests.browser.lively_web import (
    NOWHERE,
    OpenInside,
    drawn,
    every_page,
    lively,
    open_inside,
    signed_in,
    web_settings,
)
from tests.browser.moving_market import MovingMarket

__all__ = ["every_page", "lively", "open_inside", "signed_in", "web_settings"]

KEPT = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
SCHEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
SIZES = ((1440, 900), (390, 844))
AXE = vendor.FOLDER / "axe-core" / "axe.min.js"
JUDGED = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ['violations'] });
  const told = ({ target, any }) => `${target} ${any[0]?.message ?? ''}`;
  return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id} (${nodes.length}): ${nodes.slice(0, 3).map(told).join('; ')}`);
}"""
COLOURS_JUDGED = JUDGED.replace(
    "{ resultTypes: ['violations'] }", "{ resultTypes: ['violations'], runOnly: ['color-contrast'] }"
)
# The other colours of up and down, as the settings set them; then again as they were.
GREEN_RED = "() => { document.documentElement.dataset.colours = 'green_red'; }"
AS_CHOSEN = "() => { document.documentElement.dataset.colours = 'blue_orange'; }"
WIDER = """() => document.documentElement.scrollWidth > innerWidth
  ? [`wider than the window: ${document.documentElement.scrollWidth}`] : []"""


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_no_page_has_a_grave_fault(
    open_inside: OpenInside,
    lively: MovingMarket,
    every_page: list[str],
    complaints: list[str],
    screenshots: Path | None,
    width: int,
    height: int,
) -> None:
    axe, faults = AXE.read_text(), []
    for path in every_page:
        page = open_inside(path, width=width, height=height, scheme=SCHEMES[0])
        page.evaluate(axe)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            lively.live()  # judging takes seconds, after which the market would be stale
            drawn(page)
            if screenshots:
                name = picture_name(path, scheme, width)
                page.screenshot(path=screenshots / name, type="jpeg", quality=70)
            found = [*page.evaluate(JUDGED), *page.evaluate(WIDER), *told(complaints, path)]
            page.evaluate(GREEN_RED)
            found += [f"in green and red: {fault}" for fault in page.evaluate(COLOURS_JUDGED)]
            page.evaluate(AS_CHOSEN)
            faults += [f"{path} {scheme}: {fault}" for fault in found]
        page.context.close()
    assert not faults, "\n".join(faults)


def test_each_page_has_its_pictures(every_page: list[str]) -> None:
    wanted = {
        picture_name(path, scheme, width) for path in every_page for scheme in SCHEMES for width, _ in SIZES
    }
    assert {path.name for path in KEPT.iterdir()} == wanted


def picture_name(path: str, scheme: str, width: int) -> str:
    """The name of the picture of a page."""
    return f"{path.strip('/').replace('/', '-') or 'overview'}-{scheme}-{width}.jpg"


def told(complaints: list[str], path: str) -> list[str]:
    """What the browser complained about since the last look; that a page is not there may be said once, of
    the one that is not."""
    found = complaints.copy()
    complaints.clear()
    if path == NOWHERE and found and "404" in found[0]:
        return found[1:]
    return found
