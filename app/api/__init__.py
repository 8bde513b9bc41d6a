"""The JSON interface: one blueprint per resource."""

from flask import Flask

from app.api import (
    access,
    anchored_vwap,
    bars,
    book,
    correlation,
    docs,
    exports,
    gaps,
    histories,
    imports,
    indicators,
    openapi,
    page_exports,
    pair_analytics,
    pairs,
    quality,
    scan,
    selftest,
    settings,
    symbols,
    system,
    tasks,
    watchlist,
)


def register_api(app: Flask) -> None:
    """Every resource under /api."""
    for part in (
        access,
        anchored_vwap,
        bars,
        book,
        correlation,
        docs,
        exports,
        gaps,
        histories,
        imports,
        indicators,
        openapi,
        page_exports,
        pair_analytics,
        pairs,
        quality,
        scan,
        selftest,
        settings,
        symbols,
        system,
        tasks,
        watchlist,
    ):
        app.register_blueprint(part.blueprint, url_prefix="/api")
