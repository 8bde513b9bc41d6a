// Pair: two symbols and their spread. This file only wires.

import { timeframeActions } from "../actions.js";
import { getJson } from "../api.js";
import { draw as drawHistogram } from "../charts/pair_histogram.js";
import { draw as drawLater } from "../charts/pair_later.js";
import { PairPanes } from "../charts/pair_panes.js";
import { draw as drawPaths } from "../charts/pair_paths.js";
import { saveChart } from "../charts/picture.js";
import { wireExport } from "../export_menu.js";
import { ratio } from "../format.js";
import { currentZone, noteDrawn, onTheme, onZone, setTitle, startFrame } from "../frame.js";
import { watch } from "../live.js";
import { oncePerFrame, setText } from "../paint.js";
import { choiceInLink, linkOf, showChoice, tabInLink, wireChoice } from "../pair/choice.js";
import { blankLead, showLead, showSentence, showZ } from "../pair/lead.js";
import { LastPrices, liveZ } from "../pair/live_z.js";
import { saveReport } from "../pair/report.js";
import { showStatistics } from "../pair/statistics.js";
import { TIMEFRAME_MS } from "../series.js";
import { hideState, showSkeleton, showState } from "../states.js";
import { onSymbolChosen } from "../symbol_choice.js";
import { followTask } from "../tasks.js";
import { showToast } from "../toast.js";

const LATE_MS = 10_000; // how long after a bar closed its figures may take
const LOOK_MS = 5_000;
const WARMING_MS = 15_000;
const LEGEND = "▲ long the spread, ▼ short, ● left at the mean, ✕ stopped.";
const TABS = { paths: drawPaths, histogram: drawHistogram, later: drawLater };

const element = (id) => document.getElementById(id);
const root = element("pair");
const { y, x } = root.dataset;
const names = { y: root.dataset.yName, x: root.dataset.xName };
const panes = new PairPanes(element("panes"), element("live-z"));
const prices = new LastPrices();

let choice = choiceInLink(location.search);
let analysis = null;
let analysedKey = ""; // the choice that it is of
let isTold = false; // that it could not be read anew, once until it is
let asked = 0; // number of the newest request: an older answer is no news
let askedAt = 0;
let retry = 0;
let unwatch = () => {};
let tab = tabInLink(location.search);

const drawLive = oncePerFrame(() => {
  if (!analysis) return;
  const live = liveZ(analysis, prices);
  showZ(analysis, live, prices, currentZone());
  showTitle(live ? live.z : analysis.spread.z);
  panes.extend({ live, at: Math.max(prices.at, Date.parse(analysis.as_of)) });
  showAge();
});

startFrame({
  actions: [
    ...timeframeActions((tf) => choose({ ...choice, tf })),
    { keys: ["/"], text: "Choose a symbol", run: () => element("y").focus() },
    { keys: ["x"], text: "Swap the two symbols", run: () => element("swap").click() },
    ...wireExport([
      { text: "Series of the pair", address: () => analysis && ["/api/export/pair_series", { y, x, ...choice }] },
      { text: "Paths of beta and p", address: () => analysis && ["/api/export/pair_paths", { y, x, ...choice }] },
    ]),
    { text: "Save the charts as PNG", run: () => element("save-png").click() },
    { text: "Save the chart of the tab as PNG", run: () => element("save-tab").click() },
    { text: "Draw a report of the pair", run: () => element("report").click() },
  ],
});
onZone(drawAll);
onTheme(() => {
  panes.recolour();
  drawTab();
});
showChoice(choice);
wireChoice(() => choice, choose);
wireSymbols();
wireTabs();
wireFiles();
watch(`symbol:${y}`, { onState: (quote, message, isSnapshot) => note("y", quote, isSnapshot ? null : message) });
watch(`symbol:${x}`, { onState: (quote) => note("x", quote, null) });
watchSnapshots();
setInterval(lookForNews, LOOK_MS);
load();

function note(side, quote, message) {
  if (prices.note(side, quote)) drawLive();
  if (message) noteDrawn(quote, message);
}

function choose(next) {
  const moved = next.tf !== choice.tf;
  choice = next;
  showChoice(choice);
  keepLink();
  if (moved) watchSnapshots();
  load();
}

function keepLink() {
  history.replaceState(null, "", linkOf(y, x, choice, tab));
}

// Told when the watched pair has a new snapshot: then the bar has closed.
function watchSnapshots() {
  unwatch();
  unwatch = watch(`pair:${y}:${x}:${choice.tf}`, {
    onState: ({ snapshot }) => snapshot && analysis && isNewer(snapshot) && load(),
    onMissed: load,
  });
}

// Of a later bar, or of the same one after earlier bars were corrected.
function isNewer(snapshot) {
  const [bar, shown] = [Date.parse(snapshot.as_of), Date.parse(analysis.as_of)];
  return bar > shown || (bar === shown && Date.parse(snapshot.computed_at) > Date.parse(analysis.computed_at));
}

// A pair that is not watched has no snapshots: its bars close all the same.
function lookForNews() {
  if (!analysis || document.hidden || performance.now() - askedAt < LATE_MS) return;
  if (prices.at > Date.parse(analysis.as_of) + 2 * TIMEFRAME_MS[analysis.timeframe] + LATE_MS) load();
}

async function load() {
  const mine = (asked += 1);
  askedAt = performance.now();
  clearTimeout(retry);
  if (!analysis) showSkeleton(element("panes-state"), "chart-skeleton");
  showPending();
  try {
    const found = await analysed();
    if (mine !== asked) return;
    [analysis, analysedKey, isTold] = [found, keyOf(choice), false];
    root.removeAttribute("data-state");
    showPending();
    drawAll();
  } catch (error) {
    if (mine === asked) failed(error);
  }
}

