"""Bars: `GET /api/get_ohlc`, also as `/api/ohlc`.

The body is a bare list, as others rely on. What every answer says of itself
beside its figures stands in two headers here: `As-Of`, the start of the newest
bar, and `Completeness`, how whole the time from the first bar to the last is.
"""

from datetime import datetime

from flask import Blueprint, Response

from app.api.contract import endpoint
from app.api.paging import with_older_page
from app.api.parameters import RANGE, SYMBOL, TIMEFRAME
from app.api.shapes.market import BAR
from app.api.shapes.vocabulary import MOMENT, TEXT, many, told
from app.bar_history import BarHistory
from app.bar_wholeness import wholeness
from workers.messages.snapshots import completeness_json
from workers.messages.times import iso

blueprint = Blueprint("bars", __name__)
history = BarHistory()

HEADERS = {
    "As-Of": told(MOMENT, "start of the newest bar; missing where there is none"),
    "Completeness": told(TEXT, "expected=500, present=500, final=499, open_gaps=0: bars from first to last"),
}


@blueprint.get("/get_ohlc")
@blueprint.get("/ohlc")
@endpoint(many(BAR), headers=HEADERS, query={"symbol": SYMBOL, "tf": TIMEFRAME, **RANGE})
def ohlc(symbol: str, tf: str, limit: int, start: datetime | None, end: datetime | None) -> Response:
    """The newest `limit` bars of a symbol between `start` and `end`, oldest first."""
    page = history.answer(symbol, tf, limit=limit, start=start, end=end)
    response = Response(page.body, mimetype="application/json")
    whole = completeness_json(wholeness(page, symbol, tf))
    response.headers["Completeness"] = ", ".join(f"{name}={value}" for name, value in whole.items())
    if not page.starts:
        return response
    response.headers["As-Of"] = iso(page.starts[-1])
    return with_older_page(response, len(page.starts), limit, iso(page.starts[0]))
