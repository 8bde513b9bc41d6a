// The table of gaps: a row each, kept while it changes, so that its button can be pressed at any moment.

import * as format from "../format.js";
import { setText } from "../paint.js";
import { hideState, showState } from "../states.js";
import { isAsked, once, repairNow, setAction } from "./ask.js";
import { UNRESOLVED } from "./short.js";

const MARKS = { open: "warn", filling: "warn", failed: "bad", filled: "good", verified_absent: "good", expired: "bad" };
const STATES = { open: "open", filling: "filling", failed: "failed", filled: "filled", verified_absent: "no such trades", expired: "expired" };
const MEANINGS = {
  open: "Found, not asked for yet",
  filling: "Being read from the exchange",
  failed: "Could not be read; it is tried again",
  filled: "All trades were read later",
  verified_absent: "The exchange has no trades with these ids",
  expired: "Nobody has these trades any more",
};
const NUMBERS = new Set(["size", "age", "tries"]);
const CELLS = ["state", "symbol", "size", "age", "tries", "reason", "action"];
const rows = new Map(); // symbol and first id -> row

export function showGaps(gaps, marketNow, reload) {
  const place = document.getElementById("gaps-state");
  setText(document.getElementById("gaps-count"), gaps.length ? `(${format.count(gaps.length)})` : "");
  const before = [...rows.keys()].join();
  const known = new Map(rows);
  rows.clear();
  for (const gap of gaps) rows.set(keyOf(gap), known.get(keyOf(gap)) ?? gapRow(gap, reload));
  if ([...rows.keys()].join() !== before) document.getElementById("gaps").replaceChildren(...rows.values());
  for (const gap of gaps) fill(rows.get(keyOf(gap)), gap, marketNow);
  if (gaps.length) hideState(place);
  else showState(place, { title: "No gaps", text: "Every trade id followed the one before it." });
}

function keyOf({ symbol, first_id: firstId }) {
  return `${symbol}:${firstId}`;
}

function gapRow(gap, reload) {
  const row = document.createElement("tr");
  for (const name of CELLS) {
    const cell = document.createElement("td");
    cell.dataset.field = name;
    if (NUMBERS.has(name)) cell.className = "number";
    row.append(cell);
  }
  const mark = document.createElement("span");
  const dot = document.createElement("span");
  const words = document.createElement("span");
  mark.className = "process-state";
  dot.className = "dot";
  words.className = "words";
  mark.append(dot, words);
  row.querySelector("[data-field='state']").append(mark);
  row.querySelector("[data-field='action']").append(repairButton(gap, reload));
  return row;
}

function repairButton({ symbol, first_id: firstId }, reload) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button small";
  button.setAttribute("aria-label", `Repair now: the gap of ${symbol} from ${firstId}`);
  button.addEventListener("click", () => once(button, () => repairNow(symbol, firstId, reload)));
  return button;
}

function fill(row, gap, marketNow) {
  const cell = (name) => row.querySelector(`[data-field='${name}']`);
  const found = Date.parse(gap.found_at);
  row.dataset.state = gap.state;
  row.querySelector(".dot").dataset.state = MARKS[gap.state];
  row.querySelector(".process-state").title = MEANINGS[gap.state] ?? "";
  setText(row.querySelector(".words"), STATES[gap.state] ?? gap.state);
  setText(cell("symbol"), gap.symbol);
  setText(cell("size"), format.count(gap.size));
  cell("size").title = `Ids ${gap.first_id} – ${gap.last_id}`;
  setText(cell("age"), marketNow === null ? format.DASH : format.duration(Math.max(0, Math.round((marketNow - found) / 1000) * 1000)));
  cell("age").title = `Found ${format.moment(found, "utc", { seconds: true })} UTC`;
  setText(cell("tries"), format.count(gap.tries));
  setText(cell("reason"), gap.reason || format.DASH);
  const button = row.querySelector("button");
  button.hidden = !UNRESOLVED.has(gap.state);
  setAction(button, isAsked(gap) ? "Repairing…" : "Repair now", isAsked(gap));
}
