// How the relation changed: beta, under it p with the level of 5 %, and the correlation of returns.

import { zoneShiftMs } from "../format.js";
import { loadPlotly } from "./plotly.js";
import { axis, baseLayout, colours } from "./theme.js";

const CONFIG = { displayModeBar: false, responsive: true, showTips: false };

// history: {analysis, zone}; returns the words under the chart.
export async function draw(element, { analysis, zone }) {
  const palette = colours();
  const { beta_path: beta, p_path: p } = analysis;
  const at = analysis.starts.map((start) => Date.parse(start) + zoneShiftMs(Date.parse(start), zone));
  await (await loadPlotly()).react(element, traces(analysis, at, palette), layout(at, palette), CONFIG);
  const rolling = beta.window ? `Beta over the last ${beta.window} bars` : "Beta as the method follows it";
  return `${rolling}; p over the last ${p.window} bars, every ${p.every} bars. A relation that breaks shows as a p that rises and stays, often with a correlation that falls.`;
}

function traces({ beta_path: beta, p_path: p, series }, at, palette) {
  const line = (colour) => ({ color: colour, width: 1.25, simplify: false });
  return [
    { type: "scatter", mode: "lines", name: "beta", x: at, y: beta.beta, line: line(palette["line-2"]), hovertemplate: "beta %{y:.4f}<extra></extra>" },
    { type: "scatter", mode: "lines+markers", name: "p", x: p.place.map((place) => at[place]), y: p.p_value, yaxis: "y2", line: line(palette.accent), marker: { size: 4 }, hovertemplate: "p %{y:.3f}<extra></extra>" },
    { type: "scatter", mode: "lines", name: "correlation", x: at, y: series.correlation, yaxis: "y3", line: line(palette["line-3"]), hovertemplate: "correlation %{y:.2f}<extra></extra>" },
  ];
}

function layout(at, palette) {
  const plain = { ...axis(palette), side: "right", fixedrange: true, anchor: "x" };
  const name = (text, colour, yref, yanchor = "top") => ({ xref: "paper", yref: `${yref} domain`, x: 0.006, y: yanchor === "top" ? 0.98 : 0.02, xanchor: "left", yanchor, text, showarrow: false, font: { color: colour, size: 11 } });
  const level = (yref, value, colour) => ({ type: "line", xref: "paper", x0: 0, x1: 1, yref, y0: value, y1: value, line: { color: colour, width: 1, dash: "dot" } });
  return {
    ...baseLayout(palette),
    dragmode: false,
    hovermode: "x unified",
    hoverlabel: { bgcolor: palette.raised, bordercolor: palette.border, font: { color: palette.text, size: 11 } },
    margin: { l: 8, r: 64, t: 8, b: 40 },
    xaxis: { ...axis(palette), type: "date", anchor: "y3", range: [at[0], at.at(-1)], fixedrange: true, nticks: 9, tickangle: 0 },
    yaxis: { ...plain, domain: [0.7, 1], nticks: 5 },
    yaxis2: { ...plain, domain: [0.36, 0.66], range: [0, 1.02], tickvals: [0, 0.5, 1] },
    yaxis3: { ...plain, domain: [0, 0.32], range: [-1.05, 1.05], tickvals: [-1, 0, 1] },
    annotations: [
      name("beta", palette["line-2"], "y"),
      name("p, y on x; below the dotted line it passes at 5 %", palette.accent, "y2"),
      name("correlation of the last 60 log returns", palette["line-3"], "y3", "bottom"), // where two that move together leave room
    ],
    shapes: [level("y2", 0.05, palette.good), level("y3", 0, palette.border)],
  };
}
