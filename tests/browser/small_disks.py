"""The web on disks that are all too small: what is little is judged by a bound that none reaches."""

from flask import Flask

from app import disk


def application() -> Flask:
    """The application as wsgi.py makes it."""
    disk.LEAST_FREE_GB = 1e6
    from wsgi import app

    return app
