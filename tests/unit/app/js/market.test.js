import assert from "node:assert/strict";
import { test } from "node:test";

import { choicesIn, linkOf } from "../../../../app/static/js/market/link.js";
import { barsOf, foldedBars, mergeFolded } from "../../../../app/static/js/market/whole.js";

const HOUR = 3_600_000;
const hour = (place, changes = {}) => ({ at: place * HOUR, open: 10 + place, high: 12 + place, low: 9 + place, close: 11 + place, volume: 2, trades: 3, isFinal: true, ...changes });
const shown = { timeframe: "5m", range: null, view: null, overlays: ["ema", "bands"], panes: [], scale: "log", anchorAt: null };

test("a link says all that is shown and is read back", () => {
  assert.equal(linkOf(shown), "?tf=5m&overlays=ema,bands&panes=none&scale=log");
  assert.deepEqual(choicesIn(linkOf(shown)), shown);
  assert.deepEqual(choicesIn(linkOf({ ...shown, range: "6h", view: [0, 1] })), { ...shown, range: "6h" });
  const view = [Date.UTC(2026, 10, 22, 8), Date.UTC(2026, 10, 22, 9, 30)];
  assert.match(linkOf({ ...shown, view }), /from=2026-11-22T08:00:00Z&to=2026-11-22T09:30:00Z/);
  assert.deepEqual(choicesIn(linkOf({ ...shown, view })).view, view);
  assert.deepEqual(choicesIn(linkOf({ ...shown, anchorAt: view[0] })), { ...shown, anchorAt: view[0] });
});

test("what a link does not say, or says wrongly, is left to the settings", () => {
  assert.deepEqual(choicesIn(""), { timeframe: null, range: null, view: null, overlays: null, panes: null, scale: null, anchorAt: null });
  const odd = choicesIn("?range=3y&from=x&to=2026-11-22&overlays=ema,<b>&panes=none&scale=cubic&anchor=yesterday");
  assert.deepEqual(odd, { timeframe: null, range: null, view: null, overlays: ["ema"], panes: [], scale: null, anchorAt: null });
  assert.equal(choicesIn("?from=2026-11-22T09:00:00Z&to=2026-11-22T08:00:00Z").view, null);
});

test("folded bars keep extremes and ends, and are final when their time is over", () => {
  const [first, second] = foldedBars([hour(0), hour(1), hour(2)], 2 * HOUR, HOUR);
  assert.deepEqual(first, { at: 0, open: 10, high: 13, low: 9, close: 12, volume: 4, trades: 6, isFinal: true });
  assert.equal(second.isFinal, false);
});

test("what comes live goes into the newest bar, and into a new one when that is over", () => {
  const whole = { tail: [hour(2)], stepMs: 2 * HOUR, timeframe: "1h" };
  const bars = foldedBars([hour(0), hour(1), hour(2)], 2 * HOUR, HOUR);
  mergeFolded(bars, whole, [hour(3, { high: 99, isFinal: false })]);
  assert.equal(bars.length, 2);
  assert.equal(bars[1].high, 99);
  mergeFolded(bars, whole, [hour(3, { high: 99 }), hour(4, { isFinal: false })]);
  assert.deepEqual(bars.map(({ at, isFinal }) => [at / HOUR, isFinal]), [[0, true], [2, true], [4, false]]);
  assert.deepEqual(whole.tail.map(({ at }) => at / HOUR), [4]);
});

test("columns become bars", () => {
  const columns = { ts: ["1970-01-01T01:00:00.000Z"], open: [1], high: [4], low: [0.5], close: [2], volume: [7], trades: [3], is_final: [true] };
  assert.deepEqual(barsOf(columns), [{ at: HOUR, open: 1, high: 4, low: 0.5, close: 2, volume: 7, trades: 3, isFinal: true }]);
});
