"""An order in which symbols that move together stand together."""

from collections.abc import Sequence

import numpy as np
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform


def clustered_order(correlation: np.ndarray, names: Sequence[str]) -> list[str]:
    """Names in the order of a clustering on 1 - correlation, each next to what is most like it.

    Average linkage, leaves ordered so that neighbours are as near as the tree
    allows; of the two directions the one that has the first name in its first
    half. Names without any correlation stand at the end.

    References
    ----------
    Bar-Joseph, Z., Gifford, D., Jaakkola, T. (2001). Fast Optimal Leaf Ordering
    for Hierarchical Clustering. Bioinformatics 17, S22-S29.

    Examples
    --------
    >>> clustered_order(np.array([[1, 0.1, 0.9], [0.1, 1, 0.2], [0.9, 0.2, 1]]), ["a", "b", "c"])
    ['a', 'c', 'b']
    """
    correlates = ~np.isnan(np.diag(correlation))
    known = np.flatnonzero(correlates)
    others = [name for name, does in zip(names, correlates.tolist(), strict=True) if not does]
    if len(known) < 3:
        return [*(names[place] for place in known.tolist()), *others]
    distance = 1.0 - np.nan_to_num(correlation[np.ix_(known, known)])
    np.fill_diagonal(distance, 0.0)
    tree = linkage(squareform(distance, checks=False), "average", optimal_ordering=True)
    order = known[leaves_list(tree)]
    if np.flatnonzero(order == known[0])[0] >= len(order) / 2:
        order = order[::-1]
    return [*(names[place] for place in order.tolist()), *others]
