import assert from "node:assert/strict";
import { test } from "node:test";

import { domains, firstView, followed, onAxis, openingOf, priceOn, priceRange, showsNewest, spanView, symmetricRange, timeframeFor } from "../../../../app/static/js/charts/candle_view.js";
import { figureOf } from "../../../../app/static/js/charts/candle_figure.js";
import { points } from "../../../../app/static/js/charts/sparkline.js";
import { TIMEFRAME_MS } from "../../../../app/static/js/series.js";

globalThis.document = { body: {} };
globalThis.getComputedStyle = () => ({ fontFamily: "sans-serif" });

const palette = new Proxy({}, { get: () => "rgb(1, 2, 3)" });
const bars = Array.from({ length: 200 }, (_, place) => ({ at: place * 60_000, open: 100, high: 101 + place, low: 99, close: 100.5, volume: 1, trades: 3, isFinal: place !== 50 && place < 199 }));
const history = (changes = {}) => ({ bars, columns: { at: [], series: {}, divergences: [] }, view: firstView(bars, 60_000), priceView: null, overlays: [], panes: [], zone: "utc", decimals: 2, timeframeMs: 60_000, ...changes });

test("the first view shows the newest bars with room on the right", () => {
  const view = firstView(bars, 60_000, 100);
  assert.ok(showsNewest(view, bars.at(-1).at));
  assert.ok(view[1] > bars.at(-1).at && view[0] >= bars[90].at);
});

test("following moves the view and keeps its span", () => {
  const view = firstView(bars, 60_000, 100);
  const moved = followed(view, bars.at(-1).at + 60_000, 60_000);
  assert.deepEqual(moved, view.map((edge) => edge + 60_000));
});

test("heights fit what is in view and no more", () => {
  const [low, high] = priceRange(bars, [0, 10 * 60_000]);
  assert.ok(low < 99 && low > 98 && high > 110 && high < 113);
  assert.equal(priceRange([], [0, 1]), null);
});

test("lines over the candles count for the height", () => {
  const [, high] = priceRange(bars, [0, 600_000], [{ at: [0, 60_000], values: [null, 500] }]);
  assert.ok(high > 500);
});

test("on an axis of ratios the air is a ratio, and what is not above zero counts for nothing", () => {
  const wide = [{ at: 0, low: 1, high: 100 }];
  const [low, high] = priceRange(wide, [0, 1], [{ at: [0], values: [-5] }], "log");
  assert.ok(low > 0 && low < 1 && high > 100);
  assert.ok(Math.abs(1 / low - high / 100) < 1e-9);
  assert.ok(priceRange(wide, [0, 1])[0] < 0);
  const [floor, ceiling] = priceRange([{ at: 0, low: 7, high: 7 }], [0, 1], [], "log");
  assert.ok(floor < 7 && 7 < ceiling);
});

test("a price comes back from its axis", () => {
  for (const scale of ["linear", "log"]) assert.ok(Math.abs(priceOn(onAxis(61_837.6, scale), scale) - 61_837.6) < 1e-6);
  assert.equal(onAxis(1_000, "log"), 3);
});

test("the axis of prices is of the kind that was chosen, and its range in its own unit", () => {
  const { yaxis } = figureOf(history({ scale: "log" }), palette).layout;
  assert.equal(yaxis.type, "log");
  const linear = figureOf(history(), palette).layout.yaxis;
  assert.equal(linear.type, "linear");
  assert.ok(yaxis.range[1] < 3 && linear.range[1] > 100);
  assert.ok(10 ** yaxis.range[0] < 99 && 10 ** yaxis.range[1] > 300);
});

test("a page begins with the chosen range, in a timeframe that it fits", () => {
  assert.deepEqual(openingOf("newest", "1m", false, TIMEFRAME_MS), { range: null, timeframe: "1m", spanMs: null });
  assert.deepEqual(openingOf("6h", "1m", true, TIMEFRAME_MS), { range: "6h", timeframe: "1m", spanMs: 21_600_000 });
  assert.equal(openingOf("1w", "1m", false, TIMEFRAME_MS).timeframe, "15m");
  assert.deepEqual(openingOf("all", "5m", true, TIMEFRAME_MS), { range: null, timeframe: "5m", spanMs: null });
  assert.deepEqual(openingOf("all", "5m", false, TIMEFRAME_MS), { range: "all", timeframe: "5m", spanMs: null });
});

test("a timeframe that the address names is kept, whatever the range", () => {
  assert.deepEqual(openingOf("1w", "1m", true, TIMEFRAME_MS), { range: null, timeframe: "1m", spanMs: null });
});

