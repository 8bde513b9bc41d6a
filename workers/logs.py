"""One logging setup for every process: a line of facts with time, level and place."""

import logging
import sys

FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


def set_up_logging(level: int = logging.INFO) -> None:
    """Log to standard error in the house form; libraries only when they warn."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter(FORMAT))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for package in ("workers", "app", "analytics"):
        logging.getLogger(package).setLevel(level)
