"""The web without its bound on clients that do not read: the control of the test that needs it."""

from app import rounds

rounds.cut_clients_that_do_not_read = lambda _sockets: 0

from wsgi import app  # noqa: E402 - the bug goes in before the application is made

__all__ = ["app"]
