"""What keeps a file from being imported."""


class ImportRefused(ValueError):
    """Raised when a file as a whole cannot be imported; says what was expected and what came."""


class SymbolMissing(ImportRefused):
    """Raised when neither the rows of a file nor its name say of which symbol they are."""
