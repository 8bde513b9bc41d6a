// What the page shows, as the link says it. Pure.

export const WINDOWS = [30, 60, 120, 240, 480, 960, 1440, 2880, 4320]; // returns
export const METHODS = ["pearson", "spearman", "kendall"];
export const FIRST = { method: "pearson", window: 1440, difference: "" };
const DIFFERENCES = { 1: "day", day: "day", hour: "hour" }; // 1: as links named it first

export function choiceFrom(search, timeframe) {
  const asked = new URLSearchParams(search);
  const window = Number(asked.get("window") ?? FIRST.window);
  const method = asked.get("method");
  return {
    timeframe,
    window: WINDOWS.includes(window) ? window : FIRST.window,
    method: METHODS.includes(method) ? method : FIRST.method,
    difference: DIFFERENCES[asked.get("difference")] ?? FIRST.difference,
  };
}

// Only what differs from the first view stands in the link.
export function searchOf({ timeframe, window, method, difference }) {
  const parts = { tf: timeframe };
  if (window !== FIRST.window) parts.window = window;
  if (method !== FIRST.method) parts.method = method;
  if (difference) parts.difference = difference;
  return `?${new URLSearchParams(parts)}`;
}

// Which cells are asked for; two choices with one key show the same ones.
export function keyOf({ timeframe, window, method }) {
  return `${timeframe} ${window} ${method}`;
}
