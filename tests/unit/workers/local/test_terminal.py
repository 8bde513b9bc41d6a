"""A terminal that is closed is noticed, and is no reason to fall over."""

import os
import pty
import subprocess
import sys

from workers.local.terminal import is_closed


def test_a_closed_terminal_is_noticed() -> None:
    ours, theirs = pty.openpty()
    assert not is_closed(theirs)
    os.close(ours)
    assert is_closed(theirs)
    os.close(theirs)


def test_speaking_into_a_closed_pipe_does_not_end_the_speaker() -> None:
    speaking = "[say('x' * 9000) for _ in range(9)]"
    program = f"from workers.local.terminal import say; {speaking}; raise SystemExit(7)"
    reader, writer = os.pipe()
    with subprocess.Popen([sys.executable, "-c", program], stdout=writer, stderr=writer) as speaker:
        os.close(writer)
        os.close(reader)
    assert speaker.returncode == 7
