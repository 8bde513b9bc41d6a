// Divergences as Plotly's traces: a line between the two pivots, on the price and on RSI where it is
// shown, and a tick at the bar where it became known.

import { placeOf } from "../series.js";

const SIDES = { bullish: "up", bearish: "down" };
const DASHES = { regular: "solid", hidden: "dot" };

export function divergenceTraces({ columns, bars, view, panes }, shift, palette, axes) {
  const seen = columns.divergences.filter(({ first, confirmedAt }) => confirmedAt >= view[0] && first.at <= view[1]);
  const traces = [];
  for (const [side, colour] of Object.entries(SIDES)) {
    for (const [sort, dash] of Object.entries(DASHES)) {
      const found = seen.filter(({ kind }) => kind === `${sort}_${side}`);
      if (!found.length) continue;
      const line = { color: palette[colour], width: 1.75, dash };
      traces.push(between(`${sort} ${side} divergence`, found, "price", axes.price, line, shift));
      if (panes.includes("rsi")) traces.push(between(`${sort} ${side} divergence, RSI`, found, "rsi", axes.rsi, line, shift));
    }
    const known = seen.filter(({ kind }) => kind.endsWith(side));
    if (known.length) traces.push(ticks(side, known, bars, axes.price, palette[colour], shift));
  }
  return traces;
}

// "regular bullish divergence" of the bars that end or confirm one; for the line above the chart.
export function divergenceWords(divergences, at) {
  return divergences.filter(({ confirmedAt }) => confirmedAt === at).map(({ kind }) => `${kind.replace("_", " ")} divergence known`);
}

function between(name, divergences, field, axis, line, shift) {
  const points = divergences.flatMap(({ first, second }) => [first, second, null]);
  return {
    type: "scatter",
    mode: "lines",
    name,
    x: points.map((point) => point && shift(point.at)),
    y: points.map((point) => point && point[field]),
    yaxis: axis,
    line: { ...line, simplify: false },
    connectgaps: false,
    hoverinfo: "skip",
  };
}

// Below the low of the bar that confirmed it, or above its high.
function ticks(side, divergences, bars, axis, colour, shift) {
  const edge = side === "bullish" ? "low" : "high";
  const height = ({ confirmedAt, second }) => {
    const bar = bars[placeOf(bars, confirmedAt)];
    return bar?.at === confirmedAt ? bar[edge] : second.price;
  };
  return {
    type: "scatter",
    mode: "markers",
    name: `${side} divergence known`,
    x: divergences.map(({ confirmedAt }) => shift(confirmedAt)),
    y: divergences.map(height),
    yaxis: axis,
    marker: { symbol: side === "bullish" ? "arrow-up" : "arrow-down", size: 7, color: colour, standoff: 4 },
    hoverinfo: "skip",
  };
}
