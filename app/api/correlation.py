"""Correlations: `GET /api/correlation`, and `POST /api/corr_heatmap` as a table of tables.

What is kept ready (returns of the watch-list, three windows) is read from the
store; other symbols, windows and methods, an hour ago and yesterday, are asked of the workers.
The POST only computes: it needs neither token nor a page of ours.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, jsonify

from analytics.records.correlations import LEAST_RETURNS, MOST_SYMBOLS, CorrelationSnapshot
from analytics.timeframes import length
from app.api.contract import ON_DEMAND, endpoint
from app.api.job_parameters import job_parameters
from app.api.parameters import of_watchlist
from app.api.shapes import statistics
from app.errors import BadRequest
from app.form_tokens import json_body
from app.on_demand import Build, answer
from workers.jobs import JOBS, Value
from workers.messages.correlations import correlation_json, heatmap_json
from workers.store.correlations import load_correlations
from workers.store.progress import load_progress, newest_shared_bar
from workers.store.results import result_key
from workers.store.rewritten import state_of_bars
from workers.store.watchlist import load_watchlist

blueprint = Blueprint("correlation", __name__)

JOB = "correlation"
QUERY = of_watchlist(JOBS[JOB].parameters)


@blueprint.get("/correlation")
@endpoint(statistics.CORRELATION, query=QUERY, **ON_DEMAND)
def correlation(**given: Value) -> Response:
    """Correlations of the watch-list, or of `symbols` (with commas between).

    Where no symbols are named it is what was correlated of the watch-list, be
    it that some of its symbols have no history yet.
    """
    return correlations(given)


def correlations(given: Mapping[str, Value]) -> Response:
    """The snapshot, or where it will be."""
    watched = load_watchlist()[:MOST_SYMBOLS]
    asked = job_parameters(JOBS[JOB], {**given, "symbols": given["symbols"] or watched})
    stored = _stored(asked)
    if stored and (not given["symbols"] or sorted(stored.symbols) == sorted(_symbols(asked))):
        return jsonify(correlation_json(stored))
    return _computed(asked)


@blueprint.post("/corr_heatmap")
@endpoint(statistics.HEATMAP, body=JOBS[JOB].parameters, **ON_DEMAND)
def corr_heatmap(**asked: Value) -> Response:
    """The same as {symbol: {symbol: value}}, the symbols spelled as they were asked for."""
    spelled = _spellings(json_body()["symbols"])
    stored = _stored(asked)
    if stored and set(_symbols(asked)) <= set(stored.symbols):
        return jsonify(heatmap_json(correlation_json(stored), spelled))
    return _computed(asked, lambda told: heatmap_json(told, spelled))


def _stored(asked: Mapping[str, Value]) -> CorrelationSnapshot | None:
    """What is kept ready, of the newest bar or of the one before while that is being computed."""
    if asked["day_before"] or asked["hour_before"]:
        return None
    timeframe, progress = str(asked["tf"]), load_progress()
    found = load_correlations(timeframe, int(str(asked["window"])), asked["method"])  # type: ignore[arg-type] # checked
    rows = [progress[symbol] for symbol in found.symbols if symbol in progress] if found else []
    if found is None or not rows:
        return None
    return found if found.as_of >= newest_shared_bar(rows, timeframe) - length(timeframe) else None


def _computed(asked: Mapping[str, Value], build: Build | None = None) -> Response:
    symbols, timeframe, progress = sorted(_symbols(asked)), str(asked["tf"]), load_progress()
    rows = [progress[symbol] for symbol in symbols if symbol in progress]
    if not rows:
        message = f"a correlation of {timeframe} returns needs {LEAST_RETURNS} observations, has 0"
        raise BadRequest(409, "not_enough_data", message, None, have=0, need=LEAST_RETURNS)
    parameters = {**asked, "symbols": symbols}
    state = state_of_bars([row.symbol for row in rows], timeframe, newest_shared_bar(rows, timeframe))
    key = result_key(JOB, parameters, state)
    return answer(JOB, parameters, key, build)


def _symbols(asked: Mapping[str, Value]) -> Sequence[str]:
    symbols = asked["symbols"]
    return symbols if isinstance(symbols, list) else []


def _spellings(given: Any) -> dict[str, str]:  # Any: a list of texts, as was checked
    """Each symbol and how it was written first, in the order asked for."""
    spelled: dict[str, str] = {}
    for text in given:
        spelled.setdefault(text.strip().upper(), text)
    return spelled
