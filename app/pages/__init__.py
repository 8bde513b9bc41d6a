"""The pages: one blueprint each; what they have in common is given here."""

from flask import Flask, request

from app.form_tokens import form_token
from app.pages import market, overview, quality, system
from workers.settings import Settings

THEMES = ("dark", "light")
MARKET_NAMES = {"spot": "", "usdm": "USD-M"}  # beside the source; spot is what is meant without a word


def register_pages(app: Flask, settings: Settings) -> None:
    """Every page, and what the frame around them needs to know."""
    for part in (overview, market, quality, system):
        app.register_blueprint(part.blueprint)

    @app.context_processor
    def frame() -> dict[str, object]:
        theme = request.cookies.get("theme")
        # Without a choice the page follows the system.
        return {
            "source": settings.source,
            "market_name": MARKET_NAMES[settings.market],
            "theme": theme if theme in THEMES else None,
            "form_token": form_token(),
        }
