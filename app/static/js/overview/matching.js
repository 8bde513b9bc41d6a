// Symbols that fit what was typed: those that begin with it first. Pure.

export function matching(symbols, typed, isWatched) {
  const text = typed.trim().toUpperCase();
  const found = symbols.filter((symbol) => symbol.includes(text) && !isWatched(symbol));
  const rank = (symbol) => (symbol.startsWith(text) ? 0 : 1);
  return found.sort((a, b) => rank(a) - rank(b) || a.length - b.length || (a < b ? -1 : 1));
}
