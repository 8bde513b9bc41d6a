"""How answers travel: compressed where that pays, and not again where the client has them already.

Pages are not compressed: they hold the form token beside words a stranger may
choose, and the length of what is compressed would tell how alike they are.
"""

from flask import Flask, Response, request
from flask_compress import Compress

COMPRESSED = [
    "application/json",
    "application/x-ndjson",
    "text/csv",
    "text/css",
    "text/javascript",
    "image/svg+xml",
]
LEAST_BYTES = 2_000  # below that a packet or two are saved, for the same work
# Half a millisecond for 500 bars, a fifth of their size; higher levels take longer and save little.
LEVELS = {"COMPRESS_ZSTD_LEVEL": 1, "COMPRESS_BR_LEVEL": 1, "COMPRESS_LEVEL": 1}
ALGORITHMS = ["zstd", "br", "gzip"]
KEPT_AND_ASKED_FOR = "private, no-cache"  # a browser may keep it and asks each time whether it holds


def register_transfer(app: Flask) -> None:
    """Compress and validate every answer."""
    app.config.update(
        COMPRESS_MIMETYPES=COMPRESSED,
        COMPRESS_MIN_SIZE=LEAST_BYTES,
        COMPRESS_ALGORITHM=ALGORITHMS,
        COMPRESS_ALGORITHM_STREAMING=ALGORITHMS,
        **LEVELS,
    )
    Compress(app)
    app.after_request(_validated)  # runs before: what is registered last comes first


def _validated(response: Response) -> Response:
    """A GET of the API has an ETag; who names it again gets 304 and no body."""
    is_read = request.method in ("GET", "HEAD") and request.path.startswith("/api/")
    if not is_read or response.status_code != 200 or response.is_streamed:
        return response
    response.headers.setdefault("Cache-Control", KEPT_AND_ASKED_FOR)
    response.add_etag(weak=True)  # the same content, in whatever encoding it travels
    response.make_conditional(request)
    return response
