// What moves over the candles: the forming bar, the last price, the cross-hair.
// A canvas is redrawn in well under a millisecond; Plotly is left alone.

import { clock, compact, moment, price as priceText, ratio, zoneShiftMs } from "../format.js";
import { barAt, formingBar, placeOfMoment } from "../series.js";
import { LAYOUT_NAMES, PANES } from "./candle_figure.js";
import { onAxis, priceOn } from "./candle_view.js";
import { clip, prepared, rule, tag, timeTag } from "./pen.js";

// How a value of each pane is told.
const LEVELS = {
  volume: (value) => compact(value),
  rsi: (value) => ratio(value, 1),
  macd: (value, decimals) => priceText(value, decimals + 1),
  atr: (value, decimals) => priceText(value, decimals + 1),
  width: (value) => `${ratio(value * 100, 2)} %`,
};
const CANDLE_SHARE = 0.6; // of the room a bar has, as Plotly draws them

export function paintOverlay(canvas, chart, { history, palette, pointer, lastPrice }) {
  const pen = prepared(canvas);
  const layout = chart._fullLayout;
  if (!layout?.xaxis || !layout.yaxis) return;
  const scale = scaleOf(layout, history);
  const forming = formingBar(history.bars);
  if (forming) paintForming(pen, scale, forming, palette);
  if (lastPrice !== null) paintLastPrice(pen, scale, lastPrice, lastDirection(history), palette, history.decimals);
  if (pointer) paintCrossHair(pen, layout, scale, pointer, palette, history);
  else canvas.dataset.pointed = "";
  paintPaneNames(pen, layout, history, palette, pointer ? snappedTo(scale.atOf(pointer.x), history.timeframeMs) : Infinity);
}

// Where the axes stand now; read from Plotly's laid-out figure at every painting, so that it follows a drag.
export function scaleOf(layout, history) {
  const x = layout.xaxis;
  const [from, to] = x.range.map((edge) => x.r2l(edge));
  const shift = (at) => at + zoneShiftMs(at, history.zone);
  const heights = (axis) => (value) => axis._offset + axis._length * (1 - (onAxis(value, axis.type) - axis.range[0]) / (axis.range[1] - axis.range[0]));
  const left = x._offset;
  return {
    left,
    right: left + x._length,
    top: layout.yaxis._offset,
    priceBottom: layout.yaxis._offset + layout.yaxis._length,
    bottom: Math.max(...Object.values(LAYOUT_NAMES).map((name) => layout[name]).filter(Boolean).map((axis) => axis._offset + axis._length)),
    xOf: (at) => left + (x._length * (shift(at) - from)) / (to - from),
    atOf: (pixel) => {
      const shifted = from + ((pixel - left) / x._length) * (to - from);
      return shifted - zoneShiftMs(shifted, history.zone);
    },
    priceY: heights(layout.yaxis),
    priceAt: (pixel) => {
      const axis = layout.yaxis;
      return priceOn(axis.range[0] + (1 - (pixel - axis._offset) / axis._length) * (axis.range[1] - axis.range[0]), axis.type);
    },
    volumeY: layout.yaxis2 ? heights(layout.yaxis2) : null,
    volumeTop: layout.yaxis2?._offset ?? 0,
    barWidth: (x._length * history.timeframeMs) / (to - from),
  };
}

function paintForming(pen, scale, bar, palette) {
  const middle = scale.xOf(bar.at);
  if (middle < scale.left - scale.barWidth || middle > scale.right + scale.barWidth) return;
  const colour = bar.close >= bar.open ? palette.up : palette.down;
  const half = Math.max(1, (scale.barWidth * CANDLE_SHARE) / 2);
  const [top, bottom] = [scale.priceY(Math.max(bar.open, bar.close)), scale.priceY(Math.min(bar.open, bar.close))];
  pen.save();
  clip(pen, scale.left, scale.top, scale.right, scale.bottom);
  pen.strokeStyle = colour;
  pen.fillStyle = palette.panel;
  pen.beginPath();
  pen.moveTo(middle, scale.priceY(bar.high));
  pen.lineTo(middle, top);
  pen.moveTo(middle, bottom);
  pen.lineTo(middle, scale.priceY(bar.low));
  pen.stroke();
  pen.fillRect(middle - half, top, half * 2, Math.max(1, bottom - top));
  pen.strokeRect(middle - half, top, half * 2, Math.max(1, bottom - top));
  if (scale.volumeY) {
    const floor = scale.volumeY(0);
    const height = Math.max(1, floor - Math.max(scale.volumeTop, scale.volumeY(bar.volume)));
    pen.globalAlpha = 0.6;
    pen.strokeRect(middle - half, floor - height, half * 2, height);
  }
  pen.restore();
}

