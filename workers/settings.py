"""Every setting of every process: the only file that reads the environment.

A bad value stops the process with a sentence that names the variable.
"""

import ipaddress
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Literal, TypeVar, cast, get_args
from urllib.parse import urlsplit

T = TypeVar("T")
Network = Literal["LIVE", "TESTNET"]
Source = Literal["LIVE", "TESTNET", "SIMULATED", "REPLAY"]
Market = Literal["spot", "usdm"]
StreamKind = Literal["aggTrade", "trade"]

BINANCE_DOMAINS = ("binance.com", "binance.vision", "binancefuture.com")
LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")
ANY_ADDRESS = ("0.0.0.0", "::")  # of HOST: every network this machine is in

PUBLIC_ADDRESSES = {
    "spot": ("wss://stream.binance.com:9443", "https://api.binance.com"),
    "usdm": ("wss://fstream.binance.com", "https://fapi.binance.com"),
}

# The Socket.IO channel in Redis; writers and readers must agree on it.
SOCKETIO_CHANNEL = "gemscap-live"

_given: list["Settings"] = []


class BadSetting(SystemExit):
    """Raised when a variable holds a value the process cannot run with; ends it with that sentence."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a process was told. Secrets are left out of `repr`."""

    mongo_url: str = field(repr=False)  # MONGO_URL, default mongodb://127.0.0.1:27017
    redis_url: str = field(repr=False)  # REDIS_URL, default redis://127.0.0.1:6379/0
    database: str  # name of the MongoDB database, made of source, market, stream and seed or capture
    source: (
        Source  # SOURCE: where trades come from; default LIVE or TESTNET for Binance's hosts, else SIMULATED
    )
    binance_ws_url: str  # BINANCE_WS_URL, default Binance's own for the market
    binance_rest_url: str  # BINANCE_REST_URL, likewise
    market: Market  # MARKET, default spot
    stream: StreamKind  # STREAM, default aggTrade; trade exists on spot only
    symbols: tuple[str, ...]  # SYMBOLS: fills an empty watch-list; empty means "all the exchange offers"
    pairs: tuple[tuple[str, str], ...]  # PAIRS as Y/X, comma separated: fills an empty list of pairs
    book_ticker: bool  # BOOK_TICKER, on or off: keep the best bid and ask of each second, default on
    tick_retention_hours: float  # TICK_RETENTION_HOURS, counted from arrival, default 24
    shards: int  # SHARDS: groups of symbols that stream workers share, default 1; the same for all of them
    spool_dir: str  # SPOOL_DIR, default spool in LOCAL_DIR; below it one folder per database
    spool_gb: float  # SPOOL_GB: room for what waits on disk for the database, default 2
    upload_dir: str  # UPLOAD_DIR, default uploads in LOCAL_DIR; below it one folder per database
    upload_mb: float  # UPLOAD_MB: the largest file that may be sent for import, default 512
    log_format: str  # LOG_FORMAT: text, readable lines (default), or json, an object per line
    host: str  # HOST the web listens on, default 127.0.0.1
    port: int  # PORT of the web, default 5000
    allowed_hosts: tuple[str, ...]  # ALLOWED_HOSTS: Host names the web answers to, default loopback names
    password_file: str  # PASSWORD_FILE: holds the hash of the sign-in password; default none, no sign-in
    session_hours: float  # SESSION_HOURS: a sign-in ends when unused for so long, default 12
    trusted_proxies: tuple[
        str, ...
    ]  # TRUSTED_PROXIES: addresses whose X-Forwarded headers count, default none
    clients_per_address: (
        int  # CLIENTS_PER_ADDRESS: live connections of one address beyond loopback, default 30
    )
    requests_per_minute: (
        float  # REQUESTS_PER_MINUTE: of one client, fifty times that on loopback, default 1200
    )
    secret_key: str = field(repr=False)  # SECRET_KEY signs sessions; no default, the web demands it


