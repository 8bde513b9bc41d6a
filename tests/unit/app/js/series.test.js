import assert from "node:assert/strict";
import { test } from "node:test";

import { barFrom, columnsFrom, formingBar, joinColumns, keepNewest, leavesHole, mergeBars, mergeSnapshot, placeOf } from "../../../../app/static/js/series.js";

const bar = (at, close = 10, { trades = 5, isFinal = true } = {}) => ({ at, open: 9, high: 11, low: 8, close, volume: 1, trades, isFinal });

test("a bar of the interface becomes a bar of the chart", () => {
  const json = { ts: "2024-08-08T23:55:00.000Z", open: 1, high: 2, low: 0.5, close: 1.5, volume: 3, trades: 4, is_final: false };
  assert.deepEqual(barFrom(json), { at: 1723161300000, open: 1, high: 2, low: 0.5, close: 1.5, volume: 3, trades: 4, isFinal: false });
});

test("a new bar is appended, a known one is replaced, and the change says which", () => {
  const bars = [bar(0), bar(60, 10, { isFinal: false })];
  assert.deepEqual(mergeBars(bars, [bar(60, 12, { isFinal: false, trades: 6 })]), { closed: false, newest: true, appended: 0 });
  assert.deepEqual(mergeBars(bars, [bar(60, 12, { trades: 6 }), bar(120, 13, { isFinal: false })]), { closed: false, newest: true, appended: 1 });
  assert.deepEqual(bars.map((each) => each.at), [0, 60, 120]);
});

test("a corrected closed bar is taken, even if it is final already", () => {
  const bars = [bar(0, 10), bar(60)];
  assert.equal(mergeBars(bars, [bar(0, 10.5, { trades: 7 })]).closed, true);
  assert.equal(bars[0].close, 10.5);
});

test("older news of an open bar change nothing", () => {
  const bars = [bar(0, 12, { trades: 9, isFinal: false })];
  assert.deepEqual(mergeBars(bars, [bar(0, 11, { trades: 8, isFinal: false })]), { closed: false, newest: false, appended: 0 });
  assert.equal(bars[0].close, 12);
});

test("merging in any order and twice gives the same bars", () => {
  const news = Array.from({ length: 40 }, (_, place) => bar(60 * (place % 20), 10 + (place % 20), { trades: 5 }));
  const forward = [];
  const backward = [];
  mergeBars(forward, news);
  mergeBars(backward, [...news].reverse());
  assert.deepEqual(forward, backward);
  assert.equal(forward.length, 20);
});

test("news that begin behind the bar after the newest leave a hole", () => {
  assert.equal(leavesHole([bar(0)], [bar(60)], 60), false);
  assert.equal(leavesHole([bar(0)], [bar(120)], 60), true);
  assert.equal(leavesHole([], [bar(120)], 60), false);
});

test("only the newest bar forms, and only until it is final", () => {
  assert.equal(formingBar([bar(0, 10, { isFinal: false }), bar(60)]), null);
  assert.equal(formingBar([bar(0), bar(60, 10, { isFinal: false })]).at, 60);
  assert.equal(formingBar([]), null);
});

test("a snapshot that says nothing new changes nothing", () => {
  const columns = { at: [0], series: { sma_20: [1.5] } };
  const said = { as_of: "1970-01-01T00:00:00Z", values: { sma_20: { value: 1.5 } } };
  assert.equal(mergeSnapshot(columns, said), false);
  said.values.sma_20.value = 1.6;
  assert.equal(mergeSnapshot(columns, said), true);
  assert.deepEqual(columns.series.sma_20, [1.6]);
});

test("a snapshot is put at its bar, and figures it lacks are null", () => {
  const columns = { at: [0, 60], series: { ema: [1, 2] } };
  mergeSnapshot(columns, { as_of: new Date(120).toISOString(), values: { ema: { value: 3 }, rsi: { value: 50 } } });
  mergeSnapshot(columns, { as_of: new Date(60).toISOString(), values: { ema: { value: 2.5 } } });
  assert.deepEqual(columns, { at: [0, 60, 120], series: { ema: [1, 2.5, 3], rsi: [null, null, 50] } });
});

test("places are found by halving", () => {
  const bars = [bar(0), bar(60), bar(120)];
  assert.deepEqual([-1, 0, 30, 60, 130].map((at) => placeOf(bars, at)), [0, 0, 1, 1, 3]);
});

test("columns read anew replace their span and leave the rest", () => {
  const known = { at: [0, 60, 120, 180], series: { ema: [1, 2, 3, 4], old: [5, 6, 7, 8] }, divergences: [diverging(60), diverging(180)] };
  const read = { at: [60, 90, 120], series: { ema: [20, 25, 30], fresh: [7, 8, 9] }, divergences: [diverging(90)] };
  assert.deepEqual(joinColumns(known, read), {
    at: [0, 60, 90, 120, 180],
    series: { ema: [1, 20, 25, 30, 4], old: [5, null, null, null, 8], fresh: [null, 7, 8, 9, null] },
    divergences: [diverging(90), diverging(180)],
  });
  assert.equal(joinColumns(known, { at: [], series: {}, divergences: [] }), known);
});

test("a divergence comes with the columns, or with the snapshot that knows it first", () => {
  const pivot = (ts, rsi) => ({ ts: new Date(ts).toISOString(), price: 5, rsi });
  const json = { kind: "hidden_bullish", first: pivot(0, 40), second: pivot(60, 30), confirmed_at: new Date(90).toISOString() };
  const columns = columnsFrom({ ts: [new Date(90).toISOString()], series: { ema: [1] }, divergences: [] });
  const snapshot = { as_of: new Date(90).toISOString(), values: { ema: { value: 1 } }, divergence: json };
  assert.equal(mergeSnapshot(columns, snapshot), true);
  assert.equal(mergeSnapshot(columns, snapshot), false);
  assert.deepEqual(columns.divergences, columnsFrom({ ts: [], series: {}, divergences: [json] }).divergences);
  assert.deepEqual(columns.divergences[0].second, { at: 60, price: 5, rsi: 30 });
});

function diverging(confirmedAt) {
  return { kind: "regular_bearish", first: { at: 0 }, second: { at: 30 }, confirmedAt };
}

test("of too many bars the newest are kept, and what lies within them", () => {
  const columns = { at: [0, 60, 120], series: { rsi_14: [1, 2, 3] }, divergences: [{ confirmedAt: 0 }, { confirmedAt: 60 }] };
  const history = { bars: [bar(0), bar(60), bar(120)], columns };
  assert.equal(keepNewest(history, 3), false);
  assert.equal(keepNewest(history, 2), true);
  assert.deepEqual(history.bars.map(({ at }) => at), [60, 120]);
  assert.deepEqual(columns, { at: [60, 120], series: { rsi_14: [2, 3] }, divergences: [{ confirmedAt: 60 }] });
});
