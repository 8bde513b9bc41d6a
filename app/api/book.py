"""Best bid and ask: `GET /api/book`, and second by second `GET /api/book/seconds`."""

from flask import Blueprint

from app.api.parameters import limit_parameter, range_parameters, symbol_parameter
from app.topic_state import book_state
from workers.messages.book import book_seconds_json
from workers.messages.envelope import JSON
from workers.store.book import load_book

blueprint = Blueprint("book", __name__)


@blueprint.get("/book")
def top() -> JSON:
    """The newest stored bid and ask of a symbol, with spread and mid; null before the first."""
    return book_state(symbol_parameter())


@blueprint.get("/book/seconds")
def seconds() -> JSON:
    """The newest `limit` seconds of a symbol between `start` and `end`, oldest first, as columns."""
    symbol, limit = symbol_parameter(), limit_parameter()
    start, end = range_parameters()
    return book_seconds_json(symbol, load_book(symbol, start=start, end=end, limit=limit))
