"""The JSON interface: one blueprint per resource."""

from flask import Flask

from app.api import bars, indicators, symbols, system


def register_api(app: Flask) -> None:
    """Every resource under /api."""
    for part in (bars, indicators, symbols, system):
        app.register_blueprint(part.blueprint, url_prefix="/api")
