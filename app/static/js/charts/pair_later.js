// What the spread did after each z: where gaps close, the points fall from left to right.

import { count, ratio } from "../format.js";
import { loadPlotly } from "./plotly.js";
import { axis, baseLayout, colours, withAlpha } from "./theme.js";

const CONFIG = { displayModeBar: false, responsive: true, showTips: false };

export async function draw(element, { analysis }) {
  const palette = colours();
  const { z, change, slope, bars, n, reason } = analysis.later;
  const middle = (values) => values.reduce((sum, value) => sum + value, 0) / (values.length || 1);
  const [meanZ, meanChange] = [middle(z), middle(change)];
  const ends = z.length ? [Math.min(...z), Math.max(...z)] : [];
  const fitted = slope === null ? [] : ends.map((end) => meanChange + slope * (end - meanZ));
  const data = [
    { type: "scatter", mode: "markers", x: z, y: change, marker: { size: 4, color: withAlpha(palette.accent, 0.45) }, hovertemplate: "z %{x:.2f}, then %{y:+.2f}<extra></extra>" },
    { type: "scatter", mode: "lines", x: ends, y: fitted, line: { color: palette["line-1"], width: 1.5 }, hoverinfo: "skip" },
  ];
  await (await loadPlotly()).react(element, data, {
    ...baseLayout(palette),
    dragmode: false,
    hovermode: "closest",
    margin: { l: 8, r: 64, t: 8, b: 36 },
    xaxis: { ...axis(palette), fixedrange: true, nticks: 11, title: { text: "z", standoff: 4 } },
    yaxis: { ...axis(palette), side: "right", fixedrange: true, nticks: 6 },
  }, CONFIG);
  if (reason) return `Too little to show: ${reason}.`;
  return `Change of the spread over the next ${count(bars)} bars, in deviations; slope ${ratio(slope, 2)} over ${count(n)} bars. By looking back, not a forecast.`;
}
