// What is said of imports, in words: states, spans, what is wrong with a choice.

import * as format from "../format.js";

const STATES = { uploaded: "not started", queued: "waiting for its turn", done: "done", cancelled: "cancelled" };
const UNITS = [[1e9, "GB"], [1e6, "MB"], [1e3, "kB"], [0, "B"]];

export function stateWords(row) {
  if (row.state === "running") return format.percent(row.share, 0).replace("+", "");
  if (row.state === "failed") return row.reason ? `failed: ${row.reason}` : "failed";
  return STATES[row.state] ?? row.state;
}

// Rows that were there before in one way or another.
export function knownRows(row) {
  return row.known + row.standing;
}

export function bytes(size) {
  const [least, unit] = UNITS.find(([from]) => size >= from);
  return `${format.figure(size / (least || 1))} ${unit}`;
}

export function spanWords(preview, zone) {
  const since = preview.since && format.moment(Date.parse(preview.since), zone, { seconds: true });
  const until = preview.until && format.moment(Date.parse(preview.until), zone, { seconds: true });
  if (!since) return "not known yet";
  return until ? `${since} to ${until}` : `from ${since}`;
}

// Facts about a file that was looked into, as name and value.
export function lookFacts(row, preview, zone) {
  const read = preview.is_whole ? `all ${format.count(preview.lines)} lines` : `the first ${format.count(preview.lines)} lines`;
  return [
    ["Format", preview.format],
    ["Symbols", preview.symbols.join(", ") || format.DASH],
    ["Time", spanWords(preview, zone)],
    ["Times are written in", preview.time_units.join(", ") || format.DASH],
    ["Columns", preview.columns.join(", ") || "names in each row"],
    ["Read for this", `${read} of ${bytes(row.size)}`],
  ];
}

// Why a file is not even sent; "" where nothing speaks against it.
export function tooLarge(file, largest) {
  if (!largest || file.size <= largest) return "";
  return `${file.name} has ${bytes(file.size)}; at most ${bytes(largest)} are taken. Larger files go in with make import.`;
}

export function isOpen(row) {
  return row.state === "queued" || row.state === "running";
}
