"""Indicators as columns for a chart, and what each figure means: `GET /api/indicators`.

Before the first snapshot of a symbol and timeframe there is nothing to answer:
409. A time without snapshots, of a symbol that has some, is an empty page.
"""

from dataclasses import asdict
from datetime import datetime

from flask import Blueprint, Response, jsonify

from analytics.records.indicators import INDICATORS
from app.api.contract import endpoint
from app.api.paging import with_older_page
from app.api.parameters import RANGE, SYMBOL, TIMEFRAME
from app.api.shapes import market
from app.api.shapes.vocabulary import many
from app.errors import BadRequest
from workers.jobs import Parameter
from workers.messages.snapshots import indicator_series_json
from workers.messages.times import iso
from workers.store.divergences import load_divergences
from workers.store.indicators import load_indicator_history, load_latest_indicators

blueprint = Blueprint("indicators", __name__)

NAMES = Parameter(
    "choices", choices=tuple(INDICATORS), default=None, about="figures, with commas between; all without it"
)
QUERY = {"symbol": SYMBOL, "tf": TIMEFRAME, "names": NAMES, **RANGE}


@blueprint.get("/indicators")
@endpoint(
    market.INDICATORS, query={"symbol": SYMBOL, "tf": TIMEFRAME, "names": NAMES, **RANGE}, refusals=(409,)
)
def indicators(
    symbol: str, tf: str, names: list[str] | None, limit: int, start: datetime | None, end: datetime | None
) -> Response:
    """The newest `limit` snapshots of a symbol between `start` and `end`, oldest first."""
    history = load_indicator_history(symbol, tf, start=start, end=end, limit=limit, names=names)
    if history.latest is None and load_latest_indicators(symbol, tf) is None:
        message = f"indicators of {symbol} need 1 closed bar of {tf}, there are 0 with figures"
        raise BadRequest(409, "not_enough_data", message, None, have=0, need=1)
    since = history.as_of[0] if history.as_of else start
    divergences = load_divergences(symbol, tf, start=since, end=end, limit=limit)
    response = jsonify(indicator_series_json(symbol, tf, history, divergences))
    oldest = iso(history.as_of[0]) if history.as_of else None
    return with_older_page(response, len(history.as_of), limit, oldest)


@blueprint.get("/indicators/definitions")
@endpoint(many(market.DEFINITION))
def definitions() -> Response:
    """What each figure is, in the order in which they are shown."""
    return jsonify([{"name": name} | asdict(definition) for name, definition in INDICATORS.items()])
