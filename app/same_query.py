"""A redirect to another spelling of an address loses nothing of what was asked."""

from flask import request


def with_query(address: str) -> str:
    """An address of ours with the query of the request in hand."""
    query = request.query_string.decode(errors="replace")
    return f"{address}?{query}" if query else address
