// A snapshot of correlations as cells to draw and words to say. Pure.

import * as format from "../format.js";

export const EARLIER = { day: "yesterday", hour: "an hour ago" };
export const SIGNIFICANT = 0.05;
export const FULL_CHANGE = 0.3; // has the full colour
const BEND = 1.3; // more than proportional, since most correlations lie close together

// {one, other, value, n, p, before, shown, share, pale} of a row and a column; `before` is an earlier snapshot.
export function cellOf(snapshot, before, row, column) {
  const own = row === column;
  const at = { value: own ? null : valueAt(snapshot, snapshot.values, row, column), before: null };
  const n = own ? snapshot.returns[snapshot.symbols.indexOf(row)] : valueAt(snapshot, snapshot.n, row, column);
  const p = own ? null : valueAt(snapshot, snapshot.p_values, row, column);
  if (before && !own) at.before = valueAt(before, before.values, row, column);
  const shown = before ? difference(at) : at.value;
  return { row, column, own, ...at, n, p, shown, share: shareOf(shown, Boolean(before)), pale: !before && p !== null && p >= SIGNIFICANT };
}

export function valueAt({ symbols }, triangle, one, other) {
  const [low, high] = [symbols.indexOf(one), symbols.indexOf(other)].sort((a, b) => a - b);
  return low < 0 || low === high ? null : (triangle[high][low] ?? null);
}

// How much of the colour a correlation, or a change of one, has: -1 to 1.
export function shareOf(value, isChange = false) {
  if (value === null) return 0;
  const part = isChange ? Math.min(1, Math.abs(value) / FULL_CHANGE) : Math.abs(value) ** BEND;
  return Math.sign(value) * part;
}

// Names without the asset that all are quoted in.
export function shortNames(symbols) {
  const quote = ["USDT", "USDC", "FDUSD", "BUSD", "BTC", "ETH", "EUR"].find((end) => symbols.every((symbol) => symbol.endsWith(end) && symbol.length > end.length));
  return Object.fromEntries(symbols.map((symbol) => [symbol, quote ? symbol.slice(0, -quote.length) : symbol]));
}

export function cellText(value, difference = false) {
  if (value === null) return "";
  const text = format.ratio(Math.abs(value), 2).replace(/^0\./, ".");
  if (Number(value.toFixed(2)) === 0) return ".00";
  return value < 0 ? `\u2212${text}` : difference ? `+${text}` : text;
}

// What the line above the map says about a cell.
export function cellWords(cell, names, earlier = "day") {
  const pair = `${names[cell.row]} and ${names[cell.column]}`;
  if (cell.own) return `${names[cell.row]}: ${format.count(cell.n)} returns`;
  if (cell.value === null) return `${pair}: no correlation, ${format.count(cell.n)} common returns`;
  const words = [`${pair}: ${format.ratio(cell.value, 4)}`, `n ${format.count(cell.n)}`, significance(cell.p)];
  if (cell.before !== null) words.push(`${EARLIER[earlier]} ${format.ratio(cell.before, 4)}`);
  return words.join(" · ");
}

export function significance(p) {
  if (p === null) return "significance unknown";
  const text = p < 0.001 ? "p < 0.001" : `p = ${p.toFixed(3)}`;
  return p < SIGNIFICANT ? text : `${text}, not significant`;
}

// One sentence on the whole: the closest and the loosest two.
export function sentence(snapshot, names) {
  const cells = [];
  for (let row = 1; row < snapshot.symbols.length; row++) {
    for (let column = 0; column < row; column++) {
      const value = snapshot.values[row][column];
      if (value !== null) cells.push({ value, pair: `${names[snapshot.symbols[row]]} and ${names[snapshot.symbols[column]]}` });
    }
  }
  if (!cells.length) return "No two symbols can be compared yet.";
  cells.sort((one, other) => other.value - one.value);
  const [first, last] = [cells[0], cells.at(-1)];
  const closest = `${first.pair} move together most (${format.ratio(first.value, 2)})`;
  return cells.length === 1 ? `${closest}.` : `${closest}, ${last.pair} least (${format.ratio(last.value, 2)}).`;
}

function difference({ value, before }) {
  return value === null || before === null ? null : value - before;
}
