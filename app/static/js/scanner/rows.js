// Rows of a scan: what a filter lets pass, in which order, and what is said of all. Pure.

import * as format from "../format.js";
import { sorted } from "../sorting.js";
import { COLUMNS } from "./columns.js";

export const LIQUID = 1_000_000; // of the quote asset in 24 h
const HALF_LIFE_MS = [5 * 60_000, 86_400_000];

const FILTERS = {
  q: (row) => row.q_value !== null && row.q_value < 0.05,
  z: (row) => row.zscore !== null && Math.abs(row.zscore) > 2,
  half_life: (row, ms) => row.half_life !== null && row.half_life * ms >= HALF_LIFE_MS[0] && row.half_life * ms <= HALF_LIFE_MS[1],
  liquid: (row) => row.quote_volume !== null && row.quote_volume >= LIQUID,
  once: (row) => row.other_p === null || row.p_value === null || row.p_value < row.other_p || (row.p_value === row.other_p && row.y < row.x),
};

export const FILTER_NAMES = Object.keys(FILTERS);

// Rows of the columns that the server sends: y and x as symbols, the verdict in words.
export function rowsOf({ columns, symbols, words }) {
  const names = Object.keys(columns).filter((name) => name !== "y" && name !== "x" && name !== "zscores");
  return columns.y.map((y, place) => {
    const row = { y: symbols[y], x: symbols[columns.x[place]], zscores: columns.zscores[place] ?? [] };
    for (const name of names) row[name] = columns[name][place];
    row.text = words[row.verdict] ?? `Not testable: ${row.reason}.`;
    return row;
  });
}

// Every row with its names without the common quote asset.
export function prepared(rows, names) {
  return rows.map((row) => ({ ...row, id: `${row.y}/${row.x}`, names: [names[row.y], names[row.x]], other_p: row.other_p_value ?? null }));
}

// All ordered pairs of a scan, be it that an answer holds only some of them.
export function pairsOf({ symbols }) {
  return symbols.length * (symbols.length - 1);
}

// "30 of 870 rows"; of a large scan also that only the first rows of this order are here.
export function rowWords({ shown, rows, scan }) {
  if (!scan.isLarge) return `${format.count(shown.length)} of ${format.count(rows.length)} rows`;
  const first = scan.total > rows.length ? `; the first ${format.count(rows.length)} in this order are here` : "";
  return `${format.count(scan.total)} of ${format.count(pairsOf(scan))} rows${first}`;
}

export function chosen(rows, { filters, search, sort, descending }, barMs) {
  const wanted = search.trim().toUpperCase();
  const kept = rows.filter((row) => filters.every((name) => FILTERS[name](row, barMs)) && (!wanted || row.y.includes(wanted) || row.x.includes(wanted)));
  const column = COLUMNS.find(({ name }) => name === sort) ?? COLUMNS[0];
  const keyed = kept.map((row) => ({ row, key: column.sort(row), id: row.id }));
  return sorted(sorted(keyed, { field: "id" }), { field: "key", descending }).map(({ row }) => row);
}

// "14 found, 9 expected by luck before the correction, 3 after it."
export function luckWords({ pairs, expected_by_luck: luck, found_before: before, found_after: after, confirmed }) {
  if (!pairs) return "No pair could be tested.";
  const expected = luck < 10 ? format.ratio(luck, 1) : format.count(luck);
  const held = confirmed ? `, ${format.count(confirmed)} of them confirmed on later bars` : "";
  return `${format.count(pairs)} pairs tested: ${format.count(before)} found before the correction, where luck alone gives about ${expected}; ${format.count(after)} after it${held}.`;
}

// "; 3 symbols are not tested: AUSDT trades too little: ... and others"
export function untestedWords({ reasons }) {
  const words = Object.values(reasons);
  if (!words.length) return "";
  const others = words.length > 1 ? ` (and ${format.count(words.length - 1)} more)` : "";
  return `; ${format.count(words.length)} ${words.length > 1 ? "symbols are" : "symbol is"} not tested: ${words[0]}${others}`;
}

// Which rows stand in the window of a long list: [first, behind the last].
export function visible(count, { top, height, rowHeight, margin = 12 }) {
  const first = Math.max(0, Math.floor(top / rowHeight) - margin);
  return [Math.min(first, count), Math.min(count, Math.ceil((top + height) / rowHeight) + margin)];
}
