// The tables of the Quality page: a row a symbol, a row a gap, what is in quarantine.

import * as dayBar from "../charts/day_bar.js";
import * as format from "../format.js";
import { setText } from "../paint.js";
import { hideState, showFacts, showState } from "../states.js";
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
const rows = new Map(); // symbol -> row

export function showSymbols(symbols, gaps, zone) {
  const body = document.getElementById("symbols");
  const place = document.getElementById("symbols-state");
  const open = Map.groupBy(gaps.filter((gap) => UNRESOLVED.has(gap.state)), (gap) => gap.symbol);
  const names = symbols.map((row) => row.symbol);
  if ([...rows.keys()].join() !== names.join()) {
    const known = new Map(rows);
    rows.clear();
    for (const name of names) rows.set(name, known.get(name) ?? symbolRow(name));
    body.replaceChildren(...rows.values());
  }
  for (const quality of symbols) fill(rows.get(quality.symbol), quality, open.get(quality.symbol)?.length ?? 0, zone);
  if (symbols.length) hideState(place);
  else showState(place, { title: "No symbols are captured yet", text: "The Overview has a box to add one." });
}

function symbolRow(symbol) {
  const row = document.getElementById("symbol-row").content.firstElementChild.cloneNode(true);
  const link = row.querySelector("a");
  link.href = `/market/${encodeURIComponent(symbol)}`;
  link.textContent = symbol;
  row.dataset.symbol = symbol;
  return row;
}

function fill(row, quality, openGaps, zone) {
  const since = quality.spans_since ? Date.parse(quality.spans_since) : 0;
  dayBar.draw(row.querySelector(".day"), { since, minutes: quality.span_minutes, spans: quality.spans, zone });
  for (const cell of row.querySelectorAll("td[data-timeframe]")) {
    const stamp = quality.completeness?.[cell.dataset.timeframe];
    setText(cell, stamp ? share(stamp) : format.DASH);
    cell.dataset.kind = stamp && stamp.final < stamp.expected ? (stamp.present < stamp.expected ? "bad" : "warn") : "";
    cell.title = stamp ? `${format.count(stamp.present)} of ${format.count(stamp.expected)} bars are there, ${format.count(stamp.final)} final` : "Not judged yet";
  }
  const gaps = row.querySelector("[data-field='gaps']");
  setText(gaps, format.count(openGaps));
  gaps.dataset.kind = openGaps ? "warn" : "";
  fillCheck(row.querySelector("[data-field='bars']"), quality.bar_check, zone);
}

// Never 100 % while anything is missing.
export function share({ final, expected }) {
  const hundredths = final >= expected ? 10_000 : Math.min(9_999, Math.floor((final / expected) * 10_000));
  return `${hundredths === 10_000 ? "100" : (hundredths / 100).toFixed(2)}\u2009%`;
}

function fillCheck(cell, check, zone) {
  cell.dataset.kind = check?.differing ? "bad" : "";
  if (!check) setText(cell, "not compared yet");
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

export function showGaps(gaps, marketNow) {
  const place = document.getElementById("gaps-state");
  setText(document.getElementById("gaps-count"), gaps.length ? `(${format.count(gaps.length)})` : "");
  document.getElementById("gaps").replaceChildren(...gaps.map((gap) => gapRow(gap, marketNow)));
  if (gaps.length) hideState(place);
  else showState(place, { title: "No gaps", text: "Every trade id followed the one before it." });
}

function gapRow(gap, marketNow) {
  const row = document.createElement("tr");
  const found = Date.parse(gap.found_at);
  const mark = document.createElement("span");
  const dot = document.createElement("span");
  mark.className = "process-state";
  dot.className = "dot";
  dot.dataset.state = MARKS[gap.state];
  mark.append(dot, document.createTextNode(STATES[gap.state] ?? gap.state));
  mark.title = MEANINGS[gap.state] ?? "";
  row.dataset.state = gap.state;
  row.append(
    cellOf(mark),
    cellOf(gap.symbol),
    cellOf(format.count(gap.size), { number: true, title: `Ids ${gap.first_id} – ${gap.last_id}` }),
    cellOf(marketNow === null ? format.DASH : format.duration(Math.max(0, Math.round((marketNow - found) / 1000) * 1000)), { number: true, title: `Found ${format.moment(found, "utc", { seconds: true })} UTC` }),
    cellOf(format.count(gap.tries), { number: true }),
    cellOf(gap.reason || format.DASH),
  );
  return row;
}

function cellOf(content, { number = false, title = "" } = {}) {
  const cell = document.createElement("td");
  if (number) cell.className = "number";
  if (title) cell.title = title;
  cell.append(content);
  return cell;
}

const COUNTED = {
  gaps_found: ["Gaps found", "Holes seen in the ids"],
  repeats: ["Repeats", "Trades that came a second time and were dropped"],
  late: ["Late", "Trades that came after newer ones; their bars were built again"],
  malformed: ["Malformed", "Messages that could not be read; they are in quarantine"],
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
