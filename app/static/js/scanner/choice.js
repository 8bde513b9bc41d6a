// What the page shows, as the link says it. Pure.

import { FILTER_NAMES } from "./rows.js";
import { COLUMNS } from "./columns.js";

export const FIRST_WINDOW = 1440;
export const FIRST_HIDDEN = COLUMNS.filter(({ hidden }) => hidden).map(({ name }) => name);

export function choiceFrom(search, timeframe) {
  const asked = new URLSearchParams(search);
  const window = Number(asked.get("window") ?? FIRST_WINDOW);
  const leastVolume = Number(asked.get("least_volume") ?? 0);
  const sort = asked.get("sort");
  const column = COLUMNS.find(({ name, sort: by }) => by && name === sort);
  return {
    timeframe,
    symbols: (asked.get("symbols") ?? "").split(",").filter(Boolean),
    window: Number.isInteger(window) && window >= 100 && window <= 10_080 ? window : FIRST_WINDOW,
    leastVolume: leastVolume > 0 && leastVolume <= 1e15 ? leastVolume : 0,
    filters: (asked.get("filters") ?? "").split(",").filter((name) => FILTER_NAMES.includes(name)),
    search: asked.get("search") ?? "",
    sort: column?.name ?? "q_value",
    descending: column ? asked.get("order") === "desc" : false,
  };
}

// Only what differs from the first view stands in the link.
export function searchOf({ timeframe, symbols, window, leastVolume, filters, search, sort, descending }) {
  const parts = { tf: timeframe };
  if (symbols.length) parts.symbols = symbols.join(",");
  if (window !== FIRST_WINDOW) parts.window = window;
  if (leastVolume) parts.least_volume = leastVolume;
  if (filters.length) parts.filters = filters.join(",");
  if (search) parts.search = search;
  if (sort !== "q_value" || descending) Object.assign(parts, { sort, order: descending ? "desc" : "asc" });
  return `?${new URLSearchParams(parts)}`;
}

export function symbolsIn(text) {
  return [...new Set(text.toUpperCase().split(/[\s,;]+/).filter(Boolean))];
}
