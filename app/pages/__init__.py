"""The pages: one blueprint each; what they have in common is given here."""

from dataclasses import asdict, dataclass

from flask import Flask, Response, current_app

from app.access import sign_in
from app.access.callers import current_caller
from app.access.gate import NOT_KEPT
from app.form_tokens import form_token
from app.pages import (
    access,
    correlation,
    imports,
    market,
    overview,
    pairs,
    quality,
    scanner,
    selftest,
    system,
)
from app.preferences import current_preferences
from workers.settings import Settings


@dataclass(frozen=True, slots=True)
class Link:
    """A page as the frame names it."""

    name: str  # what the page calls itself in its template
    text: str
    key: str  # after g
    endpoint: str
    behind_more: bool = False  # on a phone, whose bar holds five


NAVIGATION = (
    Link("overview", "Overview", "o", "overview.page"),
    Link("market", "Market", "m", "market.first"),
    Link("pairs", "Pairs", "p", "pair_page.first"),
    Link("scanner", "Scanner", "s", "scanner_page.page"),
    Link("correlation", "Correlation", "c", "correlation_page.page", behind_more=True),
    Link("quality", "Quality", "q", "quality_page.page", behind_more=True),
    Link("import", "Import", "i", "import_page.page", behind_more=True),
    Link("system", "System", "y", "system_page.page", behind_more=True),
    Link("selftest", "Self-test", "t", "selftest_page.page", behind_more=True),
)
MARKET_NAMES = {"spot": "", "usdm": "USD-M"}  # beside the source; spot is what is meant without a word


def register_pages(app: Flask, settings: Settings) -> None:
    """Every page, and what the frame around them needs to know."""
    known = (overview, market, pairs, correlation, quality, scanner, imports, selftest, system, access)
    for part in (*known, sign_in):
        app.register_blueprint(part.blueprint)
    app.after_request(_as_of_now)
    navigation = [link for link in NAVIGATION if link.endpoint in app.view_functions]

    @app.context_processor
    def frame() -> dict[str, object]:
        preferences = current_preferences()
        return {
            "source": settings.source,
            "market_name": MARKET_NAMES[settings.market],
            "preferences": preferences,
            "preferences_json": current_app.json.dumps(asdict(preferences)),
            "form_token": form_token(),
            "caller": current_caller(),
            "navigation": navigation,
        }


def _as_of_now(response: Response) -> Response:
    """Who goes back is given the page anew, with the settings of now and not of then."""
    if response.mimetype == "text/html":
        response.headers.setdefault("Cache-Control", NOT_KEPT)
    return response
