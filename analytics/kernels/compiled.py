"""How loops are compiled: once, kept on the disk, and run outside Python's lock."""

from collections.abc import Callable
from typing import Any

from numba import njit

Loop = Callable[..., Any]  # its types are those of the arguments it is first called with


def compiled(*, any_order: bool = False) -> Callable[[Loop], Loop]:
    """A decorator that compiles a loop when it is first called.

    The code is kept beside the source, or in the user's cache where that
    cannot be written, or in NUMBA_CACHE_DIR; where nothing can be written it is
    compiled by each process anew.

    Parameters
    ----------
    any_order
        Terms of a sum may be added in any order: quicker, and no less exact.
    """

    def decorated(loop: Loop) -> Loop:
        order = {"reassoc", "contract"} if any_order else False
        try:
            return njit(cache=True, nogil=True, fastmath=order)(loop)
        except RuntimeError:  # no folder for the cache
            return njit(nogil=True, fastmath=order)(loop)

    return decorated
