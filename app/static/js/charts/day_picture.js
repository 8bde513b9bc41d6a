// The last day of every symbol as a picture: a bar of quarter hours each, and what the colours say.

import { clock } from "../format.js";
import { WORDS } from "./day_bar.js";
import { font } from "./theme.js";

const NAMES = 130; // left of the bars
const ROW = 24;
const BAR = 16;
const WIDTH = 960;
const FOOT = 56;

// days: [{symbol, element: the bar's SVG on the page}], since: when the bars begin (ms), hours they cover.
export function dayPicture(days, { since, hours, zone }) {
  const size = { width: NAMES + WIDTH + 16, height: days.length * ROW + FOOT };
  const paint = (pen, palette) => {
    pen.textBaseline = "middle";
    pen.font = `400 12px ${font()}`;
    days.forEach(({ symbol, element }, y) => paintDay(pen, palette, { symbol, element, top: y * ROW }));
    paintHours(pen, palette, { since, hours, zone, y: days.length * ROW + 8 });
    paintMeanings(pen, palette, { days, y: days.length * ROW + 34 });
  };
  return { size, paint };
}

function paintDay(pen, palette, { symbol, element, top }) {
  pen.fillStyle = palette.text;
  pen.textAlign = "right";
  pen.fillText(symbol, NAMES - 10, top + BAR / 2);
  const quarters = [...element.querySelectorAll("rect")];
  const width = WIDTH / quarters.length;
  quarters.forEach((quarter, x) => {
    pen.fillStyle = getComputedStyle(quarter).fill;
    pen.fillRect(NAMES + x * width, top, width - 1, BAR);
  });
}

function paintHours(pen, palette, { since, hours, zone, y }) {
  pen.fillStyle = palette.muted;
  for (let part = 0; part <= 4; part++) {
    pen.textAlign = part === 0 ? "left" : part === 4 ? "right" : "center";
    pen.fillText(clock(since + (part / 4) * hours * 3_600_000, zone).slice(0, 5), NAMES + (part / 4) * WIDTH, y);
  }
}

function paintMeanings(pen, palette, { days, y }) {
  pen.textAlign = "left";
  let x = NAMES;
  for (const [state, words] of Object.entries(WORDS)) {
    const one = days.map(({ element }) => element.querySelector(`[data-state='${state}']`)).find(Boolean);
    if (!one) continue;
    pen.fillStyle = getComputedStyle(one).fill;
    pen.fillRect(x, y - 5, 10, 10);
    pen.fillStyle = palette.muted;
    pen.fillText(words, x + 16, y);
    x += 40 + pen.measureText(words).width;
  }
}
