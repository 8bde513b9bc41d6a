"""An analysis of a pair as one HTML file: sentence, figures and charts, readable without a network."""

from collections.abc import Iterable, Sequence
from html import escape

from plotly import graph_objects as go
from plotly.io import to_html
from plotly.subplots import make_subplots

from analytics.records.pairs import CORRELATION_BARS, PairAnalysis
from analytics.thinning import thinned_line

MOST_POINTS = 2_000  # of a line: more than there are pixels
WARNINGS = {
    "TESTNET": "Binance's testnet, no real prices",
    "SIMULATED": "Simulated market, no real prices",
    "REPLAY": "Replay of a captured market",
}

UNFITTED = ("ratio", "dollar_neutral")  # spreads without a method

_Y, _X, _GREY, _MARK, _BAD = "#1f6fc4", "#b04c00", "#626d7b", "#17202b", "#c0322f"
# What happened, as (event, state after it): how it is drawn. That the rule is armed again is not.
_MARKS = {
    ("entry", "long_spread"): ("long", "triangle-up", _Y),
    ("entry", "short_spread"): ("short", "triangle-down", _X),
    ("exit", "flat"): ("left at the mean", "circle", _MARK),
    ("stop", "stopped"): ("stopped", "x", _BAD),
    ("time_stop", "stopped"): ("stopped by time", "x", _BAD),
}
_STYLE = """
body { font: 14px/1.5 system-ui, sans-serif; color: #17202b; background: #fff; }
body { margin: 24px auto; max-width: 1200px; padding: 0 24px; }
h1 { font-size: 20px; margin: 0; } .sentence { font-size: 16px; } .warn { color: #8a5f00; font-weight: 600; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px 24px; }
dt { color: #55606e; } dd { margin: 0; font-size: 18px; font-variant-numeric: tabular-nums; }
small { color: #626d7b; }
"""