function keyOf(each) {
  return JSON.stringify(Object.entries(each).sort());
}

// What is shown is of another choice than the controls say, until that one is computed: grey.
function showPending() {
  const pending = Boolean(analysis) && analysedKey !== keyOf(choice);
  root.toggleAttribute("data-pending", pending);
  root.setAttribute("aria-busy", String(pending));
}

// The analysis, whether it is there or has to be computed first.
async function analysed() {
  const answer = await getJson("/api/pair/analysis", { y, x, ...choice }, { accept: [200, 202] });
  return answer.task ? followTask(answer.task, { title: `Analysis of ${y} / ${x}` }) : answer;
}

function drawAll() {
  if (!analysis) return;
  hideState(element("panes-state"));
  const zone = currentZone();
  showLead(analysis, zone, names);
  showStatistics(analysis, names);
  setText(element("marks-note"), [LEGEND, `z: ${analysis.score}.`, analysis.hindsight].filter(Boolean).join(" "));
  panes.draw({ analysis, zone, choices: linkOf(y, x, choice) }).catch((error) => showToast(error.message, { kind: "bad" }));
  drawTab();
  drawLive();
}

function showTitle(z) {
  setTitle(`${z === null ? "" : `z ${ratio(z, 2)} `}${y} / ${x} · GemsCap`);
}

function failed(error) {
  clearTimeout(retry);
  retry = setTimeout(load, WARMING_MS);
  const warming = error.code === "not_enough_data";
  if (analysis && analysedKey === keyOf(choice) && !warming) {
    if (!isTold) showToast(`The pair could not be read anew: ${error.message}`, { kind: "bad" });
    isTold = true;
    return;
  }
  analysis = null;
  showPending();
  root.dataset.state = warming ? "warming" : "error";
  root.removeAttribute("data-stale");
  blankLead();
  showTitle(null);
  if (warming) showWarming(error.details);
  else {
    showSentence("The pair could not be read.", "bad");
    showState(element("panes-state"), { title: "The pair could not be read", text: error.message, kind: "bad", retry: load });
  }
}

// Too few bars: how many there are, and how many are needed.
function showWarming({ have = 0, need = 100 } = {}) {
  showSentence(`Not enough data yet: ${have} of ${need} bars of ${choice.tf}.`, "warn");
  const text = have ? "The figures come by themselves when the bars are there; shorter timeframes have more of them." : "One of the two symbols has no bars yet. Both must be on the watch-list.";
  showState(element("panes-state"), { title: have ? "Warming up" : "No bars yet", text: `${text} ${have} of ${need}.` });
  const bar = document.createElement("progress");
  bar.className = "warming";
  bar.max = need;
  bar.value = have;
  bar.setAttribute("aria-label", "Bars there are");
  element("panes-state").append(bar);
}

// Figures of a bar that is long over are grey, and say so.
function showAge() {
  const bar = TIMEFRAME_MS[analysis.timeframe];
  const late = prices.at > Date.parse(analysis.as_of) + 3 * bar + LATE_MS;
  root.toggleAttribute("data-stale", late);
  const words = element("as-of");
  if (late && !words.textContent.startsWith("Stale")) setText(words, `Stale: ${words.textContent[0].toLowerCase()}${words.textContent.slice(1)}`);
}

async function wireSymbols() {
  element("swap").addEventListener("click", () => location.assign(linkOf(x, y, choice, tab)));
  const [left, right] = [element("y"), element("x")];
  for (const select of [left, right]) onSymbolChosen(select, () => leave(left.value, right.value));
  try {
    const { symbols } = await getJson("/api/watchlist");
    for (const [select, mine, other] of [[left, y, x], [right, x, y]]) {
      const names = [...new Set([...symbols, mine])].filter((name) => name !== other);
      select.replaceChildren(...names.map((name) => new Option(name, name, name === mine, name === mine)));
    }
  } catch {
    // The two stay as they are; what failed is told elsewhere.
  }
}

// Whether another pair than this page's was chosen.
function leave(left, right) {
  if (left === right || (left === y && right === x)) return false;
  location.assign(linkOf(left, right, choice, tab));
  return true;
}

function wireTabs() {
  for (const button of document.querySelectorAll("[data-tab]")) {
    button.addEventListener("click", () => {
      tab = button.dataset.tab;
      keepLink();
      showTab();
    });
  }
  showTab();
}

function showTab() {
  for (const each of document.querySelectorAll("[data-tab]")) {
    const chosen = each.dataset.tab === tab;
    each.setAttribute("aria-selected", String(chosen));
    element(`panel-${each.dataset.tab}`).hidden = !chosen;
  }
  element("save-tab").hidden = !(tab in TABS);
  drawTab();
}

function nameOfTab() {
  return element(`tab-${tab}`).textContent;
}

async function drawTab() {
  if (!analysis || !TABS[tab]) return;
  const name = tab;
  const words = await TABS[name](element(`chart-${name}`), { analysis, zone: currentZone() });
  setText(element(`note-${name}`), words);
}

function wireFiles() {
  const subject = (part) => `${y} / ${x} ${choice.tf}, ${part}`;
  const name = () => `${document.body.dataset.source}-${y}-${x}-${choice.tf}`;
  element("save-png").addEventListener("click", () => analysis && saveChart(panes.element, subject("prices, spread, z"), { height: 750 }));
  element("save-tab").addEventListener("click", () => analysis && saveChart(element(`chart-${tab}`), subject(nameOfTab()), { height: 420 }));
  element("report").addEventListener("click", ({ currentTarget: button }) => saveReport(button, name(), { y, x, choice }));
}
