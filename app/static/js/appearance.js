// How every page looks and tells the time: theme, colours of up and down, zone. They act at once.

import { choice, keepChoice, onChoice } from "./choices.js";
import { zoneName } from "./format.js";
import { setText } from "./paint.js";

const zoneListeners = new Set();
const themeListeners = new Set();
const systemDark = () => matchMedia("(prefers-color-scheme: dark)");

export function currentZone() {
  return choice("zone", "utc");
}

export function onZone(listener) {
  zoneListeners.add(listener);
}

// Told whenever a colour may have changed.
export function onTheme(listener) {
  themeListeners.add(listener);
}

export function switchTheme() {
  const { theme } = document.documentElement.dataset;
  const dark = theme ? theme === "dark" : systemDark().matches;
  keepChoice("theme", dark ? "light" : "dark");
}

export function switchZone() {
  keepChoice("zone", currentZone() === "utc" ? "local" : "utc");
}

export function wireAppearance() {
  document.getElementById("theme").addEventListener("click", switchTheme);
  systemDark().addEventListener("change", tellTheme);
  onChoice("theme", showTheme);
  onChoice("colours", showColours);
  wireZone(document.getElementById("zone"));
}

// Without a theme of its own the page follows the system.
function showTheme(theme) {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  tellTheme();
}

function showColours(colours) {
  document.documentElement.dataset.colours = colours;
  tellTheme();
}

function tellTheme() {
  for (const listener of themeListeners) listener();
}

function wireZone(button) {
  setText(button, zoneName(currentZone()));
  button.addEventListener("click", switchZone);
  onChoice("zone", (zone) => {
    setText(button, zoneName(zone));
    for (const listener of zoneListeners) listener(zone);
  });
}