def settings_from(environ: Mapping[str, str]) -> Settings:
    """The settings an environment describes.

    Raises
    ------
    BadSetting
        A variable holds a value that cannot be used; the message names it.
    """
    market = cast(Market, _one_of(environ, "MARKET", ("spot", "usdm"), "spot"))
    stream = cast(StreamKind, _one_of(environ, "STREAM", ("aggTrade", "trade"), "aggTrade"))
    if market == "usdm" and stream == "trade":
        raise BadSetting("STREAM: futures (MARKET=usdm) offer aggTrade only, not trade")
    public_ws, public_rest = PUBLIC_ADDRESSES[market]
    ws_url = _address(environ, "BINANCE_WS_URL", public_ws, ("ws", "wss"))
    rest_url = _address(environ, "BINANCE_REST_URL", public_rest, ("http", "https"))
    source = _source(environ, ws_url, rest_url)
    return Settings(
        mongo_url=_address(environ, "MONGO_URL", "mongodb://127.0.0.1:27017", ("mongodb", "mongodb+srv")),
        redis_url=_address(environ, "REDIS_URL", "redis://127.0.0.1:6379/0", ("redis", "rediss", "unix")),
        database=_database(environ, source, market, stream),
        source=source,
        binance_ws_url=ws_url,
        binance_rest_url=rest_url,
        market=market,
        stream=stream,
        symbols=_symbols(environ.get("SYMBOLS", "")),
        pairs=_pairs(environ.get("PAIRS", "")),
        book_ticker=_one_of(environ, "BOOK_TICKER", ("on", "off"), "on") == "on",
        tick_retention_hours=_number(environ, "TICK_RETENTION_HOURS", 24.0, low=0.1, high=87_600.0),
        shards=int(_number(environ, "SHARDS", 1, low=1, high=64, whole=True)),
        spool_dir=environ.get("SPOOL_DIR") or f"{environ.get('LOCAL_DIR') or '.local'}/spool",
        spool_gb=_number(environ, "SPOOL_GB", 2.0, low=0.05, high=10_000.0),
        upload_dir=environ.get("UPLOAD_DIR") or f"{environ.get('LOCAL_DIR') or '.local'}/uploads",
        upload_mb=_number(environ, "UPLOAD_MB", 512.0, low=1.0, high=100_000.0),
        log_format=_one_of(environ, "LOG_FORMAT", ("text", "json"), "text"),
        host=environ.get("HOST") or "127.0.0.1",
        port=int(_number(environ, "PORT", 5000, low=1, high=65_535, whole=True)),
        allowed_hosts=_allowed_hosts(environ),
        password_file=environ.get("PASSWORD_FILE", ""),
        session_hours=_number(environ, "SESSION_HOURS", 12.0, low=0.01, high=720.0),
        trusted_proxies=_trusted_proxies(environ),
        clients_per_address=int(_number(environ, "CLIENTS_PER_ADDRESS", 30, low=1, high=350, whole=True)),
        requests_per_minute=_number(environ, "REQUESTS_PER_MINUTE", 1_200.0, low=6.0, high=1_000_000.0),
        secret_key=environ.get("SECRET_KEY", ""),
    )


def load_settings() -> Settings:
    """The settings of this process: those it was given, else those of its environment, read once."""
    return _given[-1] if _given else _from_environment()


@contextmanager
def use_settings(settings: Settings) -> Iterator[Settings]:
    """Run a piece of code under other settings than the environment's: tests, notebooks."""
    _given.append(settings)
    try:
        yield settings
    finally:
        _given.remove(settings)


@cache
def _from_environment() -> Settings:
    return settings_from(os.environ)


def binance_network(url: str) -> Network | None:
    """Which market an address of Binance's own leads to: real trades, or those of its testnet and demo mode.

    >>> binance_network("wss://stream.binance.com:9443"), binance_network("wss://demo-stream.binance.com")
    ('LIVE', 'TESTNET')
    >>> binance_network("wss://binance.com.evil.org") is None
    True
    """
    host = (urlsplit(url).hostname or "").lower()
    if not any(host == domain or host.endswith("." + domain) for domain in BINANCE_DOMAINS):
        return None
    trial = host.startswith("demo-") or "testnet" in host.split(".") or host.endswith("binancefuture.com")
    return "TESTNET" if trial else "LIVE"


