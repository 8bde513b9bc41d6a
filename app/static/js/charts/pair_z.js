// z bar by bar with the thresholds of the rule; what moves between bars is drawn over it.

import { clock, ratio } from "../format.js";
import { line, named } from "./pair_lines.js";
import { tag } from "./pen.js";
import { withAlpha } from "./theme.js";

export function zTraces(history, palette) {
  return [line(history, history.analysis.series.z, { colour: palette.accent, axis: "y3", name: "z" })];
}

export function zNames(history, palette) {
  return [named("z", palette.faint, "y3", 0)];
}

// Entry and stop on both sides, and the middle.
export function zRules({ analysis }, palette) {
  const { signal } = analysis;
  const level = (value, colour) => ({ type: "line", xref: "paper", x0: 0, x1: 1, yref: "y3", y0: value, y1: value, line: { color: colour, width: 1, dash: "dot" } });
  const middle = level(0, palette.border);
  if (!signal) return [middle];
  const both = (value, colour) => [level(value, colour), level(-value, colour)];
  return [middle, ...both(signal.entry, withAlpha(palette.accent, 0.7)), ...both(signal.stop, withAlpha(palette.bad, 0.7))];
}

// z of this moment: a dot at the right end of its pane, joined to the last bar, and its figure on the axis.
export function paintLiveZ(pen, { xaxis: x, yaxis3: y }, { live, lastZ, lastAt, at, palette, zone }) {
  const [from, to] = x.range.map((edge) => x.r2l(edge));
  const xOf = (moment) => x._offset + (x._length * (moment - from)) / (to - from);
  const right = x._offset + x._length;
  const yOf = (z) => y._offset + y._length * (1 - (z - y.range[0]) / (y.range[1] - y.range[0]));
  const height = Math.min(Math.max(yOf(live.z), y._offset), y._offset + y._length);
  const [here, before] = [Math.min(xOf(Math.max(at, lastAt)), right), xOf(lastAt)];
  if (here < x._offset) return; // the reader looks at the past
  pen.strokeStyle = pen.fillStyle = palette.accent;
  if (lastZ !== null && before >= x._offset && before <= right) {
    pen.setLineDash([2, 2]);
    pen.beginPath();
    pen.moveTo(before, yOf(lastZ));
    pen.lineTo(here, height);
    pen.stroke();
    pen.setLineDash([]);
  }
  pen.beginPath();
  pen.arc(here, height, 3.5, 0, 2 * Math.PI);
  pen.fill();
  tag(pen, right + 2, height, ratio(live.z, 2), palette.accent, palette["on-accent"]);
  Object.assign(pen.canvas.dataset, { z: live.z.toFixed(4), at: clock(at, zone, { fraction: true }) });
}
