"""Best bid and ask: `GET /api/book`, and second by second `GET /api/book/seconds`."""

from datetime import datetime

from flask import Blueprint

from app.api.contract import endpoint
from app.api.parameters import RANGE, SYMBOL
from app.api.shapes.market import BOOK, BOOK_SECONDS
from app.topic_state import book_state
from workers.messages.book import book_seconds_json
from workers.messages.envelope import JSON
from workers.store.book import load_book

blueprint = Blueprint("book", __name__)


@blueprint.get("/book")
@endpoint(BOOK, query={"symbol": SYMBOL})
def top(symbol: str) -> JSON:
    """The newest stored bid and ask of a symbol, with spread and mid; null before the first."""
    return book_state(symbol)


@blueprint.get("/book/seconds")
@endpoint(BOOK_SECONDS, query={"symbol": SYMBOL, **RANGE})
def seconds(symbol: str, limit: int, start: datetime | None, end: datetime | None) -> JSON:
    """The newest `limit` seconds of a symbol between `start` and `end`, oldest first, as columns."""
    return book_seconds_json(symbol, load_book(symbol, start=start, end=end, limit=limit))
