"""What is stored, as files: `/api/export/...` as CSV, JSON or Parquet, sent while they are made.

A file holds at most `limit` rows; a header `Link` with rel="next" is the address of
the rest. Its head says where the prices come from and how whole they are.
"""

from collections.abc import Callable
from datetime import datetime

import orjson
from flask import Blueprint, Response

from app.api.contract import ON_DEMAND, File, endpoint
from app.api.correlation import QUERY as CORRELATION
from app.api.correlation import correlations
from app.api.pair_analytics import pair_analysis
from app.api.parameters import SYMBOL, TIMEFRAME, limit_rule
from app.api.scan import MAX_ROWS, scan_page
from app.api.scan import QUERY as SCAN
from app.exports.correlations import correlations_table
from app.exports.pair_series import pair_paths_table, pair_series_table
from app.exports.scores import scores_table
from app.exports.sending import FORMATS, MEDIA_TYPES, sent
from app.exports.series import bars_table, indicators_table, minutes_table
from app.exports.table import Table
from app.exports.trades import ticks_table
from workers.jobs import JOBS, Parameter, Value
from workers.messages.envelope import JSON

blueprint = Blueprint("exports", __name__)

MOST_ROWS = 200_000
FILE = {
    "format": Parameter("choice", choices=tuple(FORMATS), default="csv"),
    "note": Parameter("flag", default=True, about="what the file says of itself, at its head"),
}
STRETCH = {
    "start": Parameter("moment", default=None, about="inclusive"),
    "end": Parameter("moment", default=None, about="exclusive"),
    "limit": limit_rule(50_000, MOST_ROWS, "the oldest so many; Link leads to the rest"),
    **FILE,
}
AFTER_ID = Parameter("whole", low=0, high=(1 << 44) - 1, default=None, about="only ids above")
ANALYSIS = JOBS["pair_analysis"].parameters
SCORES = {**SCAN, "limit": limit_rule(MAX_ROWS, MAX_ROWS, "rows at most; Link leads to the rest")}


@blueprint.get("/export/ticks")
@endpoint(File(MEDIA_TYPES), query={"symbol": SYMBOL, "after_id": AFTER_ID, **STRETCH})
def ticks(
    *,
    symbol: str,
    after_id: int | None,
    start: datetime | None,
    end: datetime | None,
    limit: int,
    format: str,
    note: bool,
) -> Response:
    """Trades of a symbol, by id."""
    return sent(lambda: ticks_table(symbol, start, end, after_id, limit), format, with_note=note)


@blueprint.get("/export/bars")
@endpoint(File(MEDIA_TYPES), query={"symbol": SYMBOL, "tf": TIMEFRAME, **STRETCH})
def bars(
    *,
    symbol: str,
    tf: str,
    start: datetime | None,
    end: datetime | None,
    limit: int,
    format: str,
    note: bool,
) -> Response:
    """Bars of a symbol, oldest first."""
    return sent(lambda: bars_table(symbol, tf, start, end, limit), format, with_note=note)


@blueprint.get("/export/indicators")
@endpoint(File(MEDIA_TYPES), query={"symbol": SYMBOL, "tf": TIMEFRAME, **STRETCH})
def indicators(
    *,
    symbol: str,
    tf: str,
    start: datetime | None,
    end: datetime | None,
    limit: int,
    format: str,
    note: bool,
) -> Response:
    """Indicators of a symbol, a row a bar, oldest first."""
    return sent(lambda: indicators_table(symbol, tf, start, end, limit), format, with_note=note)


@blueprint.get("/export/minutes")
@endpoint(File(MEDIA_TYPES), query={"symbol": SYMBOL, **STRETCH})
def minutes(
    *,
    symbol: str,
    start: datetime | None,
    end: datetime | None,
    limit: int,
    format: str,
    note: bool,
) -> Response:
    """The statistics of each minute of a symbol: bar, mean price, return, range and indicators."""
    return sent(lambda: minutes_table(symbol, start, end, limit), format, with_note=note)


@blueprint.get("/export/pair_series")
@endpoint(File(MEDIA_TYPES), query={**ANALYSIS, **FILE}, **ON_DEMAND)
def pair_series(*, format: str, note: bool, **asked: Value) -> Response:
    """Log prices, spread, score and correlation of a pair, a row a bar of the window."""
    return _of_answer(pair_analysis(asked), pair_series_table, format, with_note=note)


@blueprint.get("/export/pair_paths")
@endpoint(File(MEDIA_TYPES), query={**ANALYSIS, **FILE}, **ON_DEMAND)
def pair_paths(*, format: str, note: bool, **asked: Value) -> Response:
    """How beta and p of a pair went over the window, a row a bar."""
    return _of_answer(pair_analysis(asked), pair_paths_table, format, with_note=note)


@blueprint.get("/export/scan")
@endpoint(File(MEDIA_TYPES), query={**SCORES, **FILE}, **ON_DEMAND)
def scan(*, format: str, note: bool, **asked: Value) -> Response:
    """Scores of pairs, filtered and sorted as in `/api/scan`, a row an ordered pair."""
    return _of_answer(scan_page(asked), scores_table, format, with_note=note)


@blueprint.get("/export/correlation")
@endpoint(File(MEDIA_TYPES), query={**CORRELATION, **FILE}, **ON_DEMAND)
def correlation(*, format: str, note: bool, **asked: Value) -> Response:
    """Correlations as in `/api/correlation`, a row two symbols."""
    return _of_answer(correlations(asked), correlations_table, format, with_note=note)


def _of_answer(found: Response, table: Callable[[JSON], Table], form: str, *, with_note: bool) -> Response:
    """The same answer as a file; what is still being computed is told as it is."""
    if found.status_code != 200:
        return found
    told = orjson.loads(found.get_data())
    return sent(lambda: table(told), form, with_note=with_note)
