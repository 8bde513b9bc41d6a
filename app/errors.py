"""Every error as JSON under /api and as a page elsewhere; never a stack trace."""

import logging

from flask import Flask, Response, jsonify, render_template, request
from werkzeug.exceptions import HTTPException, InternalServerError

from workers.coordination.errors import CoordinationDown
from workers.store.errors import StoreDown

log = logging.getLogger(__name__)

CODES = {
    400: "malformed",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    422: "out_of_range",
    429: "too_many_requests",
    503: "unavailable",
}


class BadRequest(ValueError):
    """Raised when a query value cannot be used; says which and why."""

    def __init__(
        self, status: int, code: str, message: str, field: str | None = None, **details: object
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.field = status, code, message, field
        self.details = details  # keys beside these, as `have` and `need`


def error_json(code: str, message: str, field: str | None = None, **details: object) -> dict[str, object]:
    """The one shape of an error."""
    about: dict[str, object] = {"code": code, "message": message}
    return {"error": about | ({"field": field} if field else {}) | details}


def register_errors(app: Flask) -> None:
    """Answer every error in the form its reader expects."""
    app.register_error_handler(BadRequest, _bad_request)
    app.register_error_handler(StoreDown, _store_down)
    app.register_error_handler(CoordinationDown, _coordination_down)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)


def _bad_request(error: BadRequest) -> tuple[Response | str, int]:
    return _answer(error.status, error.code, error.message, error.field, **error.details)


def _store_down(error: Exception) -> tuple[Response | str, int]:
    log.warning("request failed path=%s part=mongodb reason=%s", request.path, type(error).__name__)
    return _answer(503, "mongodb_down", "The database (MongoDB) does not answer; nothing can be read now.")


def _coordination_down(error: Exception) -> tuple[Response | str, int]:
    log.warning("request failed path=%s part=redis reason=%s", request.path, type(error).__name__)
    return _answer(503, "redis_down", "Redis does not answer; live figures cannot be read now.")


def _http_error(error: HTTPException) -> tuple[Response | str, int, list[tuple[str, str]]]:
    """With the headers that belong to a status, as `Allow` and `Retry-After`."""
    status = error.code or 500
    code = CODES.get(status, "error")
    headers = [(name, value) for name, value in error.get_headers() if name.lower() != "content-type"]
    return *_answer(status, code, error.description or error.name), headers


def _unexpected(error: Exception) -> tuple[Response | str, int]:
    log.error("request failed path=%s", request.path, exc_info=error)
    return _answer(500, "internal", InternalServerError.description)


def _answer(
    status: int, code: str, message: str, field: str | None = None, **details: object
) -> tuple[Response | str, int]:
    if request.path.startswith("/api"):
        return jsonify(error_json(code, message, field, **details)), status
    return render_template("error.html", status=status, message=message), status
