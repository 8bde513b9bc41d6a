// Both prices in per cent from the left edge.

import { line, named } from "./pair_lines.js";

export function priceTraces(history, palette) {
  const { analysis, from } = history;
  return [
    line(history, percent(analysis.series.y, from), { colour: palette["line-2"], axis: "y", name: analysis.y }),
    line(history, percent(analysis.series.x, from), { colour: palette["line-1"], axis: "y", name: analysis.x }),
  ];
}

export function priceNames(history, palette) {
  const { analysis } = history;
  return [named(analysis.y, palette["line-2"], "y", 0), named(analysis.x, palette["line-1"], "y", 1)];
}

// Change since the first known price at or behind a place.
export function percent(values, from) {
  const first = values.slice(from).find((value) => value !== null);
  return values.map((value) => (value === null || !first ? null : 100 * (value / first - 1)));
}
