"""The command line of the simulated exchange."""

import argparse
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from workers.local.exchange.connection_rules import ConnectionRules
from workers.local.exchange.limits import WEIGHT_PER_MINUTE
from workers.local.exchange.market.tapes import PLACEHOLDERS

DEFAULT_RATE = 60.0


@dataclass(frozen=True, slots=True)
class Options:
    """What the exchange was told to be."""

    host: str
    port: int
    market: str
    seed: int
    recordings: tuple[Path, ...]  # empty: the synthetic market
    speed: float
    rate: float
    burst: tuple[float, float, float] | None  # after so many seconds, for so many, so many times the rate
    absent: float
    placeholders: float  # share of ids of futures that are no trades
    symbols: int  # of the synthetic market, at least
    rules: ConnectionRules
    weight_per_minute: int  # of REST requests
    shutdown_after: float | None
    shutdown_lead: float
    control_port: int | None  # of the control interface; None: there is none


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"exchange: {message}\n")


def parse_options(words: Sequence[str]) -> Options:
    """The options of a command line; ends the process with one sentence if one is bad."""
    parser = _parser()
    found = parser.parse_args(words)
    if found.replay is not None:
        for path in found.replay:
            if not path.is_file():
                parser.error(f"argument --replay: no such file: {path}")
    if found.replay is None and not found.synthetic:
        parser.error("one of --synthetic and --replay FILE ... is needed")
    lead = found.shutdown_lead
    return Options(
        host=found.host,
        port=found.port,
        market=found.market,
        seed=found.seed,
        recordings=tuple(found.replay or ()),
        speed=found.speed,
        rate=found.rate,
        burst=tuple(found.burst) if found.burst else None,
        absent=found.absent_ids,
        placeholders=found.placeholders,
        symbols=found.symbols,
        rules=_rules(found),
        weight_per_minute=found.weight_per_minute or WEIGHT_PER_MINUTE[found.market],
        shutdown_after=found.shutdown_after,
        shutdown_lead=random.Random(found.seed).uniform(0, 600) if lead is None else lead,
        control_port=found.control_port,
    )


def _rules(found: argparse.Namespace) -> ConnectionRules:
    spot = found.market == "spot"
    return ConnectionRules(
        ping_seconds=found.ping_seconds or (20.0 if spot else 180.0),
        pong_seconds=found.pong_seconds or (60.0 if spot else 600.0),
        cut_seconds=found.cut_seconds,
        incoming_per_second=5 if spot else 10,
        streams=1024 if spot else 200,
    )


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m workers.local.exchange", description=__doc__)
    parser.add_argument("--port", type=_port, required=True, help="0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument(
        "--control-port", type=_port, help="faults and ledger, on loopback; 0 takes a free one"
    )
    parser.add_argument("--market", choices=("spot", "usdm"), default="spot")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--synthetic", action="store_true", help="a market made from --seed")
    source.add_argument("--replay", nargs="+", type=Path, metavar="FILE", help="captured files")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--speed", type=_positive, default=1.0, help="seconds of the market per second")
    parser.add_argument("--rate", type=_positive, default=DEFAULT_RATE, help="trades a second in all, about")
    parser.add_argument(
        "--burst",
        nargs=3,
        type=_positive,
        metavar=("AFTER", "SECONDS", "TIMES"),
        help="after so many seconds, for so many: so many times the rate",
    )
    parser.add_argument("--absent-ids", type=_share, default=0.0, help="share of ids that never existed")
    parser.add_argument("--symbols", type=_count, default=0, help="at least so many; else a dozen")
    parser.add_argument(
        "--placeholders", type=_share, default=PLACEHOLDERS, help="share of ids of futures that are no trades"
    )
    parser.add_argument("--ping-seconds", type=_positive, help="default 20; futures 180")
    parser.add_argument("--pong-seconds", type=_positive, help="default 60; futures 600")
    parser.add_argument("--weight-per-minute", type=_count, help="default 6000; futures 2400")
    parser.add_argument("--cut-seconds", type=_positive, default=86_400.0)
    parser.add_argument("--shutdown-after", type=_positive, help="send serverShutdown after so many seconds")
    parser.add_argument("--shutdown-lead", type=_not_negative, help="and cut so many later; else by the seed")
    return parser


def _port(text: str) -> int:
    return int(_number(text, 0, 65_535, "a port from 0 to 65535"))


def _count(text: str) -> int:
    return int(_number(text, 0, 5_000, "a number from 0 to 5000"))


def _positive(text: str) -> float:
    return _number(text, 1e-9, 1e9, "a number above 0")


def _not_negative(text: str) -> float:
    return _number(text, 0, 1e9, "a number not below 0")


def _share(text: str) -> float:
    return _number(text, 0, 0.5, "a share from 0 to 0.5")


def _number(text: str, low: float, high: float, expected: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise argparse.ArgumentTypeError(f"expected {expected}, got {text!r}")
    return value
