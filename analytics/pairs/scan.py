"""Every pair of a table of closes, tested and described in one call."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analytics.errors import AnalyticsError
from analytics.pairs.cointegration import engle_granger
from analytics.pairs.dickey_fuller import LAG_CHOICES
from analytics.pairs.false_discoveries import pair_p_values, q_values
from analytics.pairs.mackinnon import p_values
from analytics.pairs.pair_answers import PairAnswers, ScanPlan, pair_answers
from analytics.pairs.scan_columns import begins_of, symbols_of, unfit_columns

Z_WINDOW_BARS = 60
LEAST_WINDOW = 3  # bars of a z-score, as of `rolling_zscore`


def scan_pairs(
    closes: pd.DataFrame,
    *,
    max_lag: int | None = None,
    lag_choice: str | None = "aic",
    z_window: int = Z_WINDOW_BARS,
    z_points: int = 0,
    quote_volume: pd.Series | None = None,
    min_quote_volume: float = 0.0,
) -> pd.DataFrame:
    """Engle-Granger, hedge and half-life of every ordered pair of a price table.

    Statistics are of log prices: ln y = intercept + beta ln x + spread.
    Parameters are those of `pair_rows`.

    Returns
    -------
    DataFrame
        One row for each ordered pair: those of `pair_rows`, and `pair_p_value`,
        min(1, 2 min of both directions), and `q_value`, the false discovery
        rate over the unordered pairs that could be tested. Both rows of a pair
        carry the same two.

    Examples
    --------
    >>> steps = np.random.default_rng(1).normal(size=(200, 3)) / 100
    >>> table = scan_pairs(pd.DataFrame(np.exp(steps.cumsum(axis=0)), columns=["A", "B", "C"]))
    >>> table[["y", "x", "n"]].head(2).to_dict("records")
    [{'y': 'A', 'x': 'B', 'n': 200.0}, {'y': 'A', 'x': 'C', 'n': 200.0}]
    """
    rows = pair_rows(
        closes,
        max_lag=max_lag,
        lag_choice=lag_choice,
        z_window=z_window,
        z_points=z_points,
        quote_volume=quote_volume,
        min_quote_volume=min_quote_volume,
    )
    return with_q_values(rows)


def pair_rows(
    closes: pd.DataFrame,
    *,
    ys: Sequence[str] | None = None,
    max_lag: int | None = None,
    lag_choice: str | None = "aic",
    z_window: int = Z_WINDOW_BARS,
    z_points: int = 0,
    quote_volume: pd.Series | None = None,
    min_quote_volume: float = 0.0,
) -> pd.DataFrame:
    """The rows of a scan whose y is one of `ys`, without what needs all of them.

    Parameters
    ----------
    closes
        One column for each symbol, by bar start, oldest first. A column may
        begin late (NaN before); a pair then uses the bars both have.
    max_lag, lag_choice
        As for `engle_granger`.
    z_window, z_points
        Bars of the rolling z-score; how many of its last values are kept.
    quote_volume, min_quote_volume
        Per symbol, in the quote asset per bar or day as the caller likes; a
        symbol below the least, or without a volume, is not tested.

    Returns
    -------
    DataFrame
        y, x, beta, intercept, statistic, p_value, lags, half_life (bars, as
        `half_life` tells them), zscore (of the last bar), n (bars used),
        reason (why there is no test, else None), and with z_points the column
        zscores, each oldest first.

    Raises
    ------
    AnalyticsError
        A parameter is impossible, or the columns are not named by one text each.
    """
    symbols = symbols_of(closes)
    plan = _plan(max_lag, lag_choice, z_window, z_points)
    faults = unfit_columns(closes, quote_volume, min_quote_volume)
    fit = np.array([symbol not in faults for symbol in symbols], dtype=bool)
    wanted = np.array([ys is None or symbol in ys for symbol in symbols], dtype=bool)
    logs = np.ascontiguousarray(np.log(closes.to_numpy(np.float64).T[fit]))
    answers = pair_answers(logs, begins_of(logs), np.flatnonzero(wanted[fit]), plan)
    _settle_open(answers, logs)
    return _table(symbols, wanted, faults, _columns(answers, logs))


def _plan(max_lag: int | None, lag_choice: str | None, z_window: int, z_points: int) -> ScanPlan:
    if lag_choice not in LAG_CHOICES:
        expected = ", ".join(str(choice) for choice in LAG_CHOICES)
        raise AnalyticsError(f"lag_choice must be one of {expected}, got {lag_choice!r}")
    given = {"max_lag": (max_lag, 0), "z_window": (z_window, LEAST_WINDOW), "z_points": (z_points, 0)}
    for name, (value, least) in given.items():
        if value is not None and (not isinstance(value, int | np.integer) or value < least):
            raise AnalyticsError(f"{name} must be a whole number of at least {least}, got {value!r}")
    return ScanPlan(max_lag, lag_choice, z_window, z_points)


def with_q_values(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with `pair_p_value` and `q_value`, which need both directions and all pairs."""
    chances = pair_p_values(rows)
    return rows.assign(pair_p_value=chances, q_value=q_values(rows, chances))


