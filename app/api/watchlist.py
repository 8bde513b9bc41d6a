"""The watch-list, changed while running, and what to choose from: `/api/watchlist`, `/api/instruments`."""

from flask import Blueprint, Response, jsonify

from app.api.contract import endpoint
from app.api.parameters import POSITION
from app.api.shapes.market import INSTRUMENT, UNWATCHED, WATCHED, WATCHLIST
from app.api.shapes.vocabulary import many
from app.errors import BadRequest
from workers.jobs import Parameter
from workers.messages.envelope import JSON
from workers.store.instruments import load_instruments
from workers.store.pairs import load_pairs_of
from workers.store.watchlist import add_symbol, load_watchlist, remove_symbol

blueprint = Blueprint("watchlist", __name__)

OFFERED = Parameter("text", about="a symbol that trades, in any case")


@blueprint.get("/watchlist")
@endpoint(WATCHLIST)
def watchlist() -> JSON:
    """Symbols that are captured, in order."""
    return {"symbols": load_watchlist()}


@blueprint.get("/instruments")
@endpoint(many(INSTRUMENT))
def instruments() -> Response:
    """Every symbol the exchange offers, by name."""
    rows = sorted(load_instruments().values(), key=lambda row: row.symbol)
    return jsonify([{"symbol": row.symbol, "status": row.status} for row in rows])


@blueprint.post("/watchlist")
@endpoint(
    WATCHED,
    also={201: WATCHED},
    body={"symbol": OFFERED, "position": POSITION},
    refusals=(404,),
    is_change=True,
)
def add(symbol: str, position: int | None) -> tuple[JSON, int]:
    """Capture one more symbol: 201, or 200 if it is captured already."""
    symbol = offered_symbol(symbol)
    is_new = add_symbol(symbol, position=position)
    return {"symbol": symbol, "symbols": load_watchlist()}, 201 if is_new else 200


@blueprint.delete("/watchlist/<symbol>")
@endpoint(UNWATCHED, path={"symbol": Parameter("text")}, refusals=(404, 409), is_change=True)
def remove(symbol: str) -> JSON:
    """Capture a symbol no longer; what is stored of it stays. `position` puts it back where it was."""
    held_by = load_pairs_of(symbol.upper())
    if held_by:
        named = "/".join(held_by[0])
        message = f"{symbol.upper()} is part of the pair {named}: remove that first"
        raise BadRequest(409, "part_of_a_pair", message, "symbol")
    position = remove_symbol(symbol.upper())
    if position is None:
        raise BadRequest(404, "unknown_symbol", f"symbol {symbol[:40]!r} is not on the watch-list", "symbol")
    return {"symbol": symbol.upper(), "position": position, "symbols": load_watchlist()}


def offered_symbol(text: str, field: str = "symbol") -> str:
    """A symbol that trades, as the exchange spells it."""
    symbol = text.upper()
    instrument = load_instruments().get(symbol)
    if instrument is None:
        raise BadRequest(404, "unknown_symbol", f"the exchange offers no symbol {text[:40]!r}", field)
    if instrument.status != "TRADING":
        message = f"{symbol} does not trade now: its status is {instrument.status}"
        raise BadRequest(422, "not_trading", message, field)
    return symbol
