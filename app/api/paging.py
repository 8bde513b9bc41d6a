"""Pages of a series that begins at its newest end: where the older rest is."""

from urllib.parse import urlencode

from flask import Response, request


def with_older_page(response: Response, rows: int, limit: int, oldest: str | None) -> Response:
    """The answer with a header `Link` to what lies before it, where it is as long as was asked for."""
    if oldest is not None and rows == limit:
        asked = request.args.to_dict() | {"end": oldest}
        response.headers["Link"] = f'<{request.path}?{urlencode(asked)}>; rel="next"'
    return response
