"""Bars: `GET /api/get_ohlc`, also as `/api/ohlc`."""

from flask import Blueprint, Response

from app.api.parameters import limit_parameter, range_parameters, symbol_parameter, timeframe_parameter
from app.bar_history import BarHistory

blueprint = Blueprint("bars", __name__)
history = BarHistory()


@blueprint.get("/get_ohlc")
@blueprint.get("/ohlc")
def ohlc() -> Response:
    """The newest `limit` bars of a symbol between `start` and `end`, oldest first."""
    symbol, timeframe, limit = symbol_parameter(), timeframe_parameter(), limit_parameter()
    start, end = range_parameters()
    body = history.answer(symbol, timeframe, limit=limit, start=start, end=end)
    return Response(body, mimetype="application/json")
