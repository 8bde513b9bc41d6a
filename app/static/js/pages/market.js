// Market: one symbol's chart, its indicators and last trades. This file only wires.

import { timeframeActions } from "../actions.js";
import { CandleChart } from "../charts/candles.js";
import { saveChart } from "../charts/picture.js";
import { choice } from "../choices.js";
import { wireExport } from "../export_menu.js";
import { decimalsOf } from "../format.js";
import { currentZone, onTheme, onZone, startFrame } from "../frame.js";
import { Address } from "../market/address.js";
import { Anchor } from "../market/anchor.js";
import { startBook } from "../market/book.js";
import { tablesInView } from "../market/exports.js";
import { Header } from "../market/header.js";
import { choicesIn } from "../market/link.js";
import { BarHistory } from "../market/loading.js";
import { Opening } from "../market/opening.js";
import { showReadout } from "../market/readout.js";
import { SnapshotTable } from "../market/snapshot.js";
import { addChips, markPressed, switchScale, wireButtons, wireScale } from "../market/tools.js";
import { Viewing } from "../market/viewing.js";
import { barAt, noColumns, TIMEFRAME_MS } from "../series.js";
import { hideState, showSkeleton, showState } from "../states.js";

const root = document.querySelector(".market");
const { symbol } = root.dataset;
const decimals = stepDecimals("priceStep");
const chartState = document.getElementById("chart-state");
const linked = choicesIn(location.search);
const opening = new Opening(root.dataset.timeframe, linked);

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
let hoveredAt = null; // where the bar under the pointer begins

const chart = new CandleChart(document.getElementById("chart"), document.getElementById("overlay"), {
  onView: (move) => viewing.moved(move),
  onHover: (bar) => {
    hoveredAt = bar?.at ?? null;
    readout();
  },
  onReset: () => viewing.reset(),
});
const loading = new BarHistory(symbol, history, {
  onStart: clear,
  onShown: show,
  onChange: extend,
  onColumns: drawLines,
  onSnapshot: showSnapshot,
  onFailed: (error, retry) => showState(chartState, { title: "The bars could not be read", text: error.message, kind: "bad", retry }),
});
const address = new Address(
  () => ({ ...history, range: viewing.range, view: viewing.movedTo }),
  (choices) => {
    anchor.begin(choices.anchorAt);
    return viewing.begin(new Opening(choices.timeframe ?? root.dataset.timeframe, choices));
  },
);
const viewing = new Viewing(symbol, history, { chart, loading, address });
const header = new Header(symbol, { price: decimals, quantity: stepDecimals("quantityStep") }, { onPrice: (price) => chart.setLastPrice(price) });
const snapshot = new SnapshotTable(decimals);
const anchor = new Anchor(symbol, history, chart, { onMove: () => address.keep(), onChange: drawLines });

startFrame({
  actions: [
    ...timeframeActions((timeframe) => viewing.showTimeframe(timeframe)),
    { keys: ["l"], text: "Logarithmic price axis", run: switchScale },
    { keys: ["f"], text: "Follow live", run: () => viewing.switchFollow() },
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
  redraw();
  readout();
});
viewing.begin(opening);

function stepDecimals(name) {
  return root.dataset[name] ? decimalsOf(root.dataset[name]) : null;
}

// Another history begins.
function clear() {
  hoveredAt = null;
  markPressed("timeframe", history.whole?.tail ? null : history.timeframe);
  anchor.load();
  showSkeleton(chartState, "chart-skeleton");
  snapshot.clear();
}

async function show() {
  if (!history.bars.length) {
    const text = `The first ${history.timeframe} bar appears when ${symbol} has traded.`;
    showState(chartState, { title: "No bars yet", text });
    return;
  }
  history.view ??= viewing.beginningView();
  try {
    await chart.draw(history);
  } catch (error) {
    showState(chartState, { title: "The chart could not be drawn", text: error.message, kind: "bad", retry: () => location.reload() });
    return;
  }
  hideState(chartState);
  readout();
}

function extend(change) {
  if (!chart.drawn || !chartState.hidden) {
    show();
    return;
  }
  chart.extend(change);
  readout();
}

function drawLines() {
  chart.figureSoon();
  readout();
}

function showSnapshot(latest, isNews) {
  snapshot.show(latest);
  if (!isNews) return;
  anchor.refresh();
  if (chart.drawn) chart.newsSoon();
}

function redraw() {
  if (chart.drawn) chart.drawFigure();
}

function readout() {
  const hovered = hoveredAt === null ? null : barAt(history.bars, hoveredAt);
  showReadout(document.getElementById("readout"), hovered ?? history.bars.at(-1), history);
}

function wireTools() {
  wireButtons("timeframe", (timeframe) => viewing.showTimeframe(timeframe));
  wireButtons("range", (range) => viewing.showRange(range));
  wireScale(history, () => {
    redraw();
    address.keep();
  });
  addChips(history, () => {
    redraw();
    if (history.whole) loading.loadWholeColumns();
    readout();
    address.keep();
  });
  document.getElementById("save-png").addEventListener("click", () => chart.drawn && saveChart(chart.element, `${symbol} ${history.timeframe}`));
}