function paintLastPrice(pen, scale, value, direction, palette, decimals) {
  const y = scale.priceY(value);
  if (y < scale.top || y > scale.priceBottom) return;
  const colour = direction < 0 ? palette.down : palette.up;
  pen.save();
  pen.strokeStyle = colour;
  pen.setLineDash([2, 3]);
  rule(pen, scale.left, y, scale.right, y);
  pen.restore();
  tag(pen, scale.right + 2, y, priceText(value, decimals), colour, palette["on-accent"]);
}

function paintCrossHair(pen, layout, scale, pointer, palette, history) {
  if (pointer.x < scale.left || pointer.x > scale.right || pointer.y < scale.top || pointer.y > scale.bottom) return;
  const at = snappedTo(scale.atOf(pointer.x), history.timeframeMs);
  const x = scale.xOf(at);
  pen.save();
  pen.strokeStyle = palette.faint;
  pen.setLineDash([4, 4]);
  rule(pen, x, scale.top, x, scale.bottom);
  const level = levelAt(layout, scale, pointer.y, history.decimals);
  if (level) rule(pen, scale.left, pointer.y, scale.right, pointer.y);
  pen.restore();
  if (level) tag(pen, scale.right + 2, pointer.y, level, palette.raised, palette.text, palette.border);
  timeTag(pen, scale, x, history.timeframeMs < 60_000 ? clock(at, history.zone) : moment(at, history.zone), palette);
  pen.canvas.dataset.pointed = `${new Date(at).toISOString()} ${level ?? ""}`;
}

// The value at the height of the pointer on the axis of its pane; null between two panes.
function levelAt(layout, scale, y, decimals) {
  if (y <= scale.priceBottom) return priceText(scale.priceAt(y), decimals);
  const found = Object.entries(LAYOUT_NAMES).find(([pane, name]) => pane !== "price" && isWithin(layout[name], y));
  if (!found) return null;
  const [pane, name] = found;
  const { range, _offset: top, _length: length } = layout[name];
  const value = range[0] + (1 - (y - top) / length) * (range[1] - range[0]);
  return LEVELS[pane](value, decimals);
}

function isWithin(axis, y) {
  return axis && y >= axis._offset && y <= axis._offset + axis._length;
}

// The name of each pane and its figures at the pointer, else the newest.
function paintPaneNames(pen, layout, history, palette, at) {
  const figures = figuresAt(history, at);
  const digits = history.decimals + 1;
  const { atr_14: atr = null, bollinger_bandwidth: width = null } = figures;
  const panes = {
    volume: ["Volume", [compact((at === Infinity ? history.bars.at(-1) : barAt(history.bars, at))?.volume), palette.text]],
    rsi: ["RSI 14", [ratio(figures.rsi_14, 1), palette.accent]],
    atr: ["ATR 14", [LEVELS.atr(atr, history.decimals), palette["line-3"]]],
    width: ["Bollinger width", [width === null ? "–" : LEVELS.width(width), palette["line-4"]]],
    macd: [
      "MACD 12, 26, 9",
      [priceText(figures.macd, digits), palette.accent],
      [priceText(figures.macd_signal, digits), palette["line-1"]],
      [priceText(figures.macd_histogram, digits), figures.macd_histogram < 0 ? palette.down : palette.up],
    ],
  };
  for (const [pane, [title, ...values]] of Object.entries(panes)) {
    const name = LAYOUT_NAMES[pane];
    if (layout[name]) paintNamed(pen, layout.xaxis._offset + 4, layout[name]._offset + 8, [[title, palette.faint], ...values]);
  }
}

function paintNamed(pen, left, y, words) {
  let x = left;
  for (const [text, colour] of words) {
    pen.fillStyle = colour;
    pen.fillText(text, x, y);
    x += pen.measureText(text).width + 8;
  }
}

function figuresAt({ columns, panes }, at) {
  const place = at === Infinity ? columns.at.length - 1 : placeOfMoment(columns.at, at);
  if (place < 0 || (at !== Infinity && columns.at[place] !== at)) return {};
  return Object.fromEntries(panes.flatMap((pane) => PANES[pane].figures).map((name) => [name, columns.series[name]?.[place]]));
}

export function snappedTo(at, timeframeMs) {
  return Math.round(at / timeframeMs) * timeframeMs;
}

function lastDirection({ bars }) {
  const newest = bars.at(-1);
  return newest ? newest.close - newest.open : 0;
}
