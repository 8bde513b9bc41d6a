"""All pairs: `GET /api/scan`, filtered, sorted and in pages.

The watch-list's scan of WINDOW_BARS is read from the store; other symbols and
windows are asked of the workers.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, jsonify, request

from analytics.records.scans import LEAST_BARS, WINDOW_BARS, ScanReport
from analytics.timeframes import length, seconds
from app.api.contract import ON_DEMAND, endpoint
from app.api.job_parameters import job_parameters
from app.api.parameters import limit_rule, of_watchlist
from app.api.shapes.statistics import SCAN_PAGE
from app.errors import BadRequest
from app.on_demand import answer
from workers.jobs import JOBS, Parameter, Value
from workers.messages.envelope import JSON
from workers.messages.scans import scan_json, scan_page_json
from workers.store.progress import load_progress, newest_shared_bar
from workers.store.results import result_key
from workers.store.rewritten import state_of_bars
from workers.store.scans import load_scan
from workers.store.watchlist import load_watchlist

blueprint = Blueprint("scan", __name__)

JOB = "scan"
MAX_ROWS = 5_000
NUMBERS = ("beta", "statistic", "p_value", "pair_p_value", "q_value", "lags", "half_life", "zscore", "n")
SORTED_BY = ("y", "x", *NUMBERS, "abs_zscore", "quote_volume", "rest_p_value", "verdict")
VERDICTS = ("confirmed", "found", "not_held", "by_luck", "none", "untestable")
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
}

Row = Mapping[str, Any]  # JSON of a score


@dataclass(frozen=True, slots=True)
class RowChoice:
    """Which rows are wanted, in which order."""

    conditions: Sequence[Callable[[Row], bool]]
    sort: str
    descending: bool
    offset: int
    limit: int

    def page(self, told: Row) -> JSON:
        """The wanted rows of a scan."""
        rows = [row for row in told["scores"] if all(holds(row) for holds in self.conditions)]
        known = [row for row in rows if _sorted_by(row, self.sort) is not None]
        unknown = [row for row in rows if _sorted_by(row, self.sort) is None]
        ordered = sorted(known, key=lambda row: _sorted_by(row, self.sort), reverse=self.descending) + unknown
        kept = ordered[self.offset : self.offset + self.limit]
        return scan_page_json(told, kept, total=len(rows), offset=self.offset)


@blueprint.get("/scan")
@endpoint(SCAN_PAGE, query={**of_watchlist(JOBS[JOB].parameters), **CHOICE}, **ON_DEMAND)
def scan(**given: Any) -> Response:  # Any: of the kinds that are declared
    """Rows of the watch-list's scan, or of one of `symbols` (with commas between)."""
    named = {name: given[name] for name in JOBS[JOB].parameters}
    asked = job_parameters(JOBS[JOB], named | {"symbols": given["symbols"] or load_watchlist()})
    choice = row_choice(given, str(asked["tf"]))
    stored = _stored(asked)
    if stored:
        return jsonify(choice.page(scan_json(stored)))
    return _computed(asked, choice)


def row_choice(given: Mapping[str, Any], timeframe: str) -> RowChoice:  # Any: as above
    """Conditions, order and page as the query names them."""
    conditions = _conditions(given, seconds(timeframe))
    return RowChoice(conditions, given["sort"], given["order"] == "desc", given["offset"], given["limit"])


def _conditions(given: Mapping[str, Any], bar_seconds: int) -> list[Callable[[Row], bool]]:
    """One for each filter given: q_max, z_min, half_life_min and _max (seconds), volume_min, verdict."""
    measures: dict[str, tuple[Callable[[Row], float | None], int]] = {
        "q_max": (lambda row: row["q_value"], -1),
        "z_min": (lambda row: _sorted_by(row, "abs_zscore"), 1),
        "half_life_min": (lambda row: _seconds_of(row, bar_seconds), 1),
        "half_life_max": (lambda row: _seconds_of(row, bar_seconds), -1),
        "volume_min": (lambda row: row["quote_volume"], 1),
    }
    found = [_within(*measures[name], given[name]) for name in measures if given[name] is not None]
    if given["verdict"] is not None:
        found.append(lambda row: row["verdict"] == given["verdict"])
    return found


def _within(measure: Callable[[Row], float | None], sign: int, bound: float) -> Callable[[Row], bool]:
    """At least (sign 1) or at most (-1) so much; what is unknown is not within."""

    def holds(row: Row) -> bool:
        value = measure(row)
        return value is not None and sign * value >= sign * bound

    return holds


def _sorted_by(row: Row, name: str) -> Any:  # Any: a text or a number, or None
    if name != "abs_zscore":
        return row[name]
    return None if row["zscore"] is None else abs(row["zscore"])


def _seconds_of(row: Row, bar_seconds: int) -> float | None:
    return None if row["half_life"] is None else row["half_life"] * bar_seconds


def _stored(asked: Mapping[str, Value]) -> ScanReport | None:
    """What is kept ready, of the newest bar or of the one before while that is being scanned.

    Where no symbols are named it is what was scanned of the watch-list, be it
    that some of its symbols have no history yet.
    """
    timeframe, symbols = str(asked["tf"]), asked["symbols"]
    found = load_scan(timeframe) if asked["window"] == WINDOW_BARS else None
    if found is None or not isinstance(symbols, list):
        return None
    if "symbols" in request.args and sorted(found.symbols) != sorted(symbols):
        return None
    progress = load_progress()
    rows = [progress[symbol] for symbol in found.symbols if symbol in progress]
    fresh = rows and found.as_of >= newest_shared_bar(rows, timeframe) - length(timeframe)
    return found if fresh else None


def _computed(asked: Mapping[str, Value], choice: RowChoice) -> Response:
    symbols, timeframe, progress = asked["symbols"], str(asked["tf"]), load_progress()
    known = sorted(symbols) if isinstance(symbols, list) else []
    rows = [progress[symbol] for symbol in known if symbol in progress]
    if len(rows) < 2:
        message = f"a scan of {timeframe} bars of two symbols needs {LEAST_BARS} observations, has 0"
        raise BadRequest(409, "not_enough_data", message, None, have=0, need=LEAST_BARS)
    parameters = {**asked, "symbols": known}
    state = state_of_bars([row.symbol for row in rows], timeframe, newest_shared_bar(rows, timeframe))
    key = result_key(JOB, parameters, state)
    return answer(JOB, parameters, key, choice.page)
