"""What is known of a pair: `/api/pair`, its analysis, its report, and the two answers by prices.

`GET /api/pair_analytics?x=&y=` and `GET /api/pair_cointegration?x=&y=&window=60`
are computed on prices, over the stored window; `window` is that of the score.
`GET /api/pair?y=&x=` is the snapshot by log prices, `GET /api/pair/analysis` all
series of the page of a pair; `POST /api/tasks/pair_report` draws a file, `GET
/api/pair/report/<id>` brings it. A pair that is watched is answered from the store.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache

import orjson
from flask import Blueprint, Response, jsonify

from analytics.records.pairs import LEAST_BARS, Z_WINDOW_BARS, PairSnapshot
from analytics.timeframes import length
from app.api.contract import ON_DEMAND, File, endpoint
from app.api.job_parameters import refuse_contradiction
from app.api.shapes import statistics
from app.errors import BadRequest
from app.on_demand import answer
from workers.jobs import JOBS, Parameter, Value
from workers.messages.envelope import JSON
from workers.messages.pairs import (
    pair_analytics_json,
    pair_cointegration_json,
    pair_snapshot_json,
    price_levels_json,
)
from workers.settings import load_settings
from workers.store.jobs import load_job
from workers.store.pair_market import load_newest_closed
from workers.store.pair_snapshots import load_pair_snapshot
from workers.store.results import load_result, result_key
from workers.store.rewritten import state_of_bars

blueprint = Blueprint("pair_analytics", __name__)

KEPT_BODIES = 64  # of 150 kB

Parameters = dict[str, Value]

PRICES = JOBS["pair_prices"].parameters


@blueprint.get("/pair")
@endpoint(statistics.PAIR_SNAPSHOT, query=JOBS["pair_snapshot"].parameters, **ON_DEMAND)
def pair(**asked: Value) -> Response:
    """The snapshot of a pair."""
    stored = _stored(asked)
    return jsonify(pair_snapshot_json(stored)) if stored else _asked("pair_snapshot", asked)


@blueprint.get("/pair/analysis")
@endpoint(statistics.PAIR_ANALYSIS, query=JOBS["pair_analysis"].parameters, **ON_DEMAND)
def analysis(**asked: Value) -> Response:
    """Series, paths, marks and figures of a pair for one choice of method, spread and thresholds."""
    return pair_analysis(asked)


@blueprint.get("/pair_analytics")
@endpoint(statistics.PAIR_ANALYTICS, query=PRICES, **ON_DEMAND)
def pair_analytics(**asked: Value) -> Response:
    """Beta, spread, score, test and correlation of a pair by prices."""
    stored = _stored(asked) if asked["window"] == Z_WINDOW_BARS else None
    if stored is None:
        return _asked("pair_prices", asked, pair_analytics_json)
    return jsonify(pair_analytics_json(price_levels_json(stored, stored.levels, stored.z_window)))


@blueprint.get("/pair_cointegration")
@endpoint(statistics.PAIR_COINTEGRATION, query=PRICES, **ON_DEMAND)
def pair_cointegration(**asked: Value) -> Response:
    """Test, half-life and series of a pair by prices."""
    stored = _stored(asked) if asked["window"] == Z_WINDOW_BARS else None
    if stored is None:
        return _asked("pair_prices", asked, pair_cointegration_json)
    body = _cointegration_body(
        load_settings().database, stored.y, stored.x, stored.timeframe, stored.computed_at
    )
    return Response(body, mimetype="application/json")


@blueprint.get("/pair/report/<task>")
@endpoint(File(("text/html",)), path={"task": Parameter("text")}, refusals=(404, 409))
def report(task: str) -> Response:
    """The file that the job `pair_report` of this id has drawn; job and id as in `/api/tasks`."""
    job = load_job(task)
    if job is None or job.job != "pair_report":
        raise BadRequest(404, "unknown_task", "there is no such report; reports are kept a day at most")
    if job.state != "done":
        raise BadRequest(409, "not_done", f"the report is not there: its job is {job.state}")
    drawn = load_result(job.result_key)
    if not isinstance(drawn, dict):
        raise BadRequest(404, "no_result", "the report was dropped meanwhile; ask for it again")
    asked = job.parameters
    name = f"{asked['y']}-{asked['x']}-{asked['tf']}-{load_settings().source.lower()}.html"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(drawn["html"], mimetype="text/html", headers=headers)


def pair_analysis(asked: Parameters) -> Response:
    """The stored analysis, or where it will be."""
    refuse_contradiction(JOBS["pair_analysis"], asked)
    return _asked("pair_analysis", asked)


@lru_cache(maxsize=KEPT_BODIES)
def _cointegration_body(_database: str, y: str, x: str, timeframe: str, _computed_at: datetime) -> bytes:
    """The answer as it is sent; a snapshot's series are read and written once."""
    stored = load_pair_snapshot(y, x, timeframe, with_series=True)
    assert stored is not None  # it was there a moment ago, and is only ever replaced
    return orjson.dumps(pair_cointegration_json(price_levels_json(stored, stored.levels, stored.z_window)))


def _stored(asked: Parameters) -> PairSnapshot | None:
    """The snapshot of the newest bar, or of the one before while that is being computed."""
    y, x, timeframe = str(asked["y"]), str(asked["x"]), str(asked["tf"])
    found = load_pair_snapshot(y, x, timeframe)
    newest = load_newest_closed([y, x], timeframe) if found else None
    if found is None or newest is None:
        return None
    return found if found.as_of >= newest - length(timeframe) - timedelta(milliseconds=1) else None


def _asked(job: str, asked: Parameters, build: Callable[[JSON], JSON] | None = None) -> Response:
    y, x, timeframe = str(asked["y"]), str(asked["x"]), str(asked["tf"])
    newest = load_newest_closed([y, x], timeframe)
    if newest is None:
        message = f"the pair {y}/{x} needs {LEAST_BARS} bars of {timeframe}, has 0"
        raise BadRequest(409, "not_enough_data", message, None, have=0, need=LEAST_BARS)
    return answer(job, asked, result_key(job, asked, state_of_bars([y, x], timeframe, newest)), build)
