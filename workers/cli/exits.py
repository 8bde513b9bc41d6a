"""Exit codes of the commands, and how a command refuses."""

DONE, FAILED, USAGE, STOPPED, AWAY = 0, 1, 2, 3, 4


class Refused(Exception):
    """Raised when a command cannot do what was asked; the sentence says why."""
