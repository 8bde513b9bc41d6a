"""What trades on the synthetic market: prices, steps, sizes and activity of each symbol.

Prices and steps resemble Binance's spot market of 2025. Volatilities are per day.
"""

from dataclasses import dataclass

MARKET_VOLATILITY = 0.022  # of the factor all symbols share, per day


@dataclass(frozen=True, slots=True)
class Listing:
    """One symbol of the synthetic market."""

    name: str
    base: str
    price: float  # in USDT, the level the price comes back to over months
    price_digits: int
    quantity_digits: int
    spread: int  # between bid and ask, in ticks
    share: float  # of all trades
    notional: float  # of a typical taker order, in USDT
    market_beta: float
    own_volatility: float


def _listing(base: str, *numbers: float) -> Listing:
    price, price_digits, quantity_digits, spread, share, notional, beta, own = numbers
    return Listing(
        f"{base}USDT",
        base,
        price,
        int(price_digits),
        int(quantity_digits),
        int(spread),
        share,
        notional,
        beta,
        own,
    )


# The share of a thin symbol is fixed by THIN_SECONDS instead.
LISTINGS = (
    #        price    digits    spread share notional beta  own volatility
    _listing("BTC", 64_000.0, 2, 5, 1, 0.30, 320.0, 1.00, 0.009),
    _listing("ETH", 3_150.0, 2, 4, 1, 0.20, 260.0, 1.20, 0.010),
    _listing("SOL", 148.0, 2, 3, 1, 0.11, 190.0, 1.45, 0.017),
    _listing("BNB", 585.0, 2, 3, 1, 0.07, 200.0, 0.85, 0.010),
    _listing("XRP", 0.5820, 4, 1, 1, 0.07, 170.0, 1.05, 0.016),
    _listing("DOGE", 0.12640, 5, 0, 1, 0.06, 150.0, 1.40, 0.018),
    _listing("ADA", 0.4470, 4, 1, 1, 0.04, 120.0, 1.20, 0.015),
    _listing("AVAX", 28.60, 2, 2, 1, 0.04, 130.0, 1.50, 0.016),
    _listing("LINK", 13.90, 2, 2, 1, 0.04, 120.0, 1.25, 0.016),
    _listing("LTC", 72.40, 2, 3, 1, 0.03, 110.0, 0.95, 0.014),
    _listing("DOT", 6.350, 3, 2, 1, 0.02, 100.0, 1.20, 0.015),
    _listing("POL", 0.5230, 4, 1, 1, 0.02, 90.0, 1.25, 0.018),
    _listing("ZEN", 9.410, 3, 2, 6, 0.0, 70.0, 0.90, 0.025),
)
SMALL_SHARE = 0.004  # of each further symbol, in trades beside those of the list
THIN_SYMBOL = "ZENUSDT"
THIN_SECONDS = 35.0  # between two trades of it, on average, whatever the rate of the others


def listings(count: int) -> tuple[Listing, ...]:
    """The list, and so many small symbols more that there are `count`; never fewer than the list.

    >>> [listing.name for listing in listings(15)][-3:]
    ['ZENUSDT', 'N014USDT', 'N015USDT']
    """
    more = [
        _listing(f"N{number:03}", 1.0 + number / 10, 3, 2, 1, SMALL_SHARE, 90.0, 1.0, 0.015)
        for number in range(len(LISTINGS) + 1, count + 1)
    ]
    return (*LISTINGS, *more)
