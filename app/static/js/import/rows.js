// Rows of the list of imports.

import * as format from "../format.js";
import { bytes, isOpen, knownRows, stateWords } from "./words.js";

// actions: {show(row), cancel(row, button)}.
export function importRow(row, zone, actions) {
  const found = document.createElement("tr");
  const name = document.createElement("th");
  name.scope = "row";
  name.textContent = row.name;
  name.title = `${row.name}, ${bytes(row.size)}`;
  const counts = [row.rows, row.stored, knownRows(row), row.refused].map((count) => cell(format.count(count), "number figure"));
  const moment = format.moment(Date.parse(row.finished_at ?? row.started_at ?? row.queued_at), zone);
  found.append(name, cell(row.format || format.DASH), stateCell(row), ...counts, cell(moment), actionCell(row, actions));
  return found;
}

function stateCell(row) {
  const found = cell(stateWords(row), "state-cell");
  found.dataset.state = row.state;
  if (row.state !== "running") return found;
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.value = row.share;
  bar.setAttribute("aria-label", `${row.name} imported`);
  found.append(bar);
  return found;
}

function actionCell(row, { show, cancel }) {
  const found = cell("", "row-actions");
  if (row.state === "uploaded") {
    found.append(button("Show", `Show ${row.name}`, () => show(row)), button("Remove", `Remove ${row.name}`, (it) => cancel(row, it)));
  } else if (isOpen(row)) {
    found.append(button("Cancel", `Cancel ${row.name}`, (it) => cancel(row, it)));
  }
  return found;
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

function cell(text, name = "") {
  const found = document.createElement("td");
  found.textContent = text;
  found.className = name;
  return found;
}
