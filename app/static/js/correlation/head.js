// The head of the Correlation page: the sentence, up to when it holds, and how whole the bars are.

import { drawWhole } from "../completeness.js";
import * as format from "../format.js";
import { serverNow } from "../live.js";
import { setText } from "../paint.js";

export function showHead({ as_of: asOf, computed_at: computedAt, completeness, symbols }, words, zone, stale = false) {
  if (words !== null) setText(document.getElementById("words"), words);
  const when = `bar of ${format.moment(Date.parse(asOf), zone)} ${format.zoneName(zone)}`;
  setText(document.getElementById("as-of"), stale ? `${when} · not renewed since ${format.when(Date.parse(computedAt), zone, serverNow(), { seconds: true })}` : when);
  drawWhole(document.getElementById("whole"), completeness, { symbols, bars: "bars of the shortest symbol" });
}

// Symbols that correlate with nothing, and why.
export function showSilent(list, reasons, names) {
  const rows = Object.entries(reasons).map(([symbol, reason]) => {
    const row = document.createElement("li");
    row.textContent = `${names[symbol] ?? symbol}: ${reason}`;
    return row;
  });
  list.replaceChildren(...rows);
}
