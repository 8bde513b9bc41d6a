"""Two symbols and more: what moves together, comes apart and comes back.

aligned      aligned_closes

Series are float64, indexed by the bars' start in UTC, oldest first. A number
that does not exist is NaN, with the reason in words beside it.
"""

from analytics.pairs.aligned import aligned_closes

__all__ = ["aligned_closes"]
