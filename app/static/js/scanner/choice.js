// What the page shows, as the link says it. Pure.

import { FILTER_NAMES, LIQUID } from "./rows.js";
import { COLUMNS } from "./columns.js";

export const FIRST_WINDOW = 1440;
const BOUNDS = { q: { q_max: 0.05 }, z: { z_min: 2 }, half_life: { half_life_min: 300, half_life_max: 86_400 }, liquid: { volume_min: LIQUID }, once: { once: true } };
const SORTED_BY = { zscore: "abs_zscore", other_p: "other_p_value" }; // where the server has another name
export const FIRST_HIDDEN = COLUMNS.filter(({ hidden }) => hidden).map(({ name }) => name);

// kept: the columns this reader has hidden; a link that names columns comes first.
export function choiceFrom(search, timeframe, kept = FIRST_HIDDEN) {
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
    hidden: asked.has("hidden") ? asked.get("hidden").split(",").filter((name) => COLUMNS.some((each) => each.name === name && !each.fixed)) : kept,
    selected: asked.get("pair"),
  };
}

// Only what differs from the first view stands in the link.
export function searchOf({ timeframe, symbols, window, leastVolume, filters, search, sort, descending, hidden, selected }) {
  const parts = { tf: timeframe };
  if (symbols.length) parts.symbols = symbols.join(",");
  if (window !== FIRST_WINDOW) parts.window = window;
  if (leastVolume) parts.least_volume = leastVolume;
  if (filters.length) parts.filters = filters.join(",");
  if (search) parts.search = search;
  if (sort !== "q_value" || descending) Object.assign(parts, { sort, order: descending ? "desc" : "asc" });
  if ([...hidden].sort().join() !== [...FIRST_HIDDEN].sort().join()) parts.hidden = hidden.join();
  if (selected) parts.pair = selected;
  return `?${new URLSearchParams(parts)}`;
}

// What the server is asked for to have the same rows in the same order.
export function exportQuery({ timeframe, symbols, window, leastVolume, filters, search, sort, descending }) {
  const query = { tf: timeframe, window, sort: SORTED_BY[sort] ?? sort, order: descending ? "desc" : "asc" };
  if (symbols.length) query.symbols = symbols.join(",");
  if (leastVolume) query.least_volume = leastVolume;
  if (search.trim()) query.contains = search.trim();
  return Object.assign(query, ...filters.map((name) => BOUNDS[name]));
}

export function symbolsIn(text) {
  return [...new Set(text.toUpperCase().split(/[\s,;]+/).filter(Boolean))];
}
