"""Asks a web server of this machine for a page, past any proxy."""

from http.client import HTTPConnection, HTTPException

PATIENCE_SECONDS = 5.0


def status_of(host: str, port: int, path: str) -> int | None:
    """The HTTP status of a page; None when nobody answers."""
    connection = HTTPConnection(host, port, timeout=PATIENCE_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()
