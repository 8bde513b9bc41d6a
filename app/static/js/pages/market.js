// Market: one symbol's chart, its indicators and last trades. This file only wires.

import { getJson } from "../api.js";
import { OVERLAYS, PANES } from "../charts/candle_figure.js";
import { firstView, followed, RANGES_MS, showsNewest, timeframeFor } from "../charts/candle_view.js";
import { CandleChart } from "../charts/candles.js";
import { choice, keepChoice } from "../choices.js";
import * as format from "../format.js";
import { currentZone, onTheme, onZone, startFrame } from "../frame.js";
import { Header } from "../market/header.js";
import { showReadout } from "../market/readout.js";
import { saveCsv } from "../market/csv.js";
import { SnapshotTable } from "../market/snapshot.js";
import { watch } from "../live.js";
import { barFrom, columnsFrom, joinColumns, leavesHole, mergeBars, mergeSnapshot, TIMEFRAME_MS } from "../series.js";
import { hideState, showState } from "../states.js";

const FIRST_BARS = 400; // with their indicators 260 kB
const MOST_BARS = 3_000;
const RELOAD_MS = 2_000; // between two reloads because something was missed
const RETRY_MS = 5_000;

const root = document.querySelector(".market");
const { symbol } = root.dataset;
const chartState = document.getElementById("chart-state");
const followButton = document.getElementById("follow");
const stops = [];

const history = {
  bars: [],
  columns: { at: [], series: {} },
  view: null,
  priceView: null,
  overlays: choice("overlays", ["ema", "bands"]),
  panes: choice("panes", innerWidth < 700 ? [] : ["rsi", "macd"]),
  zone: currentZone(),
  decimals: 2,
  timeframe: root.dataset.timeframe,
  timeframeMs: TIMEFRAME_MS[root.dataset.timeframe],
  follow: true,
};
let hovered = null;
let loaded = false; // the history is there; what comes live alone is no history
let loading = 0; // number of the load in hand; an older one that comes late is dropped
let olderIsThere = true;
let missedAt = -Infinity;
let reloadTimer = 0;

const chart = new CandleChart(document.getElementById("chart"), document.getElementById("overlay"), {
  onView: viewed,
  onHover: (bar) => {
    hovered = bar;
    readout();
  },
  onReset: () => resetView(),
});
const header = new Header(symbol, {
  onPrice: (price) => chart.setLastPrice(price),
  onStep: (decimals) => {
    history.decimals = decimals;
    if (chart.drawn) chart.figureSoon();
  },
});
const snapshot = new SnapshotTable();

startFrame({ keys: { f: () => setFollow(!history.follow), "/": () => document.getElementById("symbol").focus(), ...timeframeKeys() } });
header.start();
snapshot.start();
wireTools();
onTheme(() => chart.recolour());
onZone((zone) => {
  history.zone = zone;
  if (chart.drawn) chart.drawFigure();
});
addEventListener("popstate", () => showTimeframe(new URLSearchParams(location.search).get("tf") ?? "1m", { push: false }));
start();

async function start(view = null) {
  stops.splice(0).forEach((stop) => stop());
  Object.assign(history, { bars: [], columns: { at: [], series: {} }, view, priceView: null });
  olderIsThere = true;
  loaded = false;
  const mine = ++loading;
  skeleton();
  snapshot.clear();
  const { timeframe } = history;
  const limit = view ? Math.min(MOST_BARS, Math.max(FIRST_BARS, Math.ceil((view[1] - view[0]) / history.timeframeMs))) : FIRST_BARS;
  stops.push(watch(`bars:${symbol}:${timeframe}`, { onState: receiveBars, onMissed: missed }));
  stops.push(watch(`indicators:${symbol}:${timeframe}`, { onState: receiveSnapshot, onMissed: missed }));
  await loadNewest(mine, limit);
}

