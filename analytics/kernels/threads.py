"""How many threads compiled loops may use at once."""

from numba import config


def allowed_threads() -> int:
    """NUMBA_NUM_THREADS where the process names it, else the number of cores.

    Kernels run outside Python's lock, so ordinary threads are enough; numba's
    own threading layers, which do not survive a fork, are not used.
    """
    return int(config.NUMBA_NUM_THREADS)  # type: ignore[attr-defined]  # numba fills it in at import
