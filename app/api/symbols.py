"""The watch-list with the last price of each symbol: `GET /api/symbols`."""

from flask import Blueprint, Response, jsonify

from app.api.contract import endpoint
from app.api.shapes.market import SYMBOL_ROW
from app.api.shapes.vocabulary import many
from workers.messages.envelope import JSON
from workers.messages.market import symbol_json
from workers.store.instruments import load_instruments
from workers.store.summaries import load_summaries
from workers.store.ticks import load_last_tick
from workers.store.watchlist import load_watchlist

blueprint = Blueprint("symbols", __name__)


@blueprint.get("/symbols")
@endpoint(many(SYMBOL_ROW))
def symbols() -> Response:
    """Rows in the order of the watch-list."""
    return jsonify(symbol_rows())


def symbol_rows() -> list[JSON]:
    """The same as values."""
    instruments, summaries = load_instruments(), load_summaries()
    return [
        symbol_json(symbol, instruments.get(symbol), load_last_tick(symbol), summaries.get(symbol))
        for symbol in load_watchlist()
    ]
