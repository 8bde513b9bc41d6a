// The shown rows as a file; its name and a column say where the trades came from.

const FIELDS = ["y", "x", "verdict", "beta", "intercept", "statistic", "p_value", "pair_p_value", "q_value", "lags", "half_life", "zscore", "n", "quote_volume", "confirmed", "rest_p_value", "reason"];

export function csvOf(source, rows, { as_of: asOf, timeframe, window }) {
  const lines = rows.map((row) => [...FIELDS.map((name) => quoted(row[name])), timeframe, window, asOf, source].join(","));
  return [[...FIELDS, "timeframe", "window", "as_of", "source"].join(","), ...lines, ""].join("\n");
}

export function saveRows(source, rows, scan) {
  const address = URL.createObjectURL(new Blob([csvOf(source, rows, scan)], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `${source}-scan-${scan.timeframe}-${scan.window}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

function quoted(value) {
  const text = String(value ?? "");
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
