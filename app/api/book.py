"""Best bid and ask: `GET /api/book`, and second by second `GET /api/book/seconds`."""

from datetime import datetime

from flask import Blueprint, Response, jsonify

from app.api.contract import endpoint
from app.api.paging import with_older_page
from app.api.parameters import RANGE, SYMBOL
from app.api.shapes.market import BOOK, BOOK_SECONDS
from app.topic_state import book_state
from workers.messages.book import book_seconds_json
from workers.messages.envelope import JSON
from workers.messages.times import iso
from workers.store.book import load_book

blueprint = Blueprint("book", __name__)


@blueprint.get("/book")
@endpoint(BOOK, query={"symbol": SYMBOL})
def top(symbol: str) -> JSON:
    """The newest stored bid and ask of a symbol, with spread and mid; null before the first."""
    return book_state(symbol)


@blueprint.get("/book/seconds")
@endpoint(BOOK_SECONDS, query={"symbol": SYMBOL, **RANGE})
def seconds(symbol: str, limit: int, start: datetime | None, end: datetime | None) -> Response:
    """The newest `limit` seconds of a symbol between `start` and `end`, oldest first, as columns."""
    rows = load_book(symbol, start=start, end=end, limit=limit)
    response = jsonify(book_seconds_json(symbol, rows))
    return with_older_page(response, len(rows), limit, iso(rows[0].second) if rows else None)
