"""gunicorn's own lines in the house form: `gunicorn --logger-class workers.gunicorn_logs.HouseLogger`."""

from typing import Any

from gunicorn.glogging import Logger

from workers.logs import house_handler


class HouseLogger(Logger):
    """What it says of its start, its workers and its end."""

    def setup(self, cfg: Any) -> None:  # Any: gunicorn's settings
        """Take the house's handler instead of gunicorn's own."""
        super().setup(cfg)
        self.error_log.handlers[:] = [house_handler()]
