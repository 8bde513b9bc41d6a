// What the reader chose: the link holds it all, and the controls show it.

const PICKED = ["window", "method", "spread", "z_window", "robust", "time_stop", "cool_down"];
const FIRST_TAB = "paths";
const THRESHOLDS = ["entry", "exit", "stop"];

// The choice in the link; what is missing or unknown there is the default.
export function choiceInLink(search) {
  const asked = new URLSearchParams(search);
  const found = {};
  for (const name of PICKED) found[name] = pickedValue(name, asked.get(name));
  for (const name of THRESHOLDS) found[name] = thresholdValue(name, asked.get(name));
  const frames = [...document.querySelectorAll("button[data-timeframe]")].map((button) => button.dataset.timeframe);
  found.tf = frames.includes(asked.get("tf")) ? asked.get("tf") : frames[0];
  return found;
}

function pickedValue(name, text) {
  const select = document.getElementById(name);
  const offered = [...select.options].map((option) => option.value);
  return offered.includes(text) ? text : select.dataset.default;
}

function thresholdValue(name, text) {
  const value = Number(text);
  return text && Number.isFinite(value) && value >= 0 ? value : Number(document.getElementById(name).dataset.default);
}

// Why a control changes nothing with the others as they are, by its name. Pure.
export function idle({ method, spread }) {
  if (spread === "ratio") return { method: "A ratio has no hedge" };
  if (spread === "dollar_neutral") return { method: "The same money in both: the hedge is 1" };
  if (method !== "kalman") return {};
  const reason = "Kalman scores each bar's surprise by the deviation the filter expected: that z has no window";
  return { z_window: reason, robust: reason };
}

export function showChoice(choice) {
  const reasons = idle(choice);
  for (const name of PICKED) showPicked(document.getElementById(name), choice[name], reasons[name]);
  for (const name of THRESHOLDS) document.getElementById(name).value = String(choice[name]);
  for (const button of document.querySelectorAll("button[data-timeframe]")) {
    button.setAttribute("aria-pressed", String(button.dataset.timeframe === choice.tf));
  }
}

function showPicked(select, value, reason) {
  const label = select.closest("label");
  label.dataset.title ??= label.title;
  label.title = reason ?? label.dataset.title;
  select.value = value;
  select.disabled = Boolean(reason);
  if (reason) select.setAttribute("aria-description", reason);
  else select.removeAttribute("aria-description");
}

// The link of a choice: all of it, so that whoever opens it sees the same; of the tabs any but the first.
export function linkOf(y, x, choice, tab = FIRST_TAB) {
  const query = new URLSearchParams(tab === FIRST_TAB ? choice : { ...choice, tab });
  return `/pairs/${encodeURIComponent(y)}/${encodeURIComponent(x)}?${query}`;
}

export function tabInLink(search) {
  const tab = new URLSearchParams(search).get("tab");
  const known = [...document.querySelectorAll("[data-tab]")].map((button) => button.dataset.tab);
  return known.includes(tab) ? tab : FIRST_TAB;
}

// Calls back with each change that can be meant; says what is wrong with one that cannot.
export function wireChoice(current, onChange) {
  const change = (part) => {
    const next = { ...current(), ...part };
    const problem = contradiction(next);
    showProblem(problem);
    if (!problem) onChange(next);
  };
  for (const name of PICKED) {
    document.getElementById(name).addEventListener("change", (event) => change({ [name]: event.target.value }));
  }
  for (const name of THRESHOLDS) {
    document.getElementById(name).addEventListener("change", () => change(thresholds()));
  }
  for (const button of document.querySelectorAll("button[data-timeframe]")) {
    button.addEventListener("click", () => change({ tf: button.dataset.timeframe }));
  }
}

function thresholds() {
  return Object.fromEntries(THRESHOLDS.map((name) => [name, Number(document.getElementById(name).value || NaN)]));
}

// Why thresholds cannot be meant, "" when they can.
export function contradiction({ entry, exit, stop }) {
  if (![entry, exit, stop].every(Number.isFinite)) return "Entry, exit and stop are numbers.";
  if (exit < 0 || exit >= entry) return "The exit lies nearer to the mean than the entry.";
  if (stop <= entry) return "The stop lies farther from the mean than the entry.";
  return "";
}

function showProblem(problem) {
  const line = document.getElementById("choice-error");
  line.textContent = problem;
  line.hidden = !problem;
  for (const name of THRESHOLDS) document.getElementById(name).setAttribute("aria-invalid", String(Boolean(problem)));
}
