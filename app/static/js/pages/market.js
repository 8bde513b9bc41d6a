// Market: one symbol's chart, its indicators and last trades. This file only wires.

import { timeframeActions } from "../actions.js";
import { getJson } from "../api.js";
import { figuresOf } from "../charts/candle_figure.js";
import { followed, RANGES_MS, showsNewest, spanView, timeframeFor } from "../charts/candle_view.js";
import { CandleChart } from "../charts/candles.js";
import { saveChart } from "../charts/picture.js";
import { loadPlotly } from "../charts/plotly.js";
import { choice } from "../choices.js";
import { wireExport } from "../export_menu.js";
import { decimalsOf } from "../format.js";
import { currentZone, onTheme, onZone, startFrame } from "../frame.js";
import { Anchor } from "../market/anchor.js";
import { startBook } from "../market/book.js";
import { tablesInView } from "../market/exports.js";
import { Header } from "../market/header.js";
import { choicesIn, linkOf } from "../market/link.js";
import { Opening, wholeView } from "../market/opening.js";
import { showReadout } from "../market/readout.js";
import { SnapshotTable } from "../market/snapshot.js";
import { watch } from "../live.js";
import { atMostEvery } from "../paint.js";
import { barFrom, columnsFrom, joinColumns, leavesHole, mergeBars, mergeSnapshot, noColumns, TIMEFRAME_MS } from "../series.js";
import { mergeFolded, readWhole } from "../market/whole.js";
import { addChips, markPressed, switchScale, wireButtons, wireScale } from "../market/tools.js";
import { hideState, showSkeleton, showState } from "../states.js";
import { showToast } from "../toast.js";

const FIRST_BARS = 360; // with their indicators 275 kB
const MOST_BARS = 3_000;
const RELOAD_MS = 2_000; // between two reloads because something was missed
const RETRY_MS = 5_000;
const LINK_MS = 500; // between two changes of the address while the chart is moved
const INDICATORS_MS = 30; // what a first figure waits for them, once all else is there

const root = document.querySelector(".market");
const { symbol } = root.dataset;
const decimals = stepDecimals("priceStep");
const chartState = document.getElementById("chart-state");
const keepLinkSoon = atMostEvery(LINK_MS, () => keepLink());
const followButton = document.getElementById("follow");
const linked = choicesIn(location.search);
const opening = new Opening(root.dataset.timeframe, linked);
const stops = [];

const history = {
  bars: [],
  columns: noColumns(),
  view: null,
  priceView: null,
  overlays: linked.overlays ?? choice("overlays", ["ema", "bands", "divergence"]),
  panes: linked.panes ?? choice("panes", innerWidth < 700 ? [] : ["rsi", "macd"]),
  zone: currentZone(),
  decimals: decimals ?? 2,
  scale: linked.scale ?? choice("scale", "linear"),
  timeframe: opening.timeframe,
  timeframeMs: TIMEFRAME_MS[opening.timeframe],
  follow: true,
  whole: null, // as whole.js reads it, while all that is stored is shown
  anchorAt: linked.anchorAt, // where the anchored VWAP begins; null: none is drawn
  anchored: null, // its lines
  past: false, // what is shown ended long ago: nothing live is added to it
};
let range = null; // the button that is pressed
let movedTo = null; // the view, where the reader moved it
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
const header = new Header(symbol, { price: decimals, quantity: stepDecimals("quantityStep") }, { onPrice: (price) => chart.setLastPrice(price) });
const snapshot = new SnapshotTable(decimals);
const anchor = new Anchor(symbol, history, chart, {
  onMove: () => keepLink(),
  onChange: () => {
    chart.figureSoon();
    readout();
  },
});

startFrame({
  actions: [
    ...timeframeActions(showTimeframe),
    { keys: ["l"], text: "Logarithmic price axis", run: switchScale },
    { keys: ["f"], text: "Follow live", run: () => setFollow(!history.follow) },
    { keys: ["/"], text: "Choose a symbol", run: () => document.getElementById("symbol").focus() },
    ...wireExport(tablesInView(symbol, history)),
    { text: "Save the chart as PNG", run: () => document.getElementById("save-png").click() },
  ],
});
header.start();
startBook(symbol, decimals);
snapshot.start();
wireTools();
onTheme(() => chart.recolour());
onZone((zone) => {
  history.zone = zone;
  if (chart.drawn) chart.drawFigure();
});
addEventListener("popstate", () => showTimeframe(choicesIn(location.search).timeframe ?? opening.timeframe, { push: false }));
begin();

function begin() {
  if (opening.view) showStretch(opening.view);
  else if (opening.range === "all") showAll();
  else start();
}

