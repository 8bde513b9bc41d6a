// Symbols that correlate with nothing, and why.
export function showSilent(list, reasons, names) {
  const rows = Object.entries(reasons).map(([symbol, reason]) => {
    const row = document.createElement("li");
    row.textContent = `${names[symbol] ?? symbol}: ${reason}`;
    return row;
  });
  list.replaceChildren(...rows);
}
