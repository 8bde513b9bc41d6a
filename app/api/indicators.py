"""Indicators as columns for a chart, and what each figure means: `GET /api/indicators`."""

from dataclasses import asdict

from flask import Blueprint, Response, jsonify

from analytics.records.indicators import INDICATORS
from app.api.parameters import limit_parameter, range_parameters, symbol_parameter, timeframe_parameter
from workers.messages.envelope import JSON
from workers.messages.snapshots import indicator_series_json
from workers.store.divergences import load_divergences
from workers.store.indicators import load_indicator_history

blueprint = Blueprint("indicators", __name__)


@blueprint.get("/indicators")
def indicators() -> JSON:
    """The newest `limit` snapshots of a symbol between `start` and `end`, oldest first."""
    symbol, timeframe, limit = symbol_parameter(), timeframe_parameter(), limit_parameter()
    start, end = range_parameters()
    history = load_indicator_history(symbol, timeframe, start=start, end=end, limit=limit)
    since = history.as_of[0] if history.as_of else start
    divergences = load_divergences(symbol, timeframe, start=since, end=end, limit=limit)
    return indicator_series_json(symbol, timeframe, history, divergences)


@blueprint.get("/indicators/definitions")
def definitions() -> Response:
    """What each figure is, in the order in which they are shown."""
    return jsonify([{"name": name} | asdict(definition) for name, definition in INDICATORS.items()])
