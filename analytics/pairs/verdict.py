"""The numbers of a pair in one sentence, for who knows no statistics. Nothing here computes anything new."""

from analytics.pairs.market import PairPrices
from analytics.records.pairs import Cointegration, Reversion, Verdict, VerdictKind
from analytics.records.snapshots import Completeness
from analytics.timeframes import seconds

LEVEL = 0.05
RELATED = ("tradable", "in_line", "no_half_life")
FAR = 1.0  # standard deviations from which on one side is called dear

_MINUTE, _HOUR, _DAY = 60.0, 3_600.0, 86_400.0
# Unit, its name, and up to which length it is used.
_UNITS = (
    (1.0, "second", _MINUTE),
    (_MINUTE, "minute", 2 * _HOUR),
    (_HOUR, "hour", 2 * _DAY),
    (_DAY, "day", float("inf")),
)


def verdict(
    prices: PairPrices,
    *,
    z: float | None,
    cointegration: Cointegration,
    half_life: Reversion,
    q_value: float | None = None,
) -> Verdict:
    """What the numbers say of a pair.

    Parameters
    ----------
    prices
        Those that all of it rests on.
    q_value
        p after correction for all pairs that were tried with it, if a scan has it.
    """
    bar = seconds(prices.timeframe)
    span = f"the last {duration(len(prices.closes) * bar, plain=True)}"
    kind = _kind(z, cointegration, half_life, q_value)
    if kind == "untestable":
        words = f"This pair cannot be judged: {_why(cointegration)}."
    elif kind == "not_tradable":
        words = f"No tradable relation over {span}: p {probability(cointegration.p_value)}."
    elif kind == "by_luck":
        words = (
            f"No tradable relation: alone the pair would pass (p {probability(cointegration.p_value)}), "
            f"among all pairs tried it may be luck (q {probability(q_value)})."
        )
    else:
        returns = _returns(half_life, bar, span)
        words = f"{_place(prices.names, z)}; {returns}; {_passes(cointegration, q_value)}."
    broken = _breaks(half_life, bar) if kind in RELATED else None
    return Verdict(kind, words + _caution(prices.completeness), broken)


def duration(length_seconds: float, *, plain: bool = False) -> str:
    """A length of time in words; `plain` says "day" for one of them.

    >>> [duration(s) for s in (12, 60, 2_280, 100_000, 400_000)]
    ['12 seconds', '1 minute', '38 minutes', '27.8 hours', '4.6 days']
    >>> duration(86_400, plain=True), duration(7_200, plain=True)
    ('day', '2 hours')
    """
    if plain and length_seconds == _DAY:
        return "day"
    for unit, name, most in _UNITS:
        if length_seconds < most:
            amount = f"{length_seconds / unit:.{0 if unit < _HOUR else 1}f}".removesuffix(".0")
            return f"{amount} {name}" if amount == "1" else f"{amount} {name}s"
    raise AssertionError("the last unit has no end")


def probability(value: float | None) -> str:
    """A p- or q-value as text.

    >>> probability(0.0004), probability(0.0234), probability(0.41), probability(1.0)
    ('< 0.001', '= 0.023', '= 0.41', '= 1')
    """
    if value is None:
        return "unknown"
    return "< 0.001" if value < 0.001 else f"= {value:.2g}"


def _kind(z: float | None, test: Cointegration, half_life: Reversion, q_value: float | None) -> VerdictKind:
    if test.p_value is None or z is None:
        return "untestable"
    if test.p_value > LEVEL:
        return "not_tradable"
    if q_value is not None and q_value > LEVEL:
        return "by_luck"
    if half_life.bars is None:
        return "no_half_life"
    return "tradable" if abs(z) >= FAR else "in_line"


def _why(test: Cointegration) -> str:
    return (
        (test.reason or "the spread has no score yet") if test.p_value is None else "the spread has no score"
    )


def _place(names: tuple[str, str], z: float | None) -> str:
    y, x = names
    if z is None or abs(z) < FAR:
        return f"{y} is in line with {x} ({abs(z or 0.0):.1f} standard deviations from the mean)"
    return f"{y} is {abs(z):.1f} standard deviations {'dear' if z > 0 else 'cheap'} against {x}"


def _returns(half_life: Reversion, bar_seconds: int, span: str) -> str:
    if half_life.bars is None:
        return f"how long such gaps last is not known: {half_life.reason}"
    told = f"such gaps halved in about {duration(max(half_life.bars * bar_seconds, 1.0))} over {span}"
    if half_life.high is None:
        return f"{told}, though it cannot be excluded that they stay"
    return told


def _breaks(half_life: Reversion, bar_seconds: int) -> str:
    slow = "gaps that no longer halve"
    if half_life.high is not None:
        slow = f"gaps not half gone after {duration(max(half_life.high * bar_seconds, 1.0))}"
    return (
        f"What would break it: {slow}, a p over newer bars that stays above {LEVEL}, or a beta that drifts "
        "away; a z that falls only because its mean has moved proves nothing."
    )


def _passes(test: Cointegration, q_value: float | None) -> str:
    if q_value is not None:
        return f"the relation passes the test at q {probability(q_value)}"
    return f"the relation passes the test at p {probability(test.p_value)}"


def _caution(whole: Completeness) -> str:
    missing = whole.expected - whole.present
    open_bars = whole.present - whole.final
    if whole.open_gaps and (missing or open_bars):
        return (
            f" Trades are missing in {missing + open_bars:,} of {whole.expected:,} bars, so this may change."
        )
    if missing:
        return f" It rests on {whole.present:,} of {whole.expected:,} bars."
    return ""
