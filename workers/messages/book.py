"""JSON of the top of the book: the same in an event and in the API."""

from collections.abc import Sequence

from analytics.records.book import BookSecond, TopOfBook
from workers.messages.envelope import JSON
from workers.messages.times import iso, iso_or_none


def book_json(symbol: str, top: TopOfBook | None) -> JSON:
    """State of a `book:` topic, and of `/api/book`; null before the first quote."""
    return {
        "symbol": symbol,
        "bid": top.bid if top else None,
        "bid_quantity": top.bid_quantity if top else None,
        "ask": top.ask if top else None,
        "ask_quantity": top.ask_quantity if top else None,
        "spread": top.spread if top else None,
        "mid": top.mid if top else None,
        "update_id": top.update_id if top else None,
        "quoted_at": iso_or_none(top.quoted_at if top else None),
        "received_at": iso_or_none(top.received_at if top else None),
    }


def book_seconds_json(symbol: str, rows: Sequence[BookSecond]) -> JSON:
    """A stretch of seconds as columns, oldest first; a second without a change is left out."""
    return {
        "symbol": symbol,
        "ts": [iso(row.second) for row in rows],
        "bid": [row.top.bid for row in rows],
        "bid_quantity": [row.top.bid_quantity for row in rows],
        "ask": [row.top.ask for row in rows],
        "ask_quantity": [row.top.ask_quantity for row in rows],
        "spread": [row.top.spread for row in rows],
        "mid": [row.top.mid for row in rows],
        "updates": [row.updates for row in rows],
    }