// whole: all bars there are, read already; past: the view ended long ago; reachMs: how far back bars are needed.
async function start(view = null, { whole = null, past = false, reachMs = view ? view[1] - view[0] : opening.spanMs } = {}) {
  stops.splice(0).forEach((stop) => stop());
  Object.assign(history, { bars: whole?.bars ?? [], columns: noColumns(), anchored: null, view, priceView: null, whole, past });
  anchor.load();
  olderIsThere = !whole;
  loaded = false;
  const mine = ++loading;
  showSkeleton(chartState, "chart-skeleton");
  snapshot.clear();
  const { timeframe } = history;
  const limit = Math.min(MOST_BARS, Math.max(FIRST_BARS, Math.ceil(reachMs / history.timeframeMs)));
  if (!past) stops.push(watch(`bars:${symbol}:${timeframe}`, { onState: receiveBars, onMissed: missed }));
  stops.push(watch(`indicators:${symbol}:${timeframe}`, { onState: receiveSnapshot, onMissed: missed }));
  if (whole) await beginWhole(mine);
  else await loadNewest(mine, { limit, ...(past && { end: new Date(view[1]).toISOString() }) });
}

async function beginWhole(mine) {
  loaded = true;
  await show();
  await loadWholeColumns(mine);
}

// Of all bars only the figures that are drawn: every figure would be megabytes.
async function loadWholeColumns(mine = loading) {
  const names = figuresOf(history);
  if (history.whole.tail || !names.length) return;
  try {
    const columns = columnsFrom(await getJson("/api/indicators", { symbol, tf: history.timeframe, limit: history.bars.length, names }));
    if (mine !== loading) return;
    history.columns = columns;
    takeColumns(noColumns());
  } catch {
    // The bars are there; a chip that is pressed asks again.
  }
}

async function loadNewest(mine, stretch) {
  const query = { symbol, tf: history.timeframe, ...stretch };
  const columnsComing = columnsOf(query).catch(() => null);
  try {
    const bars = (await getJson("/api/ohlc", query)).map(barFrom);
    // Drawing begins when the library is there; indicators that came meanwhile are in the first figure,
    // others follow: candles do not wait for them.
    await loadPlotly().catch(() => null);
    const early = await Promise.race([columnsComing, pause(INDICATORS_MS)]);
    if (mine !== loading) return;
    loaded = true;
    if (leavesHole(bars, history.bars, history.timeframeMs)) missed(); // what came live is too new to join
    mergeBars(history.bars, bars);
    if (early) history.columns = joinColumns(history.columns, early);
    await show();
    const columns = early ? null : await columnsComing;
    if (mine === loading && columns) takeColumns(columns);
  } catch (error) {
    if (mine !== loading) return;
    showState(chartState, { title: "The bars could not be read", text: error.message, kind: "bad", retry: () => start(history.view) });
    setTimeout(() => mine === loading && !loaded && start(history.view), RETRY_MS);
  }
}

function stepDecimals(name) {
  return root.dataset[name] ? decimalsOf(root.dataset[name]) : null;
}

function pause(ms) {
  return new Promise((resolve) => {
    setTimeout(resolve, ms, null);
  });
}

