"""Lag products of all symbols with all symbols, at a cost that hardly grows with the bars.

The series are cut into blocks that overlap by the lags and taken to their
spectra; what one symbol's block gives with another's is a product there, the
blocks of a pair add up before the way back, and all pairs of one frequency are
one matrix product.
"""

import numpy as np
from numpy.lib.stride_tricks import as_strided

_ROWS_AT_ONCE = 64


def cross_lag_products(
    steps: np.ndarray, now: np.ndarray, past: np.ndarray, lags: int, *, size: int | None = None
) -> np.ndarray:
    """Sums of u[t] v[t-j] over t >= lags, for j = 0 .. lags.

    Parameters
    ----------
    steps
        Shape (symbols, times).
    now, past
        Rows of steps: which symbols are u, and which v.
    size
        Length of a block, a power of two above the lags.

    Returns
    -------
    ndarray
        Shape (now, past, lags + 1).
    """
    size = size or _block_size(lags)
    blocks = _blocks(steps, lags, size)
    of_past = np.fft.rfft(blocks[past]).transpose(2, 1, 0).conj()
    # Times before the first full lag belong to the block as the past alone.
    fresh = np.where(np.arange(size) >= lags, blocks[now], 0.0)
    of_now = np.fft.rfft(fresh).transpose(2, 0, 1)
    back = _way_back(size, lags)
    products = np.empty((len(now), len(past), lags + 1))
    for first in range(0, len(now), _ROWS_AT_ONCE):
        spectra = of_now[:, first : first + _ROWS_AT_ONCE] @ of_past
        flat = spectra.reshape(len(spectra), -1)
        part = flat.real.T @ back.real - flat.imag.T @ back.imag
        products[first : first + _ROWS_AT_ONCE] = part.reshape(*spectra.shape[1:], lags + 1)
    return products


def own_lag_products(steps: np.ndarray, lags: int) -> np.ndarray:
    """The same of each symbol with itself, shape (symbols, lags + 1)."""
    count = steps.shape[1]
    now = steps[:, lags:]
    return np.array(
        [np.einsum("ij,ij->i", now, steps[:, lags - lag : count - lag]) for lag in range(lags + 1)]
    ).T


def _block_size(lags: int) -> int:
    return 1 << max(6, (4 * lags).bit_length())


def _blocks(steps: np.ndarray, lags: int, size: int) -> np.ndarray:
    """Blocks that overlap by the lags, the last filled with zeros; shape (symbols, blocks, size)."""
    fresh = size - lags
    count = -(-(steps.shape[1] - lags) // fresh)
    padded = np.zeros((len(steps), lags + count * fresh))
    padded[:, : steps.shape[1]] = steps
    row, time = padded.strides
    return as_strided(padded, (len(steps), count, size), (row, fresh * time, time), writeable=False)


def _way_back(size: int, lags: int) -> np.ndarray:
    """From the half spectrum to the first lags, shape (frequencies, lags + 1)."""
    frequencies = np.arange(size // 2 + 1)
    weights = np.where((frequencies == 0) | (frequencies == size // 2), 1.0, 2.0) / size
    turns = np.outer(frequencies, np.arange(lags + 1)) % size
    return weights[:, None] * np.exp(2j * np.pi * turns / size)
