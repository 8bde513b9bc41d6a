"""The watch-list, changed while running, and what to choose from: `/api/watchlist`, `/api/instruments`."""

from flask import Blueprint, Response, jsonify

from app.errors import BadRequest
from app.form_tokens import json_body, require_own_change
from workers.messages.envelope import JSON
from workers.store.instruments import load_instruments
from workers.store.pairs import load_pairs_of
from workers.store.watchlist import add_symbol, load_watchlist, remove_symbol

blueprint = Blueprint("watchlist", __name__)


@blueprint.get("/watchlist")
def watchlist() -> JSON:
    """Symbols that are captured, in order."""
    return {"symbols": load_watchlist()}


@blueprint.get("/instruments")
def instruments() -> Response:
    """Every symbol the exchange offers, by name."""
    rows = sorted(load_instruments().values(), key=lambda row: row.symbol)
    return jsonify([{"symbol": row.symbol, "status": row.status} for row in rows])


@blueprint.post("/watchlist")
def add() -> tuple[JSON, int]:
    """Capture one more symbol: 201, or 200 if it is captured already."""
    require_own_change()
    body = json_body()
    symbol, position = offered_symbol(body.get("symbol")), position_of(body.get("position"))
    is_new = add_symbol(symbol, position=position)
    return {"symbol": symbol, "symbols": load_watchlist()}, 201 if is_new else 200


@blueprint.delete("/watchlist/<symbol>")
def remove(symbol: str) -> JSON:
    """Capture a symbol no longer; what is stored of it stays. `position` puts it back where it was."""
    require_own_change()
    held_by = load_pairs_of(symbol.upper())
    if held_by:
        named = "/".join(held_by[0])
        message = f"{symbol.upper()} is part of the pair {named}: remove that first"
        raise BadRequest(409, "part_of_a_pair", message, "symbol")
    position = remove_symbol(symbol.upper())
    if position is None:
        raise BadRequest(404, "unknown_symbol", f"symbol {symbol[:40]!r} is not on the watch-list", "symbol")
    return {"symbol": symbol.upper(), "position": position, "symbols": load_watchlist()}


def offered_symbol(value: object, field: str = "symbol") -> str:
    """A symbol that trades, as the exchange spells it."""
    if not isinstance(value, str) or not value.strip():
        raise BadRequest(400, "malformed", f"{field} must be a text", field)
    symbol = value.strip().upper()
    instrument = load_instruments().get(symbol)
    if instrument is None:
        raise BadRequest(404, "unknown_symbol", f"the exchange offers no symbol {value[:40]!r}", field)
    if instrument.status != "TRADING":
        message = f"{symbol} does not trade now: its status is {instrument.status}"
        raise BadRequest(422, "not_trading", message, field)
    return symbol


def position_of(value: object) -> int | None:
    """A place on a list, None for its end."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 1_000_000:
        raise BadRequest(422, "out_of_range", "position must be a whole number from 0 on", "position")
    return value
