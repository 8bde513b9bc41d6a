"""Serves our own scripts, styles and pictures under an address that names their content.

One digest for the whole folder, in the path: modules name each other by relative
addresses, so all of them come from the same version and may be kept for ever.
"""

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, Response, send_from_directory

FOLDER = Path(__file__).parent / "static"
KEPT_FOR_EVER = "public, max-age=31536000, immutable"


def register_static_files(app: Flask) -> None:
    """Serve the folder; `url_for("static", filename=...)` adds the version."""
    app.add_url_rule("/static/<version>/<path:filename>", endpoint="static", view_func=static_file)

    @app.url_defaults
    def add_version(endpoint: str, values: dict[str, object]) -> None:
        if endpoint == "static":
            values.setdefault("version", static_version())


def static_file(version: str, filename: str) -> Response:
    """One file; a page that was opened before an update gets the new one, which nobody keeps."""
    response = send_from_directory(FOLDER, filename)
    response.headers["Cache-Control"] = KEPT_FOR_EVER if version == static_version() else "no-cache"
    return response


@cache
def static_version() -> str:
    """Digest of all files and their names."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(FOLDER)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]
