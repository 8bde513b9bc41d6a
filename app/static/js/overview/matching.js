// What was typed, as symbols: those that fit, the ones that begin with it first; and a pair. Pure.

import { shortNames } from "../correlation/cells.js";

export function matching(symbols, typed, isWatched) {
  const text = typed.trim().toUpperCase();
  const found = symbols.filter((symbol) => symbol.includes(text) && !isWatched(symbol));
  const rank = (symbol) => (symbol.startsWith(text) ? 0 : 1);
  return found.sort((a, b) => rank(a) - rank(b) || a.length - b.length || (a < b ? -1 : 1));
}

// "ethusdt / btcusdt" -> ["ETHUSDT", "BTCUSDT"]; null for anything but two words.
// What is watched may be called by its short name, as the pages call it: "eth btc".
export function pairIn(typed, watched) {
  const words = typed.toUpperCase().split(/[\s/,]+/).filter(Boolean);
  const symbols = new Map(Object.entries(shortNames(watched)).map(([symbol, name]) => [name, symbol]));
  return words.length === 2 ? words.map((word) => symbols.get(word) ?? word) : null;
}
