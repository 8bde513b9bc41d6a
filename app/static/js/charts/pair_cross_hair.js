// The moment under the pointer in all three panes of a pair: one line, and the values of each pane beside it.

import { percent as percentText, ratio } from "../format.js";
import { placeOfMoment } from "../series.js";
import { rule, TAG_HEIGHT, timeTag } from "./pen.js";
import { percent } from "./pair_prices.js";
import { kindOf, MARKS } from "./pair_spread.js";

const AIR = 8; // between the line and the values

// What is known at a bar: rows of [text, colour, value on the axis] for each pane.
export function valuesAt({ analysis, moments, from }, place) {
  const { series, marks } = analysis;
  const [y, x] = [series.y, series.x].map((values) => percent(values, from)[place]);
  const found = marks.filter((mark) => mark.place === place).map((mark) => MARKS[kindOf(mark)]).filter(Boolean);
  return {
    at: moments[place],
    yaxis: [[`${analysis.y} ${change(y)}`, "line-2", y], [`${analysis.x} ${change(x)}`, "line-1", x]],
    yaxis2: [
      [`spread ${digits(series.spread[place])}`, "accent", series.spread[place]],
      [`mean ${digits(series.mean[place])}`, "band", null],
      ...found.map(({ name, colour }) => [name, colour, null]),
    ],
    yaxis3: [[`z ${ratio(series.z[place], 2)}`, "accent", series.z[place]]],
  };
}

// The bar nearest to a pixel; null outside of the panes and of what is known.
export function placeAt(layout, moments, { x: pixel, y }) {
  const { xaxis } = layout;
  if (pixel < xaxis._offset || pixel > xaxis._offset + xaxis._length || y < layout.yaxis._offset || y > bottomOf(layout)) return null;
  const [first, last] = xaxis.range.map((edge) => xaxis.r2l(edge));
  const at = first + ((pixel - xaxis._offset) / xaxis._length) * (last - first);
  const after = placeOfMoment(moments, at);
  const place = after > 0 && (after === moments.length || at - moments[after - 1] < moments[after] - at) ? after - 1 : after;
  return moments[place] >= first && moments[place] <= last ? place : null;
}

export function paintCrossHair(pen, layout, { values, palette, timeText }) {
  const { xaxis } = layout;
  const [first, last] = xaxis.range.map((edge) => xaxis.r2l(edge));
  const x = xaxis._offset + (xaxis._length * (values.at - first)) / (last - first);
  const box = { left: xaxis._offset, right: xaxis._offset + xaxis._length, bottom: bottomOf(layout) };
  pen.save();
  pen.strokeStyle = palette.faint;
  pen.setLineDash([4, 4]);
  rule(pen, x, layout.yaxis._offset, x, box.bottom);
  pen.restore();
  for (const name of ["yaxis", "yaxis2", "yaxis3"]) paintPane(pen, layout[name], x, box, values[name], palette);
  timeTag(pen, box, x, timeText, palette);
}

// The values in one row at the top of the pane, right of the line where there is room, else left of it.
function paintPane(pen, axis, x, box, rows, palette) {
  const widths = rows.map(([text]) => pen.measureText(text).width + AIR);
  const whole = widths.reduce((sum, width) => sum + width, AIR);
  const left = x + AIR + whole <= box.right ? x + AIR : Math.max(box.left, x - AIR - whole);
  const top = axis._offset + 22; // under the names
  pen.fillStyle = palette.raised;
  pen.fillRect(left, top, whole, TAG_HEIGHT);
  let at = left + AIR;
  rows.forEach(([text, colour, value], place) => {
    pen.fillStyle = palette[colour];
    pen.fillText(text, at, top + TAG_HEIGHT / 2 + 0.5);
    at += widths[place];
    if (value !== null && value !== undefined) paintDot(pen, axis, x, value);
  });
}

function paintDot(pen, { _offset: top, _length: length, range }, x, value) {
  const y = top + length * (1 - (value - range[0]) / (range[1] - range[0]));
  if (y < top || y > top + length) return;
  pen.beginPath();
  pen.arc(x, y, 3, 0, 2 * Math.PI);
  pen.fill();
}

function bottomOf({ yaxis3 }) {
  return yaxis3._offset + yaxis3._length;
}

function digits(value) {
  return value === null ? ratio(value) : String(Number(value.toPrecision(5))).replace("-", "\u2212");
}

function change(value) {
  return percentText(value === null ? null : value / 100);
}
