// The cells as a file; its name and a column say where the trades came from.

export function csvOf(source, { symbols, values, n, p_values: p, as_of: asOf }) {
  const lines = symbols.flatMap((row, y) => symbols.slice(0, y).map((column, x) => [row, column, values[y][x] ?? "", n[y][x], p[y][x] ?? "", asOf, source].join(",")));
  return [["symbol", "other", "correlation", "n", "p", "as_of", "source"].join(","), ...lines, ""].join("\n");
}

export function saveCells(source, snapshot, { timeframe, window, method }) {
  const address = URL.createObjectURL(new Blob([csvOf(source, snapshot)], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `${source}-correlation-${timeframe}-${window}-${method}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