async function loadNewest(mine, limit = FIRST_BARS) {
  const query = { symbol, tf: history.timeframe, limit };
  const columnsComing = getJson("/api/indicators", query).then(columnsFrom, () => null);
  try {
    const bars = (await getJson("/api/ohlc", query)).map(barFrom);
    if (mine !== loading) return;
    loaded = true;
    mergeBars(history.bars, bars);
    await show();
    const columns = await columnsComing;
    if (mine === loading && columns) takeColumns(columns);
  } catch (error) {
    if (mine !== loading) return;
    showState(chartState, { title: "The bars could not be read", text: error.message, kind: "bad", retry: () => start(history.view) });
    setTimeout(() => mine === loading && !loaded && start(history.view), RETRY_MS);
  }
}

async function show() {
  if (!history.bars.length) {
    const text = `The first ${history.timeframe} bar appears when ${symbol} has traded.`;
    showState(chartState, { title: "No bars yet", text });
    return;
  }
  history.view ??= firstView(history.bars, history.timeframeMs, innerWidth < 700 ? 60 : 150);
  try {
    await chart.draw(history);
  } catch (error) {
    showState(chartState, { title: "The chart could not be drawn", text: error.message, kind: "bad", retry: () => location.reload() });
    return;
  }
  hideState(chartState);
  readout();
}

function takeColumns(columns) {
  history.columns = joinColumns(history.columns, columns);
  chart.figureSoon();
  readout();
}

function receiveBars(state) {
  const news = [...state.closed, ...(state.forming ? [state.forming] : [])].map(barFrom);
  const hole = leavesHole(history.bars, news, history.timeframeMs);
  const change = mergeBars(history.bars, news);
  if (!loaded) return;
  if (hole) missed();
  if (!chart.drawn || !chartState.hidden) {
    show();
    return;
  }
  chart.extend(change);
  if (!hovered) readout();
}

function receiveSnapshot(state) {
  snapshot.show(state.snapshot);
  if (!state.snapshot) return;
  mergeSnapshot(history.columns, state.snapshot);
  if (chart.drawn) chart.figureSoon();
}

// Something was not received: read again what may be missing, but not all the time.
function missed() {
  if (reloadTimer) return;
  const mine = loading;
  const wait = Math.max(0, missedAt + RELOAD_MS - performance.now());
  reloadTimer = setTimeout(() => {
    reloadTimer = 0;
    missedAt = performance.now();
    if (mine === loading && loaded) reload(mine);
  }, wait);
}

async function reload(mine) {
  const query = { symbol, tf: history.timeframe, limit: FIRST_BARS };
  try {
    const bars = (await getJson("/api/ohlc", query)).map(barFrom);
    const columns = columnsFrom(await getJson("/api/indicators", query));
    if (mine !== loading) return;
    if (leavesHole(history.bars, bars, history.timeframeMs)) {
      // Away for longer than one answer reaches back: what was there would stand apart.
      Object.assign(history, { bars: [], columns: { at: [], series: {} }, view: null });
      olderIsThere = true;
    }
    const change = mergeBars(history.bars, bars);
    if (!chart.drawn || !history.view) await show();
    else chart.extend({ ...change, closed: true });
    takeColumns(columns);
  } catch {
    missed();
  }
}

function viewed({ view }) {
  const newestAt = history.bars.at(-1).at;
  setFollow(history.follow && showsNewest(view, newestAt), { move: false });
  const early = history.bars[0].at + (view[1] - view[0]) * 0.1;
  if (view[0] < early) loadOlder();
}

let loadingOlder = false;
async function loadOlder() {
  if (loadingOlder || !olderIsThere || history.bars.length >= MOST_BARS) return;
  loadingOlder = true;
  const mine = loading;
  const query = { symbol, tf: history.timeframe, limit: FIRST_BARS, end: new Date(history.bars[0].at).toISOString() };
  try {
    const [bars, older] = await Promise.all([getJson("/api/ohlc", query), getJson("/api/indicators", query)]);
    if (mine !== loading) return;
    olderIsThere = bars.length === FIRST_BARS;
    history.bars.unshift(...bars.map(barFrom));
    takeColumns(columnsFrom(older));
  } catch {
    // The next move of the chart asks again.
  } finally {
    loadingOlder = false;
  }
}

function resetView() {
  if (!history.bars.length) return;
  setFollow(true, { move: false });
  chart.setView(firstView(history.bars, history.timeframeMs, innerWidth < 700 ? 60 : 150));
  markRange(null);
}

