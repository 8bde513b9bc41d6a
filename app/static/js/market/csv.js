// The bars on the chart as a file; its name and a column say where the trades came from.

const COLUMNS = ["open", "high", "low", "close", "volume", "trades"];

export function csvOf(source, { bars }) {
  const lines = bars.map((bar) => [new Date(bar.at).toISOString(), ...COLUMNS.map((name) => bar[name]), bar.isFinal, source].join(","));
  return [["ts", ...COLUMNS, "is_final", "source"].join(","), ...lines, ""].join("\n");
}

export function saveCsv(name, history) {
  if (!history.bars.length) return;
  const address = URL.createObjectURL(new Blob([csvOf(name.split(" ")[0], history)], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `${name.replaceAll(" ", "-")}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
