// How often z was where, beside what a normal distribution would give.

import { count } from "../format.js";
import { loadPlotly } from "./plotly.js";
import { axis, baseLayout, colours, withAlpha } from "./theme.js";

const CONFIG = { displayModeBar: false, responsive: true, showTips: false };

export async function draw(element, { analysis }) {
  const palette = colours();
  const { edges, counts, n } = analysis.histogram;
  const width = edges[1] - edges[0];
  const middles = counts.map((_, place) => edges[place] + width / 2);
  const normal = middles.map((z) => (n * width * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI));
  const data = [
    { type: "bar", x: middles, y: counts, marker: { color: withAlpha(palette.accent, 0.6), line: { width: 0 } }, hovertemplate: "z %{x:.2f}: %{y} bars<extra></extra>" },
    { type: "scatter", mode: "lines", x: middles, y: normal, line: { color: palette["line-1"], width: 1.25, dash: "dot" }, hoverinfo: "skip" },
  ];
  const { z } = analysis.spread;
  const now = z === null ? [] : [{ type: "line", xref: "x", x0: z, x1: z, yref: "paper", y0: 0, y1: 1, line: { color: palette.text, width: 1 } }];
  await (await loadPlotly()).react(element, data, {
    ...baseLayout(palette),
    dragmode: false,
    hovermode: "closest",
    bargap: 0.08,
    margin: { l: 8, r: 64, t: 8, b: 28 },
    xaxis: { ...axis(palette), range: [edges[0], edges.at(-1)], fixedrange: true, nticks: 11 },
    yaxis: { ...axis(palette), side: "right", fixedrange: true, nticks: 5 },
    shapes: now,
  }, CONFIG);
  return `${count(n)} bars with a z; dotted: as many from a normal distribution; upright: the last bar.`;
}
