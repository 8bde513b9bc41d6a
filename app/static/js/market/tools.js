// The row of tools above the chart: which button is pressed, and the chips of indicators.

import { OVERLAYS, PANES } from "../charts/candle_figure.js";
import { choice, keepChoice, onChoice } from "../choices.js";

// Buttons that carry data-timeframe or data-range.
export function wireButtons(kind, listener) {
  for (const button of document.querySelectorAll(`button[data-${kind}]`)) {
    button.addEventListener("click", () => listener(button.dataset[kind]));
  }
}

export function markPressed(kind, value) {
  for (const button of document.querySelectorAll(`button[data-${kind}]`)) {
    button.setAttribute("aria-pressed", String(button.dataset[kind] === value));
  }
}

// The axis of prices: equal steps of price, or of ratio.
export function wireScale(history, onChange) {
  const button = document.getElementById("log-scale");
  const show = () => button.setAttribute("aria-pressed", String(history.scale === "log"));
  button.addEventListener("click", switchScale);
  onChoice("scale", (scale) => {
    Object.assign(history, { scale, priceView: null });
    show();
    onChange();
  });
  show();
}

export function switchScale() {
  keepChoice("scale", choice("scale") === "log" ? "linear" : "log");
}

// One chip for each overlay and pane; `history` says which are on.
export function addChips(history, onChange) {
  const last = document.getElementById("anchor"); // of the same row
  for (const [kind, chips] of [["overlays", OVERLAYS], ["panes", PANES]]) {
    for (const name of Object.keys(chips)) last.before(chipFor(kind, name, chips, { history, onChange }));
  }
}

function chipFor(kind, name, chips, { history, onChange }) {
  const { label, title = label, lines, swatch: named } = chips[name];
  const chip = document.createElement("button");
  const swatch = document.createElement("span");
  chip.type = "button";
  chip.className = "chip";
  chip.title = title;
  chip.dataset[kind === "overlays" ? "overlay" : "pane"] = name;
  swatch.className = "swatch";
  swatch.dataset.line = named ?? lines?.[0][1] ?? "accent";
  chip.append(swatch, document.createTextNode(label));
  chip.setAttribute("aria-pressed", String(history[kind].includes(name)));
  chip.addEventListener("click", () => {
    const on = !history[kind].includes(name);
    // In the order of the chips, whatever the order of the clicks.
    history[kind] = Object.keys(chips).filter((each) => (each === name ? on : history[kind].includes(each)));
    chip.setAttribute("aria-pressed", String(on));
    keepChoice(kind, history[kind]);
    onChange();
  });
  return chip;
}
