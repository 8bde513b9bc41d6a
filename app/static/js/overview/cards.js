// The cards beside the watch-list: is the data whole, and what moves most.

import { stateOf } from "../completeness.js";
import * as format from "../format.js";
import { currentDelayMs } from "../frame.js";
import { setText } from "../paint.js";
import { showFacts } from "../states.js";

const MOVES_SHOWN = 5;
const JUST_NOW_SECONDS = 3;

export function showData(quotes, feed) {
  const known = quotes.map((quote) => quote.completeness).filter(Boolean);
  const complete = known.filter((whole) => stateOf(whole, []) === "good").length;
  const gaps = known.reduce((sum, whole) => sum + whole.open_gaps, 0);
  setText(document.getElementById("data-lead"), quotes.length ? `${complete} of ${quotes.length} complete` : format.DASH);
  showFacts(document.getElementById("data-facts"), [
    ["Open gaps", quotes.length ? format.count(gaps) : format.DASH, "Holes in the trade ids that are not repaired yet"],
    ["Exchange heard", heard(feed?.age_seconds ?? null), "How long ago the exchange's clock moved"],
    ["Delay to this screen", format.duration(currentDelayMs()), "Median of the last live prices, from the exchange to here"],
  ]);
}

export function showMoves(quotes) {
  const moving = quotes.filter((quote) => quote.change_1h !== null);
  moving.sort((a, b) => Math.abs(b.change_1h) - Math.abs(a.change_1h));
  const items = moving.slice(0, MOVES_SHOWN).map(move);
  document.getElementById("moves").replaceChildren(...(items.length ? items : [nothingMoves()]));
}

function heard(ageSeconds) {
  if (ageSeconds === null) return format.DASH;
  return ageSeconds < JUST_NOW_SECONDS ? "now" : `${format.duration(ageSeconds * 1000)} ago`;
}

function move(quote) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  const change = document.createElement("span");
  link.href = `/market/${encodeURIComponent(quote.symbol)}`;
  link.textContent = quote.symbol;
  change.textContent = format.percent(quote.change_1h);
  change.className = `figure ${quote.change_1h < 0 ? "down" : "up"}`;
  item.append(link, change);
  return item;
}

function nothingMoves() {
  const item = document.createElement("li");
  item.className = "faint";
  item.textContent = "Appears when an hour of bars is there.";
  return item;
}
