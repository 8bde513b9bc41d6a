"""Room on the disk that holds the spool, told with the figures of the stream."""

import shutil
from pathlib import Path

from workers.settings import load_settings
from workers.stream.figures import Figures

GIGABYTE = 1e9


def spool_disk_figures() -> Figures:
    """What is left of the disk below SPOOL_DIR; nothing while there is no such folder."""
    try:
        usage = shutil.disk_usage(Path(load_settings().spool_dir).expanduser())
    except OSError:
        return {}
    free, total = usage.free / GIGABYTE, usage.total / GIGABYTE
    return {"spool_disk_free_gb": round(free, 1), "spool_disk_total_gb": round(total, 1)}
