// The bars and indicators as Plotly's traces and layout. The forming bar is not among
// them: it moves ten times a second and is drawn over the chart (candle_overlay.js).

import { formingBar } from "../series.js";
import { zoneShiftMs } from "../format.js";
import { domains, onAxis, priceRange, rangeFromZero, symmetricRange, volumeRange } from "./candle_view.js";
import { anchoredTraces } from "./anchored_vwap.js";
import { divergenceTraces } from "./divergence_traces.js";
import { axis, baseLayout, withAlpha } from "./theme.js";

// Chips above the chart; each line says which figure of the snapshot it draws. A loose one may leave the
// view: the heights do not make room for it.
export const OVERLAYS = {
  sma: { label: "SMA 20", lines: [["sma_20", "line-1"]] },
  ema: { label: "EMA 20", lines: [["ema_20", "line-2"]] },
  bands: { label: "Bollinger", title: "Bollinger bands: 20 bars, 2 standard deviations", lines: [["bollinger_upper", "band"], ["bollinger_lower", "band"], ["bollinger_middle", "band"]] },
  vwap: { label: "VWAP", title: "Volume-weighted mean price since 00:00 UTC, with bands two deviations away", lines: [["vwap_session", "line-3"], ["vwap_session_upper", "line-3", "loose"], ["vwap_session_lower", "line-3", "loose"]] },
  rolling: { label: "VWAP 60", title: "Volume-weighted mean price of the last 60 bars, with bands two deviations away", lines: [["vwap_rolling", "line-4"], ["vwap_rolling_upper", "line-4", "loose"], ["vwap_rolling_lower", "line-4", "loose"]] },
  divergence: { label: "Divergence", title: "Price and RSI move against each other between two turning points; the arrow is the bar where that became known. Dotted: hidden", lines: [], swatch: "accent" },
};
// Panes under the candles, from the top.
export const PANES = {
  rsi: { label: "RSI", title: "Relative strength index, 14 bars", figures: ["rsi_14"] },
  macd: { label: "MACD", title: "MACD 12, 26, 9", figures: ["macd", "macd_signal", "macd_histogram"] },
  atr: { label: "ATR", title: "Average true range of 14 bars, in the price's unit", figures: ["atr_14"], swatch: "line-3" },
  width: { label: "Width", title: "Width of the Bollinger bands as a share of their middle", figures: ["bollinger_bandwidth"], swatch: "line-4" },
};

const AXES = { price: "y", volume: "y2", rsi: "y3", macd: "y4", atr: "y5", width: "y6" };
export const LAYOUT_NAMES = { price: "yaxis", volume: "yaxis2", rsi: "yaxis3", macd: "yaxis4", atr: "yaxis5", width: "yaxis6" };

// history: {bars, columns, view, overlays: [name], panes: [name], zone, decimals, scale}
export function figureOf(history, palette) {
  const { bars } = history;
  const closed = formingBar(bars) ? bars.slice(0, -1) : bars;
  const shift = (at) => at + zoneShiftMs(at, history.zone);
  return {
    data: [
      ...candles(closed, shift, palette),
      volumes(closed, shift, palette),
      ...overlayLines(history, shift, palette),
      ...anchoredTraces(history, shift, palette),
      ...paneTraces(history, shift, palette),
      ...(history.overlays.includes("divergence") ? divergenceTraces(history, shift, palette, AXES) : []),
    ],
    layout: layoutOf(history, shift, palette),
  };
}

// Ranges of all axes for what is in view.
export function rangesOf(history, shift) {
  const { bars, columns, view, scale } = history;
  const lines = overlayFigures(history).filter(([, , loose]) => !loose).map(([name]) => ({ at: columns.at, values: columns.series[name] ?? [] }));
  const price = history.priceView ?? priceRange(bars, view, lines, scale)?.map((edge) => onAxis(edge, scale));
  const macd = PANES.macd.figures.map((name) => columns.series[name]).filter(Boolean);
  return {
    xaxis: view.map((at) => shift(at)),
    yaxis: price ?? [0, 1],
    yaxis2: volumeRange(bars, view),
    yaxis4: symmetricRange(columns.at, macd, view),
    yaxis5: rangeFromZero(columns.at, columns.series.atr_14 ?? [], view),
    yaxis6: rangeFromZero(columns.at, columns.series.bollinger_bandwidth ?? [], view),
  };
}

function candles(bars, shift, palette) {
  const final = bars.filter((bar) => bar.isFinal);
  const open = bars.filter((bar) => !bar.isFinal);
  return [
    candleTrace("final", final, shift, palette, (colour) => colour),
    // Trades may be missing in these: pale, and their volume hatched.
    candleTrace("not final", open, shift, palette, (colour) => withAlpha(colour, 0.25)),
  ];
}

function candleTrace(name, bars, shift, palette, fill) {
  const side = (colour) => ({ line: { color: fill(colour), width: 1 }, fillcolor: fill(colour) });
  return {
    type: "candlestick",
    name,
    x: bars.map((bar) => shift(bar.at)),
    open: bars.map((bar) => bar.open),
    high: bars.map((bar) => bar.high),
    low: bars.map((bar) => bar.low),
    close: bars.map((bar) => bar.close),
    increasing: side(palette.up),
    decreasing: side(palette.down),
    hoverinfo: "skip",
  };
}

