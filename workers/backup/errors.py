"""What keeps a database from being backed up or restored."""


class BackupRefused(RuntimeError):
    """Raised when a backup or restore cannot be done; says what is in the way and what to do."""
