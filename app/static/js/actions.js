// What a reader can do here: one list, from which the keys, the keyboard's sheet and the palette come.

import { TIMEFRAME_MS } from "./series.js";

const offered = [];

// {text, run(event), keys: ["t"], section, inside}. keys: "t", "g o" one after the other, "Ctrl K"; without
// any it stands in the palette alone. inside: only while the focus is within this selector, and not in the palette.
export function offer(actions) {
  offered.push(...actions.map((action) => ({ keys: [], section: "This page", ...action })));
}

export function allActions() {
  return offered;
}

// One for each timeframe that the page has a button for; a timeframe has the same key on every page.
export function timeframeActions(choose) {
  const shown = [...document.querySelectorAll("button[data-timeframe]")].map((button) => button.dataset.timeframe);
  return Object.keys(TIMEFRAME_MS).flatMap((timeframe, place) =>
    shown.includes(timeframe) ? [{ keys: [String(place + 1)], text: `Timeframe ${timeframe}`, run: () => choose(timeframe) }] : [],
  );
}