function volumes(bars, shift, palette) {
  return {
    type: "bar",
    name: "volume",
    x: bars.map((bar) => shift(bar.at)),
    y: bars.map((bar) => bar.volume),
    yaxis: AXES.volume,
    marker: {
      color: bars.map((bar) => withAlpha(bar.close >= bar.open ? palette.up : palette.down, bar.isFinal ? 0.45 : 0.2)),
      line: { width: 0 },
      ...(bars.some((bar) => !bar.isFinal) && { pattern: { shape: bars.map((bar) => (bar.isFinal ? "" : "/")), size: 4 } }),
    },
    hoverinfo: "skip",
  };
}

// Every figure that is drawn now.
export function figuresOf({ overlays, panes }) {
  return [...overlayFigures({ overlays }).map(([name]) => name), ...panes.flatMap((pane) => PANES[pane].figures)];
}

export function overlayFigures({ overlays }) {
  return Object.entries(OVERLAYS).flatMap(([name, overlay]) => (overlays.includes(name) ? overlay.lines : []));
}

function overlayLines(history, shift, palette) {
  return overlayFigures(history).map(([name, colour, loose]) => {
    const dash = name === "bollinger_middle" ? "dot" : loose ? "dash" : "solid";
    return line(history.columns, name, palette[colour], shift, { dash, width: loose ? 1 : 1.25 });
  });
}

function line(columns, name, colour, shift, { axisName = "y", dash = "solid", width = 1.25 } = {}) {
  return {
    type: "scatter",
    mode: "lines",
    name,
    x: columns.at.map((at) => shift(at)),
    y: columns.series[name] ?? [],
    yaxis: axisName,
    line: { color: colour, width, dash, simplify: false },
    connectgaps: false,
    hoverinfo: "skip",
  };
}

function paneTraces({ columns, panes }, shift, palette) {
  const traces = [];
  if (panes.includes("rsi")) traces.push(line(columns, "rsi_14", palette.accent, shift, { axisName: AXES.rsi }));
  if (panes.includes("macd")) {
    const histogram = columns.series.macd_histogram ?? [];
    traces.push({
      type: "bar",
      name: "macd_histogram",
      x: columns.at.map((at) => shift(at)),
      y: histogram,
      yaxis: AXES.macd,
      marker: { color: histogram.map((value) => withAlpha(value >= 0 ? palette.up : palette.down, 0.5)), line: { width: 0 } },
      hoverinfo: "skip",
    });
    traces.push(line(columns, "macd", palette.accent, shift, { axisName: AXES.macd }));
    traces.push(line(columns, "macd_signal", palette["line-1"], shift, { axisName: AXES.macd }));
  }
  for (const pane of ["atr", "width"]) {
    const { figures: [figure], swatch } = PANES[pane];
    if (panes.includes(pane)) traces.push(line(columns, figure, palette[swatch], shift, { axisName: AXES[pane] }));
  }
  return traces;
}

function layoutOf(history, shift, palette) {
  const shares = domains(history.panes);
  const ranges = rangesOf(history, shift);
  const lowest = history.panes.at(-1) ?? "volume";
  const layout = {
    ...baseLayout(palette),
    margin: { l: 8, r: 76, t: 8, b: 36 },
    bargap: 0.3,
    // Plotly keeps a user's zoom over a range it was given before; a view that was set is meant anew.
    uirevision: history.viewsSet ?? 0,
    xaxis: { ...axis(palette), type: "date", anchor: AXES[lowest], range: ranges.xaxis, rangeslider: { visible: false }, tickangle: 0, nticks: 9 },
    shapes: history.panes.includes("rsi") ? [rule(30, palette), rule(70, palette)] : [],
  };
  for (const pane of ["price", "volume", ...history.panes]) {
    layout[LAYOUT_NAMES[pane]] = { ...paneAxis(pane, history, palette), domain: shares[pane], range: ranges[LAYOUT_NAMES[pane]] };
  }
  if (layout.yaxis3) layout.yaxis3.range = [0, 100];
  return layout;
}

function paneAxis(pane, history, palette) {
  const common = { ...axis(palette), side: "right", fixedrange: true };
  if (pane === "price") return { ...common, type: history.scale ?? "linear", nticks: 8, tickformat: `,.${history.decimals}f` };
  if (pane === "volume") return { ...common, nticks: 3, tickformat: volumeFormat(history), showgrid: false };
  if (pane === "rsi") return { ...common, tickvals: [30, 50, 70] };
  if (pane === "atr") return { ...common, nticks: 3, tickformat: `,.${history.decimals + 1}~f` };
  if (pane === "width") return { ...common, nticks: 3, tickformat: ".2~%" };
  return { ...common, nticks: 3, tickformat: `,.${history.decimals + 2}~f`, zeroline: true, zerolinecolor: palette.border };
}

// Thousands and millions by letter; less than one in plain digits, not in milli.
function volumeFormat({ bars, view }) {
  return volumeRange(bars, view)[1] < 2 ? ",.4~f" : ".2~s";
}

function rule(value, palette) {
  return { type: "line", xref: "paper", x0: 0, x1: 1, yref: AXES.rsi, y0: value, y1: value, line: { color: palette.border, width: 1, dash: "dot" } };
}
