"""The mean price since a bar of one's choice: `GET /api/anchored_vwap`, asked of the workers."""

from datetime import datetime

from flask import Blueprint, Response

from app.api.contract import ON_DEMAND, endpoint
from app.api.parameters import SYMBOL, TIMEFRAME
from app.api.shapes.market import ANCHORED_VWAP
from app.errors import BadRequest
from app.on_demand import answer
from workers.jobs import Parameter
from workers.store.pair_market import load_newest_closed
from workers.store.results import result_key
from workers.store.rewritten import state_of_bars

blueprint = Blueprint("anchored_vwap", __name__)

JOB = "anchored_vwap"
ANCHOR = Parameter("moment", about="since the first bar that starts then or later")


@blueprint.get("/anchored_vwap")
@endpoint(ANCHORED_VWAP, query={"symbol": SYMBOL, "tf": TIMEFRAME, "anchor": ANCHOR}, **ON_DEMAND)
def anchored_vwap(symbol: str, tf: str, anchor: datetime) -> Response:
    """Volume-weighted mean price since an anchor, with bands two deviations away, oldest bar first."""
    newest = load_newest_closed([symbol], tf)
    if newest is None or newest < anchor:
        message = f"the mean price of {symbol} needs 1 closed bar of {tf} since the anchor, there are 0"
        raise BadRequest(409, "not_enough_data", message, None, have=0, need=1)
    asked = {"symbol": symbol, "tf": tf, "anchor": int(anchor.timestamp() * 1000)}
    return answer(JOB, asked, result_key(JOB, asked, state_of_bars([symbol], tf, newest)))