test("a range ends with the newest bar and a little room", () => {
  assert.deepEqual(spanView(600_000, 300_000, 60_000), [300_000, 780_000]);
});

test("a flat market still has a height", () => {
  const [low, high] = priceRange([{ at: 0, high: 5, low: 5 }], [-1, 1]);
  assert.ok(low < 5 && high > 5);
});

test("MACD is drawn around zero", () => {
  assert.deepEqual(symmetricRange([0, 1], [[-2, 1]], [0, 1]), [-2.3, 2.3]);
});

test("a range keeps the timeframe when it has enough bars in it, else finds one that has", () => {
  assert.equal(timeframeFor(3_600_000, "1m", TIMEFRAME_MS), "1m");
  assert.equal(timeframeFor(3_600_000, "1h", TIMEFRAME_MS), "1m");
  assert.equal(timeframeFor(604_800_000, "1m", TIMEFRAME_MS), "15m");
});

test("panes share the height without touching", () => {
  const shares = Object.values(domains(["rsi", "macd"])).sort((a, b) => a[0] - b[0]);
  assert.equal(shares.length, 4);
  assert.equal(shares.at(-1)[1], 1);
  for (let place = 1; place < shares.length; place++) assert.ok(shares[place][0] > shares[place - 1][1]);
});

test("the forming bar is not among the candles, and one that is not final is apart", () => {
  const { data } = figureOf(history(), palette);
  const [final, open, volume] = data;
  assert.equal(final.x.length, 198);
  assert.deepEqual(open.x, [50 * 60_000]);
  assert.equal(volume.marker.pattern.shape.filter((shape) => shape === "/").length, 1);
  assert.ok(!final.x.includes(bars.at(-1).at));
});

test("panes and overlays that are switched on bring their lines and axes", () => {
  const columns = { at: [0], series: { rsi_14: [50], macd: [1], macd_signal: [1], macd_histogram: [0], ema_20: [100] } };
  const { data, layout } = figureOf(history({ columns, overlays: ["ema"], panes: ["rsi", "macd"] }), palette);
  const names = data.map((trace) => trace.name);
  for (const name of ["ema_20", "rsi_14", "macd", "macd_signal", "macd_histogram"]) assert.ok(names.includes(name), name);
  assert.deepEqual(layout.yaxis3.range, [0, 100]);
  assert.equal(layout.xaxis.anchor, "y4");
});

test("a sparkline goes from edge to edge and stays inside", () => {
  const line = points([1, 3, 2]).split(" ").map((pair) => pair.split(",").map(Number));
  assert.deepEqual(line.map(([x]) => x), [0, 50, 100]);
  for (const [, y] of line) assert.ok(y >= 0 && y <= 24);
  assert.equal(points([5]), "");
  assert.ok(points([5, 5]).includes("0,12"));
});

test("a divergence is a line between its pivots and an arrow where it became known", () => {
  const at = (place) => bars[place].at;
  const divergence = { kind: "regular_bullish", first: { at: at(150), price: 99, rsi: 25 }, second: { at: at(170), price: 98, rsi: 31 }, confirmedAt: at(175) };
  const columns = { at: [], series: {}, divergences: [divergence, { ...divergence, kind: "hidden_bearish", confirmedAt: at(5) }] };
  const { data } = figureOf(history({ columns, overlays: ["divergence"], panes: ["rsi"] }), palette);
  const [price, rsi, known] = data.slice(-3);
  assert.deepEqual([price.x, price.y], [[at(150), at(170), null], [99, 98, null]]);
  assert.deepEqual([rsi.y, rsi.yaxis], [[25, 31, null], "y3"]);
  assert.deepEqual([known.x, known.y, known.marker.symbol], [[at(175)], [99], "arrow-up"]);
  const without = figureOf(history({ columns, overlays: [], panes: ["rsi"] }), palette).data;
  assert.ok(!without.some(({ name }) => name.includes("divergence")));
});

test("bands that may leave the view do not stretch the heights", () => {
  const series = { vwap_session: [100.2, 100.2], vwap_session_upper: [900, 900], vwap_session_lower: [1, 1] };
  const columns = { at: [bars[198].at, bars[199].at], series, divergences: [] };
  const { data, layout } = figureOf(history({ columns, overlays: ["vwap"] }), palette);
  assert.deepEqual(data.filter(({ name }) => name.startsWith("vwap")).map(({ line }) => line.dash), ["solid", "dash", "dash"]);
  assert.ok(layout.yaxis.range[1] < 400 && layout.yaxis.range[0] > 50);
});