async function show() {
  if (!history.bars.length) {
    const text = `The first ${history.timeframe} bar appears when ${symbol} has traded.`;
    showState(chartState, { title: "No bars yet", text });
    return;
  }
  history.view ??= beginningView();
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
  const folds = history.whole?.tail;
  const hole = leavesHole(folds ?? history.bars, news, TIMEFRAME_MS[history.timeframe]);
  const change = folds ? mergeFolded(history.bars, history.whole, news) : mergeBars(history.bars, news);
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
  if (!state.snapshot || history.whole?.tail || history.past) return;
  const changed = mergeSnapshot(history.columns, state.snapshot);
  if (changed) anchor.load();
  if (changed && chart.drawn) chart.figureSoon();
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

// Before a bar has closed nothing is computed: then there are no columns.
async function columnsOf(query) {
  const answer = await getJson("/api/indicators", query, { accept: [200, 409] });
  return answer.error ? noColumns() : columnsFrom(answer);
}

async function reload(mine) {
  if (history.past) return;
  if (history.whole) {
    showAll(history.view);
    return;
  }
  const query = { symbol, tf: history.timeframe, limit: FIRST_BARS };
  try {
    const bars = (await getJson("/api/ohlc", query)).map(barFrom);
    const columns = await columnsOf(query);
    if (mine !== loading) return;
    if (leavesHole(history.bars, bars, history.timeframeMs)) {
      // Away for longer than one answer reaches back: what was there would stand apart.
      Object.assign(history, { bars: [], columns: noColumns(), view: null });
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
  movedTo = view;
  pressRange(null);
  keepLinkSoon();
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
    const [bars, older] = await Promise.all([getJson("/api/ohlc", query), columnsOf(query)]);
    if (mine !== loading) return;
    olderIsThere = bars.length === FIRST_BARS;
    history.bars.unshift(...bars.map(barFrom));
    takeColumns(older);
  } catch {
    // The next move of the chart asks again.
  } finally {
    loadingOlder = false;
  }
}

function beginningView() {
  pressRange(opening.range);
  return opening.viewOf(history.bars, history.timeframeMs);
}

function resetView() {
  if (!history.bars.length) return;
  opening.leave();
  movedTo = null;
  setFollow(true, { move: false });
  if (history.past) start();
  else chart.setView(beginningView());
  keepLink();
}

function setFollow(follow, { move = true } = {}) {
  history.follow = follow;
  followButton.setAttribute("aria-pressed", String(follow));
  if (follow && move && history.past) resetView();
  else if (follow && move && history.view && history.bars.length) chart.setView(followed(history.view, history.bars.at(-1).at, history.timeframeMs));
}

function readout() {
  showReadout(document.getElementById("readout"), hovered ?? history.bars.at(-1), history);
}

function wireTools() {
  wireButtons("timeframe", (timeframe) => showTimeframe(timeframe));
  wireButtons("range", showRange);
  markPressed("timeframe", history.timeframe);
  wireScale(history, () => {
    if (chart.drawn) chart.drawFigure();
    keepLink();
  });
  addChips(history, () => {
    if (chart.drawn) chart.drawFigure();
    if (history.whole) loadWholeColumns();
    readout();
    keepLink();
  });
  followButton.addEventListener("click", () => setFollow(!history.follow));
  document.getElementById("save-png").addEventListener("click", () => chart.drawn && saveChart(chart.element, `${symbol} ${history.timeframe}`));
}

function showTimeframe(timeframe, { push = true, view = null } = {}) {
  if (!(timeframe in TIMEFRAME_MS) || (timeframe === history.timeframe && !view && !history.whole)) return;
  history.timeframe = timeframe;
  history.timeframeMs = TIMEFRAME_MS[timeframe];
  markPressed("timeframe", timeframe);
  opening.leave();
  movedTo = null;
  setFollow(true, { move: false });
  pressRange(null);
  if (push) window.history.pushState(null, "", link());
  start(view);
}

function showRange(asked) {
  if (!history.bars.length) return;
  opening.leave();
  movedTo = null;
  const spanMs = RANGES_MS[asked];
  if (spanMs) showSpan(spanMs);
  else showAll();
  setFollow(true, { move: false });
  pressRange(asked);
  keepLink();
}

// All that is stored, in as few bars as can be seen.
async function showAll(view = null) {
  const mine = ++loading;
  try {
    const whole = await readWhole(symbol);
    if (mine !== loading) return;
    Object.assign(history, { timeframe: whole.timeframe, timeframeMs: whole.stepMs });
    markPressed("timeframe", whole.tail ? null : whole.timeframe);
    keepLink();
    await start(view ?? (whole.bars.length ? wholeView(whole.bars, whole.stepMs) : null), { whole });
  } catch (error) {
    if (mine !== loading) return;
    showToast(`The whole history could not be read: ${error.message}`, { kind: "bad" });
    if (loaded) chart.setView(wholeView(history.bars, history.timeframeMs));
    else start();
  }
}

// The stretch of time a link names: with what came since, unless that is too long ago.
async function showStretch(view) {
  movedTo = view;
  const { timeframe, timeframeMs } = history;
  if (view[1] - view[0] > MOST_BARS * timeframeMs) {
    showAll(view);
    return;
  }
  const [newest = null] = await getJson("/api/ohlc", { symbol, tf: timeframe, limit: 1 }).catch(() => []);
  const newestAt = newest ? barFrom(newest).at : view[1];
  setFollow(showsNewest(view, newestAt), { move: false });
  start(view, newestAt - view[0] > MOST_BARS * timeframeMs ? { past: true } : { reachMs: newestAt - view[0] + timeframeMs });
}

function pressRange(pressed) {
  range = pressed;
  markPressed("range", pressed);
}

function link() {
  return linkOf({ ...history, range, view: movedTo });
}

function keepLink() {
  window.history.replaceState(null, "", link());
}

function showSpan(spanMs) {
  const to = history.bars.at(-1).at + history.timeframeMs;
  const timeframe = timeframeFor(spanMs, history.timeframe, TIMEFRAME_MS);
  const view = spanView(to, spanMs, TIMEFRAME_MS[timeframe]);
  if (timeframe !== history.timeframe) showTimeframe(timeframe, { view });
  else if (view[0] < history.bars[0].at || history.whole?.tail || history.past) showTimeframe(timeframe, { view });
  else chart.setView(view);
}
