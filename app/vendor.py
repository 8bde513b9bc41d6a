"""Serves what npm installed: socket.io-client and the Plotly bundles, compressed once."""

import gzip
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, request, url_for

blueprint = Blueprint("vendor", __name__)

FOLDER = Path(__file__).parent / "node_modules"
FILES = {
    "socket.io.min.js": ("socket.io-client", "dist/socket.io.min.js"),
    "plotly-finance.min.js": ("plotly.js-finance-dist-min", "plotly-finance.min.js"),
    "plotly-cartesian.min.js": ("plotly.js-cartesian-dist-min", "plotly-cartesian.min.js"),
}
# The version is in the address, so what is there never changes.
KEPT_FOR_EVER = "public, max-age=31536000, immutable"


class MissingPackages(SystemExit):
    """Raised when a front-end package is not installed; ends the process with that sentence."""


@dataclass(frozen=True, slots=True)
class VendorFile:
    """One bundle, plain and compressed."""

    plain: bytes
    compressed: bytes


def register_vendor(app: Flask) -> None:
    """Serve the bundles, and let templates name them; refuses to start without them."""
    for name in FILES:
        vendor_version(name)
    app.register_blueprint(blueprint)
    app.jinja_env.globals["vendor_url"] = vendor_url


def vendor_url(name: str) -> str:
    """Address of a bundle."""
    return url_for("vendor.bundle", version=vendor_version(name), name=name)


@cache
def vendor_version(name: str) -> str:
    """Installed version of the package a bundle comes from."""
    package, path = FILES[name]
    if not (FOLDER / package / path).is_file():
        raise MissingPackages(
            f"the front-end package {package} is not installed: "
            "run `npm ci` in the folder app (make run does it)"
        )
    return str(json.loads((FOLDER / package / "package.json").read_text())["version"])


@blueprint.get("/vendor/<version>/<name>")
def bundle(version: str, name: str) -> Response:
    """One bundle of exactly this version."""
    if name not in FILES or version != vendor_version(name):
        abort(404)
    file = _load(name)
    zipped = "gzip" in request.headers.get("Accept-Encoding", "")
    response = Response(file.compressed if zipped else file.plain, mimetype="text/javascript")
    response.headers["Cache-Control"] = KEPT_FOR_EVER
    response.headers["Vary"] = "Accept-Encoding"
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    return response


@cache
def _load(name: str) -> VendorFile:
    package, path = FILES[name]
    plain = (FOLDER / package / path).read_bytes()
    return VendorFile(plain, gzip.compress(plain, 6))
