// Correlation: which symbols move together, live. This file only wires.

import { timeframeActions } from "../actions.js";
import { Heatmap, STEPS } from "../charts/heatmap.js";
import { heatmapPicture } from "../charts/heatmap_picture.js";
import { savePainted } from "../charts/picture.js";
import { snapshotOf } from "../correlation/answers.js";
import { cellOf, cellText, cellWords, EARLIER, FULL_CHANGE, sentence, shareOf, shortNames } from "../correlation/cells.js";
import { choiceFrom, keyOf, searchOf, WINDOWS } from "../correlation/choice.js";
import { showSilent } from "../correlation/silent.js";
import { wireExport } from "../export_menu.js";
import { hideHead, showHead } from "../findings_head.js";
import * as format from "../format.js";
import { followDelay, onZone, startFrame } from "../frame.js";
import { watch } from "../live.js";
import { oncePerFrame, setText } from "../paint.js";
import { TIMEFRAME_MS } from "../series.js";
import { hideState, showSkeleton, showState } from "../states.js";

const RETRY_MS = 5_000;
const AGE_MS = 5_000; // how often the age is looked at
const SCALE = [-1, -0.5, 0, 0.5, 1];
const HINT = "Point at a cell for its figures; a click opens the pair. Tab and the arrow keys do the same.";

const root = document.querySelector(".correlation");
const table = document.getElementById("heatmap");
const place = document.getElementById("heatmap-state");
const slider = document.getElementById("window");
const heatmap = new Heatmap(table, { onCell: point });

let choice = choiceFrom(location.search, root.dataset.timeframe);
let stopWatching = () => {};
let loading = 0; // number of the load in hand; an older one that comes late is dropped
let snapshot = null;
let before = null;
let order = []; // kept while the symbols stay, so that nothing jumps
let shownKey = "";
let pointed = null;
let retry = 0;

const drawSoon = oncePerFrame(draw);

startFrame({
  actions: [
    ...timeframeActions((timeframe) => choose({ ...choice, timeframe })),
    { keys: Object.keys(STEPS), inside: "#heatmap td", text: "From cell to cell", run: ({ target, key }) => heatmap.walk(target, STEPS[key]) },
    ...wireExport([
      { text: "Correlations", address: () => snapshot && exported() },
      { text: "Correlations of an hour ago", address: () => snapshot && exported({ hour_before: true }) },
      { text: "Correlations of yesterday", address: () => snapshot && exported({ day_before: true }) },
    ]),
    { text: "Save the map as PNG", run: () => document.getElementById("save-png").click() },
    ...Object.entries(EARLIER).map(([name, words]) => ({ text: `Change to ${words}`, run: () => differ(name) })),
  ],
});
followDelay();
wireTools();
onZone(drawSoon);
addEventListener("popstate", () => {
  const timeframe = new URLSearchParams(location.search).get("tf") ?? "1m";
  choose(choiceFrom(location.search, timeframe), { push: false });
});
setInterval(() => snapshot && !table.hidden && showAge(), AGE_MS);
showTools();
start();

function start() {
  stopWatching();
  snapshot = before = null;
  hideHead();
  showSkeleton(place, "heatmap-skeleton");
  table.hidden = true;
  const { timeframe } = choice;
  stopWatching = watch(`correlation:${timeframe}`, { onState: received, onMissed: load });
  load();
}

// The topic tells that a bar has closed; its figures are asked for, as they travel packed that way.
function received(news, message, isSnapshot) {
  if (isSnapshot && (!snapshot || news.computed_at === snapshot.computed_at)) return;
  load();
}

async function load() {
  const mine = ++loading;
  clearTimeout(retry);
  try {
    const [now, earlier] = await Promise.all([snapshotOf(choice), choice.difference ? snapshotOf(choice, choice.difference) : null]);
    if (mine !== loading) return;
    before = earlier;
    take(now);
  } catch (error) {
    if (mine !== loading) return;
    failed(error);
    retry = setTimeout(() => mine === loading && load(), RETRY_MS);
  }
}

function take(news) {
  if (snapshot && news.as_of < snapshot.as_of) return;
  snapshot = news;
  drawSoon();
}

function failed(error) {
  if (snapshot && (!choice.difference || before)) return; // what is there is shown, its age is told
  table.hidden = true;
  setText(document.getElementById("readout"), "");
  if (error.code === "not_enough_data") {
    const when = choice.difference ? `of ${EARLIER[choice.difference]} ` : "";
    showState(place, { title: "Warming up", text: `${error.message}. Returns ${when}of ${choice.timeframe} bars are needed of two symbols at least.` });
  } else if (error.status === 422 && error.details?.field === "symbols") {
    showState(place, { title: "Nothing to compare yet", text: "Put two symbols on the watch-list of the Overview." });
  } else if (error.status === 422) {
    showState(place, { title: "This cannot be compared", text: error.message });
  } else {
    showState(place, { title: "The correlations could not be read", text: error.message, kind: "bad", retry: load });
  }
}