def _settle_open(answers: PairAnswers, logs: np.ndarray) -> None:
    """The few that sums of products cannot tell, each by itself from its design matrix."""
    for row, x in np.argwhere(answers.open):
        span = slice(logs.shape[1] - answers.bars[row, x], None)
        of_y, of_x = (pd.Series(logs[symbol, span]) for symbol in (answers.rows[row], x))
        test = engle_granger(of_y, of_x, "c", answers.plan.max_lag, answers.plan.lag_choice)
        answers.statistic[row, x], answers.reason[row, x] = test.statistic, test.reason
        answers.lags[row, x] = -1 if test.lags is None else test.lags


def _columns(answers: PairAnswers, logs: np.ndarray) -> dict[str, np.ndarray]:
    columns = {
        "beta": answers.beta,
        "intercept": _intercepts(answers, logs),
        "statistic": answers.statistic,
        "p_value": p_values(answers.statistic, series=2),
        "lags": np.where(answers.lags < 0, np.nan, answers.lags),
        "half_life": answers.half_life,
        "zscore": answers.scores[:, :, -1],
        "n": answers.bars.astype(np.float64),
        "reason": answers.reason,
    }
    return columns | ({"zscores": answers.scores} if answers.plan.z_points else {})


def _intercepts(answers: PairAnswers, logs: np.ndarray) -> np.ndarray:
    """What is left of y's mean beside beta times x's, over the bars each pair uses."""
    intercepts = np.full(answers.bars.shape, np.nan)
    for size in np.unique(answers.bars):
        means = logs[:, -size:].mean(axis=1)
        of_size = answers.bars == size
        intercepts[of_size] = (means[answers.rows][:, None] - answers.beta * means)[of_size]
    return intercepts


def _table(
    symbols: list[str], wanted: np.ndarray, faults: dict[str, str], columns: dict[str, np.ndarray]
) -> pd.DataFrame:
    """The rows in the order of the columns, those of unfit symbols with the reason alone."""
    names = np.array(symbols, dtype=object)
    ys = names[wanted]
    pairs = np.not_equal.outer(ys, names)
    fit = np.array([symbol not in faults for symbol in symbols], dtype=bool)
    row, x = np.nonzero(pairs)
    tested = np.outer(fit[wanted], fit)
    table: dict[str, object] = {"y": ys[row], "x": names[x]}
    for name, values in columns.items():
        whole = np.full((*pairs.shape, *values.shape[2:]), None if values.dtype == object else np.nan)
        whole[np.ix_(fit[wanted], fit)] = values
        table[name] = list(whole[pairs]) if values.ndim > 2 else whole[pairs]
    reasons = table["reason"]
    assert isinstance(reasons, np.ndarray)
    for place in np.flatnonzero(~tested[pairs]):
        reasons[place] = faults.get(ys[row[place]]) or faults[names[x[place]]]
    table["reason"] = pd.Series(reasons, dtype=object)
    return pd.DataFrame(table)
