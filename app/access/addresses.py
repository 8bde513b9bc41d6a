"""Where to go after signing in: a page of ours, whatever the link said."""

from urllib.parse import urlsplit

OVERVIEW = "/"


def safe_next(target: str) -> str:
    """The path of ours that was asked for, else the first page.

    >>> safe_next("/market/BTCUSDT?tf=5m"), safe_next("//evil.example"), safe_next("https://evil.example")
    ('/market/BTCUSDT?tf=5m', '/', '/')
    """
    if not target.startswith("/") or target.startswith(("//", "/\\")) or len(target) > 2_000:
        return OVERVIEW
    if any(ord(sign) < 33 or sign == "\\" or ord(sign) == 127 for sign in target):  # a browser drops some
        return OVERVIEW
    try:
        parts = urlsplit(target)
    except ValueError:
        return OVERVIEW
    if parts.scheme or parts.netloc or parts.path.startswith(("/sign-", "/api/", "/static/")):
        return OVERVIEW
    return target
