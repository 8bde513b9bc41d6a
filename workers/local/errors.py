"""What can go wrong on the way up."""


class CannotStart(Exception):
    """Raised when a part cannot run on this machine; the message says what to do about it."""
