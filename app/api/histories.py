"""`GET /api/history`: all that is stored of a symbol, in few bars.

It is that of the shortest timeframe that has no more bars than asked for; where
even the hours are more, a worker folds them, and its answer is kept.
"""

from flask import Blueprint, Response, jsonify

from analytics.timeframes import FOLDED_FROM, length, seconds
from app.api.contract import ON_DEMAND, endpoint
from app.api.shapes.market import HISTORY
from app.on_demand import answer
from workers.jobs import JOBS
from workers.messages.market import history_json
from workers.store.bars import load_bars, load_nth_start
from workers.store.results import result_key
from workers.store.rewritten import state_of_bars

blueprint = Blueprint("histories", __name__)

JOB = "history"
SCHEDULED = tuple(FOLDED_FROM)  # seconds are not kept for ever
LONGEST = SCHEDULED[-1]


@blueprint.get("/history")
@endpoint(HISTORY, query=JOBS[JOB].parameters, **ON_DEMAND)
def whole_history(symbol: str, points: int) -> Response:
    """Every stored bar of a symbol in at most `points` bars, oldest first, their highs and lows kept."""
    timeframe = _fitting(symbol, points)
    if timeframe:
        bars = load_bars(symbol, timeframe, limit=points)
        return jsonify(history_json(symbol, timeframe, seconds(timeframe), bars))
    asked = {"symbol": symbol, "points": points}
    newest = load_bars(symbol, LONGEST, limit=1)[0].start
    return answer(JOB, asked, result_key(JOB, asked, state_of_bars([symbol], LONGEST, newest)))


def _fitting(symbol: str, points: int) -> str | None:
    """The shortest timeframe with at most so many bars that reaches as far back as any.

    None where even the hours are more. Before the first hour is stored the longest there is will do.
    """
    begins = {name: load_nth_start(symbol, name, start=None, end=None, nth=1) for name in SCHEDULED}
    known = {name: start for name, start in begins.items() if start}
    if not known:
        return SCHEDULED[0]
    begin = min(known.values())
    for name, start in known.items():
        more = load_nth_start(symbol, name, start=None, end=None, nth=points + 1)
        if more is None and start < begin + length(LONGEST):
            return name
    return None if LONGEST in known else list(known)[-1]
