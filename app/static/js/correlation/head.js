// The head of the Correlation page: the sentence, up to when it holds, and how whole the bars are.

import * as format from "../format.js";
import { setText } from "../paint.js";

export function showHead({ as_of: asOf, computed_at: computedAt, completeness, window }, words, zone, stale = false) {
  if (words !== null) setText(document.getElementById("words"), words);
  const when = `bar of ${format.moment(Date.parse(asOf), zone)} ${format.zoneName(zone)}`;
  setText(document.getElementById("as-of"), stale ? `${when} · not renewed since ${format.clock(Date.parse(computedAt), zone)}` : when);
  const dot = document.getElementById("whole");
  const { present, final, expected, open_gaps: gaps } = completeness;
  dot.dataset.state = gaps ? "bad" : final < Math.min(expected, window) ? "warn" : "good";
  const bars = `${format.count(final)} of ${format.count(expected)} bars of the shortest symbol are there and final`;
  const missing = present > final ? `, ${format.count(present - final)} not final` : "";
  dot.title = `${bars}${missing}${gaps ? `; ${format.count(gaps)} open gaps` : ""}`;
  dot.setAttribute("role", "img");
  dot.setAttribute("aria-label", dot.title);
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
