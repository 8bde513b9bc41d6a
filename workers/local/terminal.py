"""What the launcher says to the person at the terminal."""

import os
import select
import sys

NAME_WIDTH = 18


def say(text: str, end: str = "\n") -> None:
    """Prints at once; a terminal that was closed is no reason to stop half-way."""
    _write(sys.stdout, text + end)


def complain(text: str) -> None:
    """Prints a problem where problems belong."""
    _write(sys.stderr, text + "\n")


def dotted(name: str) -> str:
    """The beginning of a progress line.

    >>> dotted("MongoDB") + "ready (0.8 s)"
    'MongoDB .......... ready (0.8 s)'
    """
    return f"{name} ".ljust(NAME_WIDTH, ".") + " "


def is_closed(descriptor: int = 1) -> bool:
    """Whether the terminal this process writes to was closed. Not every shell says so by SIGHUP."""
    poll = select.poll()
    poll.register(descriptor, 0)
    return any(event & select.POLLHUP for _, event in poll.poll(0))


def _write(stream: object, text: str) -> None:
    try:
        print(text, end="", file=stream, flush=True)  # type: ignore[call-overload]  # a text stream
    except OSError:
        _give_up_the_terminal()


def _give_up_the_terminal() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)
