"""Bars: `GET /api/get_ohlc`, also as `/api/ohlc`."""

from datetime import datetime

from flask import Blueprint, Response

from app.api.contract import endpoint
from app.api.parameters import RANGE, SYMBOL, TIMEFRAME
from app.api.shapes.market import BAR
from app.api.shapes.vocabulary import many
from app.bar_history import BarHistory

blueprint = Blueprint("bars", __name__)
history = BarHistory()


@blueprint.get("/get_ohlc")
@blueprint.get("/ohlc")
@endpoint(many(BAR), query={"symbol": SYMBOL, "tf": TIMEFRAME, **RANGE})
def ohlc(symbol: str, tf: str, limit: int, start: datetime | None, end: datetime | None) -> Response:
    """The newest `limit` bars of a symbol between `start` and `end`, oldest first."""
    body = history.answer(symbol, tf, limit=limit, start=start, end=end)
    return Response(body, mimetype="application/json")
