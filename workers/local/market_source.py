"""Where the trades of a run come from: Binance, a synthetic market, or captured files."""

import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workers.local.errors import CannotStart
from workers.local.exchange.planted import BREAKING, PAIRS
from workers.local.http_check import status_of
from workers.local.part import Part
from workers.local.ports import free_port

PING_PATHS = {"spot": "/api/v3/ping", "usdm": "/fapi/v1/ping"}
START_SECONDS = 120.0  # two days of synthetic history are made, or a long capture is read


@dataclass(frozen=True, slots=True)
class MarketSource:
    """Variables that say where the trades come from, and the exchange to be started for it."""

    environ: dict[str, str]
    exchange: list[Part] = field(default_factory=list)


def choose_source(environ: Mapping[str, str], *, live: bool) -> MarketSource:
    """Binance when `live`, else the files of REPLAY, else the synthetic market of SEED.

    Raises
    ------
    CannotStart
        REPLAY, REPLAY_SPEED, SEED or RATE cannot be used; the message names it.
    """
    if live:
        return MarketSource({"SOURCE": "LIVE"})
    market = environ.get("MARKET") or "spot"
    if environ.get("REPLAY"):
        return _replay(environ, market)
    seed = _whole_number(environ.get("SEED") or "1")
    options = ["--synthetic", "--seed", seed, *_rate(environ.get("RATE", ""))]
    told = {"SOURCE": "SIMULATED", "SEED": seed, "PAIRS": environ.get("PAIRS") or _planted(environ)}
    return _simulated(told, options, market)


def _planted(environ: Mapping[str, str]) -> str:
    """The pairs the synthetic market holds together, those among SYMBOLS when that is given."""
    asked = {symbol.strip().upper() for symbol in environ.get("SYMBOLS", "").split(",") if symbol.strip()}
    pairs = [pair for pair in (*PAIRS, BREAKING) if not asked or {pair.y, pair.x} <= asked]
    return ",".join(f"{pair.y}/{pair.x}" for pair in pairs)


def _replay(environ: Mapping[str, str], market: str) -> MarketSource:
    # Only a replay needs to read captures.
    from workers.local.exchange.captures import describe
    from workers.local.exchange.recordings.events import UnreadableRecording

    speed = _positive("REPLAY_SPEED", environ.get("REPLAY_SPEED") or "1", "1 or 60")
    files = replay_files(environ["REPLAY"])
    try:
        capture = describe(files)
    except UnreadableRecording as error:
        raise CannotStart(f"REPLAY: {error}") from error
    told = {"SOURCE": "REPLAY", "STREAM": capture.stream, "CAPTURE": capture.label}
    told["SYMBOLS"] = environ.get("SYMBOLS") or ",".join(capture.symbols)
    return _simulated(told, ["--replay", *map(str, files), "--speed", speed], market)


def replay_files(text: str) -> list[Path]:
    """The files named by REPLAY, separated by spaces, quoted as in a shell; a folder stands for its files.

    Raises
    ------
    CannotStart
        There is no such file, or the folder holds none.
    """
    places = [Path(name).expanduser().resolve() for name in shlex.split(text)]
    return [file for place in places for file in _files_at(place)]


def _files_at(place: Path) -> list[Path]:
    inside = place.iterdir() if place.is_dir() else [place]
    files = sorted(file for file in inside if file.is_file() and not file.name.startswith("."))
    if not files:
        raise CannotStart(f"REPLAY: there is no file {place}")
    return files


def _simulated(told: dict[str, str], options: list[str], market: str) -> MarketSource:
    port = free_port()
    command = [sys.executable, "-m", "workers.local.exchange", "--port", str(port)]
    ping = PING_PATHS.get(market, PING_PATHS["spot"])
    words = [*command, "--market", market, *options]
    exchange = Part(
        name="exchange",
        title="Exchange",
        command=shlex.join(words),
        start_seconds=START_SECONDS,
        is_ready=lambda: status_of("127.0.0.1", port, ping) == 200,
    )
    addresses = {
        "BINANCE_WS_URL": f"ws://127.0.0.1:{port}",
        "BINANCE_REST_URL": f"http://127.0.0.1:{port}",
    }
    return MarketSource(told | addresses, [exchange])


def _whole_number(text: str) -> str:
    if not text.isdecimal():
        raise CannotStart(f"SEED: expected a whole number, got {text!r}")
    return text


def _rate(text: str) -> list[str]:
    return ["--rate", _positive("RATE", text, "200")] if text else []


def _positive(name: str, text: str, example: str) -> str:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise CannotStart(f"{name}: expected a number above 0, such as {example}, got {text!r}")
    return text
