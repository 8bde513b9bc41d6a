// The head of a page of findings: the sentence, up to when it holds, and how whole the bars are.

import { drawWhole } from "./completeness.js";
import * as format from "./format.js";
import { currentZone } from "./frame.js";
import { serverNow } from "./live.js";
import { setText } from "./paint.js";
import { TIMEFRAME_MS } from "./series.js";

const STALE_MS = 60_000; // beyond two bars

const part = (name) => document.getElementById(name);

// Whether nothing new came for more than two bars. more: what is said behind the bar.
export function showHead({ as_of: asOf, computed_at: computedAt, completeness, symbols }, { words, timeframe, more = "" }) {
  setText(part("words"), words);
  const [zone, computed] = [currentZone(), Date.parse(computedAt)];
  const stale = serverNow() - computed > 2 * TIMEFRAME_MS[timeframe] + STALE_MS;
  const when = `bar of ${format.moment(Date.parse(asOf), zone)} ${format.zoneName(zone)}${more}`;
  setText(part("as-of"), stale ? `${when} · not renewed since ${format.when(computed, zone, serverNow(), { seconds: true })}` : when);
  part("as-of").classList.toggle("stale", stale);
  drawWhole(part("whole"), completeness, { symbols, bars: "bars of the shortest symbol" });
  return stale;
}

// Of a choice whose figures are not there nothing is said: words of the one before would be read as of this one.
export function hideHead() {
  for (const name of ["words", "as-of"]) setText(part(name), "");
  drawWhole(part("whole"), null, { symbols: [] });
}
