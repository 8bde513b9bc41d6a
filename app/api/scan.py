"""All pairs: `GET /api/scan`, filtered, sorted and in pages; `/api/scan/columns`, the same and smaller.

The watch-list's scan of WINDOW_BARS is read from the store; other symbols and
windows are asked of the workers. What was read, filtered and encoded once is
sent again until there is a newer scan.
"""

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from flask import Blueprint, Response, request

from analytics.records.scans import LEAST_BARS, MOST_SYMBOLS, VERDICTS, WINDOW_BARS, ScanReport
from analytics.timeframes import length, seconds
from app.api.contract import ON_DEMAND, endpoint
from app.api.job_parameters import job_parameters
from app.api.parameters import limit_rule, of_watchlist
from app.api.shapes.statistics import SCAN_COLUMNS, SCAN_PAGE
from app.errors import BadRequest
from app.on_demand import answer
from app.scan_rows import BOUNDS, RowChoice, Told
from app.sent_scans import sent_scan
from workers.jobs import JOBS, Parameter, Value
from workers.messages.envelope import JSON
from workers.store.progress import load_progress, newest_shared_bar
from workers.store.results import result_key
from workers.store.rewritten import state_of_bars
from workers.store.scans import load_scan_head
from workers.store.watchlist import load_watchlist

blueprint = Blueprint("scan", __name__)

JOB = "scan"
MAX_ROWS = 5_000
NUMBERS = ("beta", "statistic", "p_value", "pair_p_value", "q_value", "lags", "half_life", "zscore", "n")
SORTED_BY = (
    *("y", "x", "pair", *NUMBERS, "abs_zscore", "other_p_value"),
    *("quote_volume", "rest_p_value", "verdict"),
)
HIGHEST = 1e15


def _bound(about: str) -> Parameter:
    return Parameter("number", low=0, high=HIGHEST, default=None, about=about)


# What rows are wanted, in which order and how many.
CHOICE = {
    "sort": Parameter("choice", choices=SORTED_BY, default="q_value"),
    "order": Parameter("choice", choices=("asc", "desc"), default="asc", about="what is unknown comes last"),
    "offset": Parameter("whole", low=0, high=999_999_999, default=0, about="rows to leave out"),
    "limit": limit_rule(1_000, MAX_ROWS),
    "q_max": _bound("highest q"),
    "z_min": _bound("least |z|"),
    "half_life_min": _bound("seconds"),
    "half_life_max": _bound("seconds"),
    "volume_min": _bound("least quote volume of a day, of the less traded symbol"),
    "verdict": Parameter("choice", choices=VERDICTS, default=None),
    "contains": Parameter("text", default=None, about="part of the name of one of both symbols, in any case"),
    "pairs": Parameter("text", default=None, about="these alone, as Y/X with commas between"),
    "once": Parameter("flag", default=False, about="of both directions the one with the smaller p"),
}

QUERY = {**of_watchlist(JOBS[JOB].parameters), **CHOICE}


@blueprint.get("/scan")
@endpoint(SCAN_PAGE, query=QUERY, **ON_DEMAND)
def scan(**given: Any) -> Response:  # Any: of the kinds that are declared
    """Rows of the watch-list's scan, or of one of `symbols` (with commas between)."""
    return scan_page(given)


@blueprint.get("/scan/columns")
@endpoint(SCAN_COLUMNS, query=QUERY, **ON_DEMAND)
def columns(**given: Any) -> Response:  # Any: as above
    """The same rows as columns, to be drawn: six digits, y and x as places in `symbols`."""
    return _answer(given, RowChoice.columns)


def scan_page(given: Mapping[str, Any]) -> Response:  # Any: as above
    """A page of records, or where they will be."""
    return _answer(given, RowChoice.rows)


def _answer(given: Mapping[str, Any], shape: Callable[[RowChoice, Told], JSON]) -> Response:
    named = {name: given[name] for name in JOBS[JOB].parameters}
    watched = given["symbols"] or load_watchlist()[:MOST_SYMBOLS]
    asked = job_parameters(JOBS[JOB], named | {"symbols": watched})
    choice = row_choice(given, str(asked["tf"]))
    head = _stored(asked)
    if head is None:
        return _computed(asked, lambda told: shape(choice, told))
    key = (shape.__name__, *sorted((name, given[name]) for name in CHOICE))
    body = sent_scan(head, key, lambda told: orjson.dumps(shape(choice, told)))
    return Response(body, mimetype="application/json")


def row_choice(given: Mapping[str, Any], timeframe: str) -> RowChoice:  # Any: as above
    """Conditions, order and page as the query names them."""
    return RowChoice(
        {name: given[name] for name in BOUNDS if given[name] is not None},
        given["verdict"],
        given["sort"],
        given["order"] == "desc",
        given["offset"],
        given["limit"],
        seconds(timeframe),
        given["contains"],
        given["once"],
        frozenset(given["pairs"].split(",")) if given["pairs"] else None,
    )


def _stored(asked: Mapping[str, Value]) -> ScanReport | None:
    """What is kept ready, of the newest bar or of the one before while that is being scanned.

    Where no symbols are named it is what was scanned of the watch-list, be it
    that some of its symbols have no history yet.
    """
    timeframe, symbols = str(asked["tf"]), asked["symbols"]
    is_kept_ready = asked["window"] == WINDOW_BARS and not asked["least_volume"]
    found = load_scan_head(timeframe) if is_kept_ready else None
    if found is None or not isinstance(symbols, list):
        return None
    if "symbols" in request.args and sorted(found.symbols) != sorted(symbols):
        return None
    progress = load_progress()
    rows = [progress[symbol] for symbol in found.symbols if symbol in progress]
    fresh = rows and found.as_of >= newest_shared_bar(rows, timeframe) - length(timeframe)
    return found if fresh else None


def _computed(asked: Mapping[str, Value], build: Callable[[Told], JSON]) -> Response:
    symbols, timeframe, progress = asked["symbols"], str(asked["tf"]), load_progress()
    known = sorted(symbols) if isinstance(symbols, list) else []
    rows = [progress[symbol] for symbol in known if symbol in progress]
    if len(rows) < 2:
        message = f"a scan of {timeframe} bars of two symbols needs {LEAST_BARS} observations, has 0"
        raise BadRequest(409, "not_enough_data", message, None, have=0, need=LEAST_BARS)
    parameters = {**asked, "symbols": known}
    state = state_of_bars([row.symbol for row in rows], timeframe, newest_shared_bar(rows, timeframe))
    key = result_key(JOB, parameters, state)
    return answer(JOB, parameters, key, build)
