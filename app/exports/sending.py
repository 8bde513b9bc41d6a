"""A table as an answer that is made while it is sent; so many at once, and no more."""

import logging
from collections.abc import Callable, Iterator
from threading import BoundedSemaphore
from urllib.parse import urlencode

from flask import Response, request

from app.errors import BadRequest
from app.exports.csv_file import csv_file
from app.exports.json_file import json_file
from app.exports.parquet_file import parquet_file
from app.exports.table import Table
from workers.settings import load_settings

log = logging.getLogger(__name__)

MOST_AT_ONCE = 4  # each holds a thread of the server as long as its reader takes
FORMATS: dict[str, tuple[str, Callable[..., Iterator[bytes]]]] = {
    "csv": ("text/csv", csv_file),
    "json": ("application/json", json_file),
    "parquet": ("application/vnd.apache.parquet", parquet_file),
}
MEDIA_TYPES = tuple(kind for kind, _ in FORMATS.values())

_sending = BoundedSemaphore(MOST_AT_ONCE)


def sent(table: Callable[[], Table], form: str, *, with_note: bool) -> Response:
    """The table as a file; `table` is called when there is room for one more."""
    if not _sending.acquire(blocking=False):
        message = f"{MOST_AT_ONCE} exports are being sent already; try again in a few seconds"
        raise BadRequest(429, "too_many_requests", message)
    try:
        return _response(table(), form, with_note=with_note)
    except BaseException:
        _sending.release()
        raise


def _response(table: Table, form: str, *, with_note: bool) -> Response:
    media_type, written = FORMATS[form]
    response = Response(written(table, with_note=with_note), mimetype=media_type)
    name = f"{load_settings().source.lower()}-{table.name}.{form}"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Cache-Control"] = "private, no-store"
    if table.following:
        asked = request.args.to_dict() | table.following
        response.headers["Link"] = f'<{request.path}?{urlencode(asked)}>; rel="next"'
    response.call_on_close(_sending.release)
    return response
