"""The API for people: `GET /api/docs`, drawn from the OpenAPI document."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, current_app, render_template

from app.api.contract import File, endpoint
from app.api.openapi import document

blueprint = Blueprint("api_docs", __name__)

TITLES = {
    "access": "Access",
    "api_docs": "This page",
    "bars": "Bars",
    "anchored_vwap": "Anchored VWAP",
    "book": "Best bid and ask",
    "gaps": "Missing trades",
    "histories": "Whole histories",
    "page_exports": "Exports of the pages",
    "correlation": "Correlation",
    "exports": "Exports",
    "indicators": "Indicators",
    "openapi": "OpenAPI",
    "pair_analytics": "Pairs",
    "pairs": "Pairs that are watched",
    "quality": "Quality of the data",
    "scan": "Scan",
    "selftest": "Self-test",
    "symbols": "Symbols",
    "system": "System",
    "tasks": "Tasks",
    "watchlist": "Watch-list",
}

Told = Mapping[str, Any]  # a piece of the document


@blueprint.get("/docs")
@endpoint(File(("text/html",)))
def page() -> str:
    """Every address, what it takes and what it answers."""
    told = document(current_app)
    return render_template("api_docs.html", page="api_docs", told=told, groups=groups(told))


def groups(told: Told) -> dict[str, list[Told]]:
    """The operations under a title each, in the order of their titles."""
    found: dict[str, list[Told]] = {}
    for path, operations in told["paths"].items():
        for method, operation in operations.items():
            title = TITLES.get(operation["tags"][0], operation["tags"][0].replace("_", " ").capitalize())
            found.setdefault(title, []).append({"path": path, "method": method.upper(), **operation})
    return dict(sorted(found.items()))
