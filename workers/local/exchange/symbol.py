"""A symbol as the exchange knows it: prices and quantities as whole units, and how they are written."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]

SPOT_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Symbol:
    """A traded symbol. A price of 1234 with two digits is 12.34."""

    name: str
    base: str
    quote: str
    price_digits: int
    quantity_digits: int
    written_digits: int  # spot writes every number with eight digits, futures with the symbol's own

    def price_texts(self, units: Integers) -> list[str]:
        """Many prices at once."""
        return decimal_texts(units, self.price_digits, self.written_digits)

    def quantity_texts(self, units: Integers) -> list[str]:
        """Many quantities at once."""
        return decimal_texts(units, self.quantity_digits, self.written_digits)

    def price_text(self, units: int) -> str:
        """A price as the exchange writes it."""
        return decimal_text(units, self.price_digits, self.written_digits)

    def quantity_text(self, units: int) -> str:
        """A quantity as the exchange writes it."""
        return decimal_text(units, self.quantity_digits, self.written_digits)

    def quote_text(self, units: int) -> str:
        """Price times quantity as the exchange writes it."""
        return decimal_text(units, self.price_digits + self.quantity_digits, self.written_digits)


def decimal_texts(units: Integers, digits: int, written: int) -> list[str]:
    """`decimal_text` of many numbers, none below 0.

    >>> decimal_texts(np.array([6183763, 1]), 2, 8)
    ['61837.63000000', '0.01000000']
    """
    written = max(written, digits)
    if written == 0:
        return [str(number) for number in units.tolist()]
    wholes, rests = np.divmod(units * 10 ** (written - digits), 10**written)
    columns = zip(wholes.tolist(), rests.tolist(), strict=True)
    if written == SPOT_DIGITS:
        return [f"{whole}.{rest:08d}" for whole, rest in columns]
    return [f"{whole}.{rest:0{written}d}" for whole, rest in columns]


def decimal_text(units: int, digits: int, written: int) -> str:
    """Exact decimal form of a whole number of units, padded to the written digits.

    >>> decimal_text(6183763, 2, 8), decimal_text(10, 0, 0), decimal_text(-5, 1, 3)
    ('61837.63000000', '10', '-0.500')
    """
    written = max(written, digits)
    if written == 0:
        return str(units)
    sign = "-" if units < 0 else ""
    whole, rest = divmod(abs(units) * 10 ** (written - digits), 10**written)
    return f"{sign}{whole}.{rest:0{written}d}"
