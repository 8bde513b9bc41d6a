// The tables of the Quality page: a row a symbol, what was counted, what is in quarantine.

import * as dayBar from "../charts/day_bar.js";
import * as format from "../format.js";
import { setText } from "../paint.js";
import { hideState, showFacts, showState } from "../states.js";
import { compareNow, isAsked, once, repairNow, setAction } from "./ask.js";
import { UNRESOLVED } from "./short.js";

const DAY_SECONDS = 86_400;
const rows = new Map(); // symbol -> row

export function showSymbols(symbols, gaps, zone, reload) {
  const body = document.getElementById("symbols");
  const place = document.getElementById("symbols-state");
  const open = Map.groupBy(gaps.filter((gap) => UNRESOLVED.has(gap.state)), (gap) => gap.symbol);
  const names = symbols.map((row) => row.symbol);
  if ([...rows.keys()].join() !== names.join()) {
    const known = new Map(rows);
    rows.clear();
    for (const name of names) rows.set(name, known.get(name) ?? symbolRow(name, reload));
    body.replaceChildren(...rows.values());
  }
  for (const quality of symbols) fill(rows.get(quality.symbol), quality, open.get(quality.symbol) ?? [], zone);
  if (symbols.length) hideState(place);
  else showState(place, { title: "No symbols are captured yet", text: "The Overview has a box to add one." });
}

export function dayOf(symbol) {
  return rows.get(symbol).querySelector(".day");
}

function symbolRow(symbol, reload) {
  const row = document.getElementById("symbol-row").content.firstElementChild.cloneNode(true);
  const link = row.querySelector("a");
  link.href = `/market/${encodeURIComponent(symbol)}`;
  link.textContent = symbol;
  row.dataset.symbol = symbol;
  const [repair, compare] = row.querySelectorAll("button");
  repair.setAttribute("aria-label", `Repair now: ${symbol}`);
  compare.setAttribute("aria-label", `Compare now: ${symbol}`);
  repair.addEventListener("click", () => once(repair, () => repairNow(symbol, null, reload)));
  compare.addEventListener("click", () => once(compare, () => compareNow(symbol, reload)));
  return row;
}

function fill(row, quality, open, zone) {
  const since = quality.spans_since ? Date.parse(quality.spans_since) : 0;
  dayBar.draw(row.querySelector(".day"), { since, minutes: quality.span_minutes, spans: quality.spans, zone });
  for (const cell of row.querySelectorAll("td[data-timeframe]")) {
    const stamp = quality.completeness?.[cell.dataset.timeframe];
    setText(cell, stamp ? share(stamp) : format.DASH);
    cell.dataset.kind = stamp && stamp.final < stamp.expected ? (stamp.present < stamp.expected ? "bad" : "warn") : "";
    cell.title = stamp ? `${format.count(stamp.present)} of ${format.count(stamp.expected)} bars are there, ${format.count(stamp.final)} final${sinceWhen(cell.dataset.timeframe, stamp)}` : "Not judged yet";
  }
  const gaps = row.querySelector("[data-field='gaps']");
  setText(gaps, format.count(open.length));
  gaps.dataset.kind = open.length ? "warn" : "";
  fillCheck(row.querySelector("[data-field='bars']"), quality, zone);
  const [repair, compare] = row.querySelectorAll("button");
  const asked = open.filter(isAsked).length;
  setAction(repair, asked && asked === open.length ? "Repairing…" : "Repair now", !open.length || asked === open.length);
  setAction(compare, quality.comparison_asked_at ? "Comparing…" : "Compare now", Boolean(quality.comparison_asked_at));
}

// Seconds are kept for a while only, so their share is that of a shorter time.
function sinceWhen(timeframe, { expected }) {
  return timeframe === "1s" && expected < DAY_SECONDS ? `; seconds are kept since ${format.duration(expected * 1000)}` : "";
}

// Never 100 % while anything is missing.
export function share({ final, expected }) {
  if (!expected) return format.DASH;
  const hundredths = final >= expected ? 10_000 : Math.min(9_999, Math.floor((final / expected) * 10_000));
  return `${hundredths === 10_000 ? "100" : (hundredths / 100).toFixed(2)}\u202f%`;
}

function fillCheck(cell, { bar_check: check, comparison_reason: reason }, zone) {
  cell.dataset.kind = reason ? "warn" : check?.differing ? "bad" : "";
  if (reason) setText(cell, `not compared: ${reason}`);
  else if (!check) setText(cell, "not compared yet");
  else if (!check.compared) setText(cell, "none made of trades yet");
  else if (!check.differing) setText(cell, `${format.count(check.compared)} equal`);
  else setText(cell, `${format.count(check.differing)} of ${format.count(check.compared)} differ: ${worst(check.worst, zone)}`);
  cell.title = check ? `${check.timeframe} bars of ${format.moment(Date.parse(check.since), zone)} – ${format.clock(Date.parse(check.until), zone).slice(0, 5)}; prices and trades exactly, volume to 1e-9` : "";
}

function worst({ ts, field, ours, theirs }, zone) {
  const at = format.clock(Date.parse(ts), zone).slice(0, 5);
  if (field === "bar") return ours === null ? `no bar of ours at ${at}` : `no such bar there at ${at}`;
  return `${field} at ${at}: ours ${format.price(ours)}, theirs ${format.price(theirs)}`;
}

const COUNTED = {
  gaps_found: ["Gaps found", "Holes seen in the ids"],
  repeats: ["Repeats", "Trades that came a second time and were dropped"],
  late: ["Late", "Trades that came after newer ones; their bars were built again"],
  malformed: ["Malformed", "Messages that could not be read; quarantine keeps them, of a flood a part"],
  unkept: ["Not kept", "Malformed messages beyond what quarantine keeps of one reason: a thousand, then one a second"],
  placeholders: ["Placeholders", "Messages of the exchange that are no trades and reach no bar"],
};

export function showCounters(counters, since, now) {
  setText(document.getElementById("counters-since"), since ? `since the stream began, ${format.duration(now - Date.parse(since))} ago` : "the stream is not running");
  showFacts(document.getElementById("counters"), Object.entries(counters).map(([name, value]) => [COUNTED[name]?.[0] ?? name, format.count(value), COUNTED[name]?.[1]]));
}

export function showQuarantine(messages, zone) {
  setText(document.getElementById("quarantine-count"), messages.length ? `(newest ${messages.length})` : "");
  setText(document.getElementById("quarantine-note"), messages.length ? "" : "Empty: every message could be read.");
  document.getElementById("quarantine").replaceChildren(...messages.map((message) => quarantined(message, zone)));
}

function quarantined({ received_at: at, reason, raw, is_cut: isCut }, zone) {
  const item = document.createElement("li");
  const head = document.createElement("span");
  const text = document.createElement("code");
  head.textContent = `${format.moment(Date.parse(at), zone, { seconds: true })} ${reason}`;
  text.textContent = isCut ? `${raw}…` : raw;
  item.append(head, text);
  return item;
}