function setFollow(follow, { move = true } = {}) {
  history.follow = follow;
  followButton.setAttribute("aria-pressed", String(follow));
  if (follow && move && history.bars.length) chart.setView(followed(history.view, history.bars.at(-1).at, history.timeframeMs));
}

function readout() {
  showReadout(document.getElementById("readout"), hovered ?? history.bars.at(-1), history);
}

function skeleton() {
  const bone = document.createElement("div");
  bone.className = "skeleton chart-skeleton";
  chartState.replaceChildren(bone);
  chartState.dataset.kind = "";
  chartState.hidden = false;
}

function wireTools() {
  for (const button of document.querySelectorAll("#timeframes button")) {
    button.addEventListener("click", () => showTimeframe(button.dataset.timeframe));
  }
  for (const button of document.querySelectorAll("#ranges button")) {
    button.addEventListener("click", () => showRange(button.dataset.range));
  }
  for (const [kind, chips] of [["overlays", OVERLAYS], ["panes", PANES]]) {
    for (const [name, chip] of Object.entries(chips)) addChip(kind, name, chip);
  }
  followButton.addEventListener("click", () => setFollow(!history.follow));
  const name = () => `${document.body.dataset.source} ${symbol} ${history.timeframe}`;
  document.getElementById("save-png").addEventListener("click", () => chart.drawn && chart.savePng(name()));
  document.getElementById("save-csv").addEventListener("click", () => saveCsv(name(), history));
}

function addChip(kind, name, { label, title = label, lines }) {
  const chip = document.createElement("button");
  const swatch = document.createElement("span");
  chip.type = "button";
  chip.className = "chip";
  chip.dataset[kind === "overlays" ? "overlay" : "pane"] = name;
  swatch.className = "swatch";
  chip.title = title;
  swatch.dataset.line = lines?.[0][1] ?? "accent";
  chip.append(swatch, document.createTextNode(label));
  chip.setAttribute("aria-pressed", String(history[kind].includes(name)));
  chip.addEventListener("click", () => {
    const on = !history[kind].includes(name);
    const order = Object.keys(kind === "overlays" ? OVERLAYS : PANES);
    history[kind] = order.filter((each) => (each === name ? on : history[kind].includes(each)));
    chip.setAttribute("aria-pressed", String(on));
    keepChoice(kind, history[kind]);
    if (chart.drawn) chart.drawFigure();
    readout();
  });
  document.getElementById("chips").append(chip);
}

function showTimeframe(timeframe, { push = true, view = null } = {}) {
  if (!(timeframe in TIMEFRAME_MS) || (timeframe === history.timeframe && !view)) return;
  history.timeframe = timeframe;
  history.timeframeMs = TIMEFRAME_MS[timeframe];
  for (const button of document.querySelectorAll("#timeframes button")) {
    button.setAttribute("aria-pressed", String(button.dataset.timeframe === timeframe));
  }
  if (push) window.history.pushState(null, "", `?tf=${timeframe}`);
  setFollow(true, { move: false });
  markRange(null);
  start(view);
}

function showRange(range) {
  if (!history.bars.length) return;
  const to = history.bars.at(-1).at + history.timeframeMs;
  const spanMs = RANGES_MS[range];
  if (!spanMs) {
    chart.setView([history.bars[0].at - history.timeframeMs, to + 2 * history.timeframeMs]);
    loadOlder();
  } else {
    const timeframe = timeframeFor(spanMs, history.timeframe, TIMEFRAME_MS);
    const view = [to - spanMs, to + 3 * TIMEFRAME_MS[timeframe]];
    if (timeframe !== history.timeframe || view[0] < history.bars[0].at) {
      if (timeframe !== history.timeframe) showTimeframe(timeframe, { view });
      else start(view);
    } else {
      chart.setView(view);
    }
  }
  setFollow(true, { move: false });
  markRange(range);
}

function markRange(range) {
  for (const button of document.querySelectorAll("#ranges button")) {
    button.setAttribute("aria-pressed", String(button.dataset.range === range));
  }
}

function timeframeKeys() {
  return Object.fromEntries(Object.keys(TIMEFRAME_MS).map((timeframe, place) => [String(place + 1), () => showTimeframe(timeframe)]));
}