def pair_report(found: PairAnalysis, *, source: str) -> str:
    """The whole file; `source` says where the prices come from and stands on top unless it is LIVE."""
    title = f"{found.y} against {found.x}, {found.timeframe}"
    warning = f'<p class="warn">{escape(WARNINGS[source])}</p>' if source in WARNINGS else ""
    chart = to_html(_figure(found), full_html=False, include_plotlyjs=True, config={"displaylogo": False})
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style></head>
<body><h1>{escape(title)}</h1>{warning}
<p class="sentence">{escape(found.verdict.sentence)}</p>
<p>{escape(found.verdict.breaks or "")}</p>
<dl>{"".join(_entries(found))}</dl>
{chart}
<p><small>{escape(_foot(found))}</small></p></body></html>
"""


def _entries(found: PairAnalysis) -> Iterable[str]:
    test, half_life = found.cointegration, found.half_life
    low, high = _number(half_life.low, 1), "open" if half_life.high is None else _number(half_life.high, 1)
    told = {
        "z": _number(found.spread.z, 2),
        "p, both directions": _probability(test.p_value),
        f"p, {found.y} on {found.x}": _probability(test.y_on_x.p_value),
        f"p, {found.x} on {found.y}": _probability(test.x_on_y.p_value),
        "q": _probability(found.q_value),
        f"beta ({found.method})": _number(found.hedge.beta, 4),
        "half-life, bars": f"{_number(half_life.bars, 1)} [{low}, {high}]"
        if half_life.bars is not None
        else "–",
        "correlation of returns": _number(found.correlation, 3),
        "signal": found.signal.state.replace("_", " ") if found.signal else "–",
    }
    return (f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in told.items())


def _figure(found: PairAnalysis) -> go.Figure:
    figure = make_subplots(
        rows=5,
        cols=1,
        shared_xaxes=True,
        vertical_spacing=0.04,
        row_heights=[0.27, 0.27, 0.2, 0.13, 0.13],
        subplot_titles=(
            f"Prices, % from the left edge: {found.y} blue, {found.x} brown",
            f"Spread ({found.kind}): ▲ long, ▼ short, ● left at the mean, ✕ stopped",
            "z",
            "Rolling beta",
            f"Correlation of the last {CORRELATION_BARS} log returns",
        ),
    )
    figure.add_traces(_prices(found), rows=1, cols=1)
    figure.add_traces([*_bands(found), *_marks(found)], rows=2, cols=1)
    figure.add_trace(_line(found, found.series["z"], _Y, "z"), row=3, col=1)
    for level in _levels(found):
        figure.add_hline(level, row=3, col=1, line={"color": _GREY, "width": 1, "dash": "dot"})
    figure.add_trace(_line(found, found.beta_path["beta"], _Y, "beta"), row=4, col=1)  # type: ignore[arg-type] # JSON
    figure.add_trace(_line(found, found.series["correlation"], _Y, "correlation"), row=5, col=1)
    figure.update_yaxes(range=[-1.05, 1.05], tickvals=[-1, 0, 1], row=5, col=1)
    figure.update_layout(
        height=1_150, template="plotly_white", hovermode="x unified", showlegend=False, margin={"t": 40}
    )
    return figure


def _prices(found: PairAnalysis) -> list[go.Scatter]:
    return [
        _line(found, _percent(found.series[side]), colour, name)
        for side, colour, name in (("y", _Y, found.y), ("x", _X, found.x))
    ]


def _bands(found: PairAnalysis) -> list[go.Scatter]:
    means, deviations = found.series["mean"], found.series["deviation"]
    lines = [_line(found, found.series["spread"], _Y, "spread"), _line(found, means, _GREY, "mean")]
    for count in (-3, -2, -1, 1, 2, 3):
        edge = [
            None if m is None or d is None else m + count * d for m, d in zip(means, deviations, strict=True)
        ]
        lines.append(_line(found, edge, _GREY, f"{count:+d} deviations", dash="dot"))
    return lines


def _marks(found: PairAnalysis) -> list[go.Scatter]:
    traces = []
    for kind, (name, shape, colour) in _MARKS.items():
        marks = [mark for mark in found.marks if (mark["event"], mark["state"]) == kind]
        traces.append(
            go.Scatter(
                x=[found.starts[int(str(mark["place"]))] for mark in marks],
                y=[mark["spread"] for mark in marks],
                mode="markers",
                name=name,
                marker={"symbol": shape, "size": 9, "color": colour},
            )
        )
    return traces


def _levels(found: PairAnalysis) -> list[float]:
    if found.signal is None:
        return [0.0]
    return [0.0, *(sign * level for level in (found.signal.entry, found.signal.stop) for sign in (1, -1))]


def _line(
    found: PairAnalysis, values: Sequence[float | None], colour: str, name: str, *, dash: str = "solid"
) -> go.Scatter:
    line = {"color": colour, "width": 1, "dash": dash}
    places = thinned_line(values, MOST_POINTS)
    moments, shown = [found.starts[place] for place in places], [values[place] for place in places]
    return go.Scatter(x=moments, y=shown, mode="lines", name=name, line=line)


def _percent(values: Sequence[float | None]) -> list[float | None]:
    first = next((value for value in values if value), None)
    return [None if value is None or first is None else 100 * (value / first - 1) for value in values]


def _foot(found: PairAnalysis) -> str:
    whole = found.completeness
    return (
        f"As of {found.as_of:%Y-%m-%d %H:%M} UTC, {found.bars:,} bars of {found.timeframe}; "
        f"{whole.present:,} of {whole.expected:,} present, {whole.final:,} final, "
        f"{whole.open_gaps} open gaps. "
        f"Hedge: {found.method if found.kind not in UNFITTED else 'none'}, spread: {found.kind}. "
        f"z: {found.score}. {found.hindsight or ''} p: {_test_of(found)}."
    )


def _test_of(found: PairAnalysis) -> str:
    tested = {"ratio": "Dickey-Fuller of the ratio", "dollar_neutral": "Dickey-Fuller of the spread"}
    return tested.get(found.kind, "Engle-Granger")


def _number(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:,.{digits}f}"


def _probability(value: float | None) -> str:
    return "< 0.001" if value is not None and value < 0.001 else _number(value, 3)
