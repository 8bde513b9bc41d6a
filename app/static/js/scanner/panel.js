// Beside the table: the pair that was clicked, so that nobody loses the place.

import { draw as drawSpark } from "../charts/sparkline.js";
import { setText } from "../paint.js";
import { showFacts } from "../states.js";
import { COLUMNS } from "./columns.js";

const part = (name) => document.getElementById(name);

export function showPair(row, { timeframe, barMs, line }) {
  part("panel").hidden = !row;
  if (!row) return;
  setText(part("panel-title"), `${row.names[0]} explained by ${row.names[1]}`);
  setText(part("panel-text"), row.text);
  const drawing = part("panel").querySelector("svg");
  drawing.toggleAttribute("hidden", !line.length);
  drawSpark(drawing, line.filter((value) => value !== null));
  const facts = COLUMNS.filter(({ text, name }) => text && name !== "pair");
  showFacts(part("panel-facts"), facts.map((column) => [column.title, column.text(row, barMs), column.words]));
  part("panel-link").href = pairAddress(row, timeframe);
}

export function pairAddress(row, timeframe) {
  return `/pairs/${row.y}/${row.x}?tf=${timeframe}`;
}
