"""What a proxy says of the client is believed of the proxies that are named, and of nobody else."""

import ipaddress
import logging
import ssl
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)

SAID_BY_PROXIES = (
    "HTTP_FORWARDED",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_PREFIX",
    "HTTP_X_REAL_IP",
)


class KnownProxies:
    """Puts the client's own address and scheme into a request that came through a named proxy."""

    def __init__(self, wrapped: "WSGIApplication", trusted: Collection[str]) -> None:
        self._trusted = [ipaddress.ip_network(one) for one in trusted]
        self._direct = wrapped
        self._has_warned = False
        self._through_proxy = ProxyFix(wrapped, x_for=1, x_proto=1, x_host=0)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """One request."""
        if self._is_trusted(environ.get("REMOTE_ADDR", "")):
            environ.pop("HTTP_X_FORWARDED_HOST", None)  # the proxy hands the Host header on
            return self._through_proxy(environ, start_response)
        if [environ.pop(name) for name in SAID_BY_PROXIES if name in environ]:
            self._warn(environ)
        wire = environ.get("gunicorn.socket")
        if wire is not None:  # gunicorn believes anybody on this machine
            environ["wsgi.url_scheme"] = "https" if isinstance(wire, ssl.SSLSocket) else "http"
        return self._direct(environ, start_response)

    def _warn(self, environ: "WSGIEnvironment") -> None:
        """Once: either somebody plays at being a proxy, or one was not named."""
        if not self._has_warned:
            self._has_warned = True
            log.warning(
                "headers of a proxy that TRUSTED_PROXIES does not name are ignored address=%s",
                environ.get("REMOTE_ADDR", ""),
            )

    def _is_trusted(self, address: str) -> bool:
        try:
            found = ipaddress.ip_address(address)
        except ValueError:  # a Unix socket has none
            return False
        return any(found in network for network in self._trusted)


def is_loopback(address: str) -> bool:
    """Whether an address is this machine itself; a Unix socket is.

    >>> is_loopback("127.0.0.1"), is_loopback("::ffff:127.0.0.1"), is_loopback("203.0.113.5")
    (True, True, False)
    """
    if not address:
        return True
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback


def neighbourhood(address: str) -> str:
    """What counts as one client: an IPv4 address, or the network that an IPv6 line is given whole.

    >>> neighbourhood("203.0.113.5"), neighbourhood("2001:db8:1:2:3::4"), neighbourhood("::ffff:203.0.113.5")
    ('203.0.113.5', '2001:db8:1:2::/64', '203.0.113.5')
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(found, ipaddress.IPv6Address) and not found.ipv4_mapped:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(getattr(found, "ipv4_mapped", None) or found)
