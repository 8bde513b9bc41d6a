"""The web without its bound on clients that do not read: the control of the test that needs it."""

from flask import Flask

from app import rounds


def application() -> Flask:
    """The application as wsgi.py makes it; the bug goes in before."""
    rounds.cut_clients_that_do_not_read = lambda _sockets: 0
    from wsgi import app

    return app
