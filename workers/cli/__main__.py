"""`python -m workers.cli doctor | import | export | scan`: what a person does at a terminal.

Exit codes: 0 done, 1 refused, failed or nothing found, 2 wrong usage, 3 stopped, 4 a server
does not answer.
"""

import argparse
import importlib
import sys
from collections.abc import Sequence
from typing import Any

from workers.cli.exits import AWAY, FAILED, STOPPED, Refused
from workers.cli.terminal import say
from workers.coordination.errors import CoordinationDown
from workers.logs import set_up_logging
from workers.settings import BadSetting
from workers.store.errors import StoreDown

PROGRAM = "python -m workers.cli"
ONLY_ERRORS = 40
# The module of a command is loaded when it is asked for: statistics take a second.
COMMANDS = {
    "doctor": ("workers.cli.doctor", "what the product needs, and what is wrong with it"),
    "import": ("workers.imports.__main__", "trades and klines from files"),
    "export": ("workers.cli.export", "bars or trades of a symbol into a file"),
    "scan": ("workers.cli.scan", "tests every pair of symbols for cointegration"),
}


def main(words: Sequence[str]) -> int:
    """Does what the command line says; the exit code."""
    command = _parser().parse_args(words[:1]).command
    module = importlib.import_module(COMMANDS[command][0])
    if command == "import":  # has a parser of its own
        sys.argv = [f"{PROGRAM} {command}", *words[1:]]
        code: int = module.main()
        return code
    return _run(module, command, words[1:])


def _run(module: Any, command: str, words: Sequence[str]) -> int:  # Any: a module
    parser = argparse.ArgumentParser(prog=f"{PROGRAM} {command}", description=module.__doc__)
    module.add_arguments(parser)
    arguments = parser.parse_args(words)
    try:
        set_up_logging(level=ONLY_ERRORS)
        code: int = module.run(arguments)
    except (Refused, BadSetting) as problem:
        say(str(problem))
        return FAILED
    except StoreDown as problem:
        say(f"MongoDB does not answer: {type(problem).__name__}. Is the product running, is MONGO_URL right?")
        return AWAY
    except CoordinationDown as problem:
        say(f"Redis does not answer: {type(problem).__name__}. Is the product running, is REDIS_URL right?")
        return AWAY
    except KeyboardInterrupt:
        say("stopped")
        return STOPPED
    return code


def _parser() -> argparse.ArgumentParser:
    lines = "\n".join(f"  {name:<8} {text}" for name, (_, text) in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description=f"{__doc__}\n{lines}\n\nEach tells more with --help.",
        formatter_class=argparse.RawTextHelpFormatter,
    )
    parser.add_argument("command", choices=tuple(COMMANDS))
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
