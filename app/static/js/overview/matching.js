// What was typed, as symbols: those that fit, the ones that begin with it first; and a pair. Pure.

export function matching(symbols, typed, isWatched) {
  const text = typed.trim().toUpperCase();
  const found = symbols.filter((symbol) => symbol.includes(text) && !isWatched(symbol));
  const rank = (symbol) => (symbol.startsWith(text) ? 0 : 1);
  return found.sort((a, b) => rank(a) - rank(b) || a.length - b.length || (a < b ? -1 : 1));
}

// "ethusdt / btcusdt" -> ["ETHUSDT", "BTCUSDT"]; null for anything but two words.
export function pairIn(typed) {
  const words = typed.toUpperCase().split(/[\s/,]+/).filter(Boolean);
  return words.length === 2 ? words : null;
}
