"""Bars: `GET /api/get_ohlc`, also as `/api/ohlc`."""

from datetime import datetime

from flask import Blueprint, Response

from app.api.contract import endpoint
from app.api.paging import with_older_page
from app.api.parameters import RANGE, SYMBOL, TIMEFRAME
from app.api.shapes.market import BAR
from app.api.shapes.vocabulary import many
from app.bar_history import BarHistory

blueprint = Blueprint("bars", __name__)
history = BarHistory()

FIRST_KEY = b'{"ts":"'  # of a bar


@blueprint.get("/get_ohlc")
@blueprint.get("/ohlc")
@endpoint(many(BAR), query={"symbol": SYMBOL, "tf": TIMEFRAME, **RANGE})
def ohlc(symbol: str, tf: str, limit: int, start: datetime | None, end: datetime | None) -> Response:
    """The newest `limit` bars of a symbol between `start` and `end`, oldest first."""
    body = history.answer(symbol, tf, limit=limit, start=start, end=end)
    response = Response(body, mimetype="application/json")
    return with_older_page(response, body.count(FIRST_KEY), limit, _first_start(body))


def _first_start(body: bytes) -> str | None:
    """The start of the first bar, of which the JSON begins with it."""
    begin = len(FIRST_KEY) + 1
    return body[begin : body.index(b'"', begin)].decode() if body != b"[]" else None
