"""How whole the data is, and what is to be done about it at once: `/api/quality`.

`POST /api/quality/repair {symbol, first_id?}` has holes tried again, `POST
/api/quality/compare {symbol?}` our bars compared with the exchange's. Both only
note the wish and answer 202: the batch worker acts on it within seconds, and
what came of it is told by `GET /api/quality` and the topic `quality`.
"""

from datetime import UTC, datetime

from flask import Blueprint

from analytics.records.market import UNRESOLVED
from app.api.contract import endpoint
from app.api.shapes.operation import COMPARISON, QUALITY, REPAIR
from app.errors import BadRequest
from app.quality_state import quality_state
from app.system_state import is_alive
from workers.jobs import Parameter
from workers.messages.envelope import JSON
from workers.store.gaps import ask_again, load_gap
from workers.store.quality import wish_comparison
from workers.store.watchlist import load_watchlist

blueprint = Blueprint("quality", __name__)

FIRST_ID = Parameter(
    "whole", low=0, high=(1 << 44) - 1, default=None, about="id a gap begins with; all holes without it"
)
SETTLED = {
    "filled": "its trades were read already",
    "verified_absent": "the exchange never had trades with these ids",
    "expired": "it is older than the trades that are kept",
}


@blueprint.get("/quality")
@endpoint(QUALITY)
def quality() -> JSON:
    """Completeness of each symbol, holes, counters, quarantine, clock, and bars against the exchange's."""
    return quality_state()


@blueprint.post("/quality/repair")
@endpoint(
    REPAIR,
    status=202,
    body={"symbol": Parameter("text"), "first_id": FIRST_ID},
    refusals=(404, 409),
    is_change=True,
)
def repair(symbol: str, first_id: int | None) -> tuple[JSON, int]:
    """Try the holes of a symbol, or one of them, again at once."""
    symbol = _watched(symbol)
    _require_batch()
    asked = ask_again(symbol, first_id)
    if not asked:
        raise _nothing_to_repair(symbol, first_id)
    return {"symbol": symbol, "first_id": first_id, "gaps": asked}, 202


@blueprint.post("/quality/compare")
@endpoint(
    COMPARISON,
    status=202,
    body={"symbol": Parameter("text", default=None, about="all symbols without it")},
    refusals=(404,),
    is_change=True,
)
def compare(symbol: str | None) -> tuple[JSON, int]:
    """Compare the last hour of bars of a symbol, or of all, with the exchange's at once."""
    symbols = load_watchlist() if symbol is None else [_watched(symbol)]
    _require_batch()
    asked_at = datetime.now(UTC)
    wish_comparison(symbols, asked_at)
    return {"symbols": symbols}, 202


def _watched(text: str) -> str:
    """A symbol of the watch-list."""
    symbol = text.upper()
    if symbol not in load_watchlist():
        raise BadRequest(404, "unknown_symbol", f"symbol {text[:40]!r} is not on the watch-list", "symbol")
    return symbol


def _require_batch() -> None:
    """Nothing is asked of the exchange while the process that asks is away."""
    if not is_alive("batch"):
        message = "the process that asks the exchange (batch) is not running; see the System page"
        raise BadRequest(503, "batch_down", message)


def _nothing_to_repair(symbol: str, first_id: int | None) -> BadRequest:
    if first_id is None:
        return BadRequest(409, "nothing_to_repair", f"{symbol} has no open gap", "symbol")
    gap = load_gap(symbol, first_id)
    if gap is None or gap.state in UNRESOLVED:
        message = f"{symbol} has no gap that begins with id {first_id}"
        return BadRequest(404, "unknown_gap", message, "first_id")
    return BadRequest(409, "nothing_to_repair", f"this gap is settled: {SETTLED[gap.state]}", "first_id")
