"""What keeps a file from being imported."""


class ImportRefused(ValueError):
    """Raised when a file as a whole cannot be imported; says what was expected and what came."""