def _one_of(environ: Mapping[str, str], name: str, allowed: tuple[str, ...], default: str) -> str:
    value = environ.get(name) or default
    if value not in allowed:
        raise BadSetting(f"{name}: expected one of {', '.join(allowed)}, got {value!r}")
    return value


def _address(environ: Mapping[str, str], name: str, default: str, schemes: tuple[str, ...]) -> str:
    value = (environ.get(name) or default).rstrip("/")
    parts = _readable(urlsplit, value)
    if parts is None or parts.scheme not in schemes or not (parts.netloc or parts.path):
        raise BadSetting(f"{name}: expected an address that begins with {'://, '.join(schemes)}://")
    return value


def _readable(read: Callable[[str], T], value: str) -> T | None:
    try:
        return read(value)
    except ValueError:
        return None


def _number(
    environ: Mapping[str, str], name: str, default: float, *, low: float, high: float, whole: bool = False
) -> float:
    text = environ.get(name) or str(default)
    value = _readable(int if whole else float, text)
    if value is None or not low <= value <= high:
        kind = "whole number" if whole else "number"
        raise BadSetting(f"{name}: expected a {kind} from {low:g} to {high:g}, got {text!r}")
    return value


def _source(environ: Mapping[str, str], ws_url: str, rest_url: str) -> Source:
    networks = {binance_network(ws_url), binance_network(rest_url)}
    default = networks.copy().pop() if len(networks) == 1 else None
    source = cast(Source, _one_of(environ, "SOURCE", get_args(Source), default or "SIMULATED"))
    if source in get_args(Network) and networks != {source}:
        raise BadSetting(
            f"SOURCE: only Binance's own hosts may be {source}, both of one kind; the addresses set are not"
        )
    if source not in get_args(Network) and networks != {None}:
        raise BadSetting(f"SOURCE: Binance's hosts are LIVE, or TESTNET where they are that, not {source}")
    return source


def _database(environ: Mapping[str, str], source: Source, market: str, stream: str) -> str:
    rate = environ.get("RATE", "")  # another rate is another market: its ids differ
    simulated = (environ.get("SEED") or "1") + (f"-rate{rate}" if rate else "")
    variant = {"SIMULATED": simulated, "REPLAY": environ.get("CAPTURE", "")}.get(source, "")
    if not re.fullmatch(r"[A-Za-z0-9-]{0,24}", variant):
        name = "SEED, RATE" if source == "SIMULATED" else "CAPTURE"
        raise BadSetting(f"{name}: expected at most 24 letters, digits or dashes, got {variant!r}")
    parts = ["gemscap", source.lower(), market, stream.lower(), variant]
    return "_".join(part for part in parts if part)


def _symbols(text: str) -> tuple[str, ...]:
    names = [name.strip().upper() for name in text.split(",") if name.strip()]
    for name in names:
        if not name.isalnum():
            raise BadSetting(f"SYMBOLS: expected names like BTCUSDT separated by commas, got {name!r}")
    return tuple(dict.fromkeys(names))


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    pairs = []
    for item in filter(None, (part.strip() for part in text.split(","))):
        y, slash, x = item.upper().partition("/")
        if not slash or not y.isalnum() or not x.isalnum() or y == x:
            raise BadSetting(f"PAIRS: expected items like ETHUSDT/BTCUSDT separated by commas, got {item!r}")
        pairs.append((y, x))
    return tuple(dict.fromkeys(pairs))


def _allowed_hosts(environ: Mapping[str, str]) -> tuple[str, ...]:
    extra = [name.strip().lower() for name in environ.get("ALLOWED_HOSTS", "").split(",") if name.strip()]
    own = environ.get("HOST", "").strip().lower()
    named = [own] if own and own not in ANY_ADDRESS else []
    return tuple(dict.fromkeys((*LOOPBACK_HOSTS, *named, *extra)))


def _trusted_proxies(environ: Mapping[str, str]) -> tuple[str, ...]:
    found = [part.strip() for part in environ.get("TRUSTED_PROXIES", "").split(",") if part.strip()]
    for one in found:
        if _readable(ipaddress.ip_network, one) is None:
            raise BadSetting(f"TRUSTED_PROXIES: expected addresses like 127.0.0.1 or 10.0.0.0/8, got {one!r}")
    return tuple(found)
