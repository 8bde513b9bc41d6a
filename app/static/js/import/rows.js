// The list of imports: a row each, kept while it changes, so that its buttons can be pressed at any moment.

import * as format from "../format.js";
import { setText } from "../paint.js";
import { bytes, isOpen, knownRows, stateWords } from "./words.js";

const CELLS = { format: "", state: "state-cell", rows: "number figure", stored: "number figure", known: "number figure", refused: "number figure", moment: "", actions: "row-actions" };
const rows = new Map(); // id -> row

// actions: {show(row), cancel(row, button)}.
export function showImports(imports, zone, actions) {
  const before = [...rows.keys()].join();
  const known = new Map(rows);
  rows.clear();
  for (const each of imports) rows.set(each.id, known.get(each.id) ?? importRow(each));
  if ([...rows.keys()].join() !== before) document.getElementById("imports").replaceChildren(...rows.values());
  for (const each of imports) fill(rows.get(each.id), each, zone, actions);
}

function importRow(row) {
  const found = document.createElement("tr");
  const name = document.createElement("th");
  name.scope = "row";
  name.textContent = row.name;
  name.title = `${row.name}, ${bytes(row.size)}`;
  found.append(name, ...Object.entries(CELLS).map(([field, look]) => cell(field, look)));
  found.querySelector("[data-field='state']").append(document.createElement("span"), shareBar(row));
  return found;
}

function shareBar(row) {
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.setAttribute("aria-label", `${row.name} imported`);
  return bar;
}

function fill(found, row, zone, actions) {
  const of = (field) => found.querySelector(`[data-field='${field}']`);
  setText(of("format"), row.format || format.DASH);
  const counts = { rows: row.rows, stored: row.stored, known: knownRows(row), refused: row.refused };
  for (const [field, count] of Object.entries(counts)) setText(of(field), format.count(count));
  setText(of("moment"), format.moment(Date.parse(row.finished_at ?? row.started_at ?? row.queued_at), zone));
  fillState(of("state"), row);
  fillActions(of("actions"), row, actions);
}

function fillState(found, row) {
  const [words, bar] = found.children;
  found.dataset.state = row.state;
  setText(words, stateWords(row));
  bar.hidden = row.state !== "running";
  bar.value = row.share ?? 0;
}

function fillActions(found, row, { show, cancel }) {
  const offered = row.state === "uploaded" ? "Show Remove" : isOpen(row) ? "Cancel" : "";
  if (found.dataset.offered === offered) return;
  found.dataset.offered = offered;
  const run = { Show: () => show(row), Remove: (it) => cancel(row, it), Cancel: (it) => cancel(row, it) };
  found.replaceChildren(...offered.split(" ").filter(Boolean).map((text) => button(text, `${text} ${row.name}`, run[text])));
}

function button(text, label, run) {
  const found = document.createElement("button");
  found.type = "button";
  found.className = "button small";
  found.textContent = text;
  found.setAttribute("aria-label", label);
  found.addEventListener("click", () => run(found));
  return found;
}

function cell(field, look) {
  const found = document.createElement("td");
  found.className = look;
  found.dataset.field = field;
  return found;
}
