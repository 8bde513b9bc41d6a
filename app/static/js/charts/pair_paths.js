// How the relation changed: beta on the left axis of its pane, p under it with the level of 5 %.

import { zoneShiftMs } from "../format.js";
import { loadPlotly } from "./plotly.js";
import { axis, baseLayout, colours } from "./theme.js";

const CONFIG = { displayModeBar: false, responsive: true, showTips: false };

// history: {analysis, zone}; returns the words under the chart.
export async function draw(element, { analysis, zone }) {
  const palette = colours();
  const { beta_path: beta, p_path: p } = analysis;
  const at = analysis.starts.map((start) => Date.parse(start) + zoneShiftMs(Date.parse(start), zone));
  const line = (colour) => ({ color: colour, width: 1.25, simplify: false });
  const data = [
    { type: "scatter", mode: "lines", x: at, y: beta.beta, line: line(palette["line-2"]), hovertemplate: "beta %{y:.4f}<extra></extra>" },
    { type: "scatter", mode: "lines+markers", x: p.place.map((place) => at[place]), y: p.p_value, yaxis: "y2", line: line(palette.accent), marker: { size: 4 }, hovertemplate: "p %{y:.3f}<extra></extra>" },
  ];
  const plain = { ...axis(palette), side: "right", fixedrange: true, anchor: "x" };
  const name = (text, colour, yref) => ({ xref: "paper", yref: `${yref} domain`, x: 0.006, y: 0.98, xanchor: "left", yanchor: "top", text, showarrow: false, font: { color: colour, size: 11 } });
  await (await loadPlotly()).react(element, data, {
    ...baseLayout(palette),
    dragmode: false,
    hovermode: "x unified",
    hoverlabel: { bgcolor: palette.raised, bordercolor: palette.border, font: { color: palette.text, size: 11 } },
    margin: { l: 8, r: 64, t: 8, b: 40 },
    xaxis: { ...axis(palette), type: "date", anchor: "y2", range: [at[0], at.at(-1)], fixedrange: true, nticks: 9, tickangle: 0 },
    yaxis: { ...plain, domain: [0.54, 1], nticks: 5 },
    yaxis2: { ...plain, domain: [0, 0.48], range: [0, 1.02], tickvals: [0, 0.5, 1] },
    annotations: [name("beta", palette["line-2"], "y"), name("p, y on x; below the dotted line it passes at 5 %", palette.accent, "y2")],
    shapes: [{ type: "line", xref: "paper", x0: 0, x1: 1, yref: "y2", y0: 0.05, y1: 0.05, line: { color: palette.good, width: 1, dash: "dot" } }],
  }, CONFIG);
  const rolling = beta.window ? `Beta over the last ${beta.window} bars` : "Beta as the method follows it";
  return `${rolling}; p over the last ${p.window} bars, every ${p.every} bars. A relation that breaks shows as a p that rises and stays.`;
}
