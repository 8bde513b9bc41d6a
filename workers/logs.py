"""One logging setup for every process: a line of facts with time, level and place."""

import logging
import sys

# Ours, and Celery's word that a worker is up; not its line per task.
SPOKEN = ("workers", "app", "analytics", "celery.apps.worker")

FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


def set_up_logging(level: int = logging.INFO) -> None:
    """Log to standard error in the house form; libraries only when they warn."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter(FORMAT))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for package in SPOKEN:
        logging.getLogger(package).setLevel(level)