function draw() {
  if (!snapshot || (choice.difference && !before)) return;
  if (snapshot.symbols.length < 2) {
    table.hidden = true;
    showState(place, { title: "Nothing to compare yet", text: "Put two symbols on the watch-list of the Overview." });
    return;
  }
  const key = `${keyOf(choice)} ${[...snapshot.symbols].sort()}`;
  if (key !== shownKey) order = snapshot.order;
  shownKey = key;
  hideState(place);
  const names = shortNames(snapshot.symbols);
  heatmap.draw(order, names, (row, column) => cell(row, column, names));
  showSilent(document.getElementById("silent"), snapshot.reasons, names);
  showAge();
  point(...(pointed ?? [null]));
}

function cell(row, column, names) {
  const found = cellOf(snapshot, choice.difference ? before : null, row, column);
  const text = found.own ? names[row] : cellText(found.shown, choice.difference);
  return { ...found, text, words: cellWords(found, names, choice.difference || "day"), address: `/pairs/${row}/${column}?tf=${choice.timeframe}` };
}

function point(row, column) {
  pointed = row ? [row, column] : null;
  const known = row && snapshot?.symbols.includes(row) && snapshot.symbols.includes(column);
  const words = known ? cellWords(cellOf(snapshot, choice.difference ? before : null, row, column), shortNames(snapshot.symbols), choice.difference || "day") : HINT;
  setText(document.getElementById("readout"), words);
}

// Nothing new for more than two bars: what is shown is pale, and says since when.
function showAge() {
  const words = sentence(snapshot, shortNames(snapshot.symbols));
  table.toggleAttribute("data-stale", showHead(snapshot, { words, timeframe: choice.timeframe }));
}

function choose(next, { push = true } = {}) {
  const key = keyOf(choice) + choice.difference;
  choice = next;
  showTools();
  if (push) history.pushState(null, "", searchOf(choice));
  if (keyOf(choice) + choice.difference !== key) start();
}

function wireTools() {
  slider.max = String(WINDOWS.length - 1);
  slider.addEventListener("input", () => setText(document.getElementById("window-text"), windowText(WINDOWS[slider.value])));
  slider.addEventListener("change", () => choose({ ...choice, window: WINDOWS[slider.value] }));
  for (const button of document.querySelectorAll("button[data-timeframe]")) {
    button.addEventListener("click", () => choose({ ...choice, timeframe: button.dataset.timeframe }));
  }
  for (const button of document.querySelectorAll("button[data-method]")) {
    button.addEventListener("click", () => choose({ ...choice, method: button.dataset.method }));
  }
  for (const button of document.querySelectorAll("button[data-difference]")) {
    button.addEventListener("click", () => differ(button.dataset.difference));
  }
  document.getElementById("save-png").addEventListener("click", savePng);
}

// Pressed once more it goes back to the correlations themselves.
function differ(name) {
  choose({ ...choice, difference: choice.difference === name ? "" : name });
}

function savePng() {
  if (table.hidden) return;
  const { timeframe, window, method, difference } = choice;
  const { size, paint } = heatmapPicture(table);
  savePainted(`Correlation ${timeframe}, ${method}, ${windowText(window)}${difference ? `, change to ${EARLIER[difference]}` : ""}`, size, paint);
}

function exported(more = {}) {
  const { timeframe: tf, window, method } = choice;
  return ["/api/export/correlation", { tf, window, method, ...more }];
}

function showTools() {
  for (const name of ["timeframe", "method", "difference"]) {
    for (const button of document.querySelectorAll(`button[data-${name}]`)) button.setAttribute("aria-pressed", String(button.dataset[name] === choice[name]));
  }
  slider.value = String(WINDOWS.indexOf(choice.window));
  slider.setAttribute("aria-valuetext", windowText(choice.window));
  setText(document.getElementById("window-text"), windowText(choice.window));
  showScale();
  point(null);
}

function windowText(returns) {
  return `${format.count(returns)} returns · ${format.duration(returns * TIMEFRAME_MS[choice.timeframe])}`;
}

function showScale() {
  const steps = SCALE.map((part) => {
    const step = choice.difference ? part * FULL_CHANGE : part;
    const item = document.createElement("li");
    item.textContent = step === 0 ? "0" : `${step < 0 ? "\u2212" : choice.difference ? "+" : ""}${Math.abs(step)}`;
    item.dataset.sign = step < 0 ? "down" : "up";
    item.style.setProperty("--share", `${Math.round(Math.abs(shareOf(step, choice.difference)) * 100)}%`);
    return item;
  });
  document.getElementById("scale").replaceChildren(...steps);
}
