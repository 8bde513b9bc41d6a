import assert from "node:assert/strict";
import { test } from "node:test";

import { placeAt, valuesAt } from "../../../../app/static/js/charts/pair_cross_hair.js";
import { percent } from "../../../../app/static/js/charts/pair_prices.js";
import { kindOf } from "../../../../app/static/js/charts/pair_spread.js";
import { contradiction, idle } from "../../../../app/static/js/pair/choice.js";
import { LastPrices, liveZ } from "../../../../app/static/js/pair/live_z.js";

const hedge = { beta: 2, intercept: 0.5 };
const spread = { mean: 0.1, deviation: 0.2 };

test("z between bars is by the newest hedge, mean and deviation, for each kind of spread", () => {
  const [y, x] = [Math.exp(3), Math.exp(1)];
  assert.ok(Math.abs(liveZ({ kind: "log", hedge, spread }, { y, x }).z - (3 - 0.5 - 2 - 0.1) / 0.2) < 1e-12);
  assert.ok(Math.abs(liveZ({ kind: "residual", hedge, spread }, { y: 8, x: 3 }).z - (8 - 0.5 - 6 - 0.1) / 0.2) < 1e-12);
  assert.ok(Math.abs(liveZ({ kind: "ratio", hedge: { beta: null, intercept: null }, spread }, { y: 8, x: 2 }).z - (4 - 0.1) / 0.2) < 1e-12);
  assert.ok(Math.abs(liveZ({ kind: "dollar_neutral", hedge: { beta: 1, intercept: 0 }, spread }, { y, x }).z - (3 - 1 - 0.1) / 0.2) < 1e-12);
});

test("there is no z without both prices, a hedge and a deviation", () => {
  const whole = { kind: "log", hedge, spread };
  for (const prices of [{ y: null, x: 1 }, { y: 1, x: 0 }]) assert.equal(liveZ(whole, prices), null);
  assert.equal(liveZ({ ...whole, hedge: { beta: null, intercept: null } }, { y: 1, x: 1 }), null);
  assert.equal(liveZ({ ...whole, spread: { mean: 0, deviation: null } }, { y: 1, x: 1 }), null);
  assert.equal(liveZ({ ...whole, spread: { mean: null, deviation: 1 } }, { y: 1, x: 1 }), null);
});

test("only a changed price is news, and the newest trade's moment is kept", () => {
  const prices = new LastPrices();
  assert.ok(prices.note("y", { price: 5, traded_at: "2024-08-08T00:00:02Z" }));
  assert.ok(!prices.note("y", { price: 5, traded_at: "2024-08-08T00:00:03Z" }));
  assert.ok(!prices.note("x", { price: null, traded_at: null }));
  assert.ok(prices.note("x", { price: 7, traded_at: "2024-08-08T00:00:01Z" }));
  assert.equal(prices.at, Date.parse("2024-08-08T00:00:03Z"));
});

test("prices begin at nothing where the view does", () => {
  assert.deepEqual(percent([null, 100, 110, null, 50], 0), [null, 0, 10.000000000000009, null, -50]);
  assert.equal(percent([null, 100, 110], 2)[2], 0);
  assert.deepEqual(percent([null, null], 0), [null, null]);
});

test("an entry is drawn by its side, a stop by time like any other", () => {
  assert.equal(kindOf({ event: "entry", state: "long_spread" }), "long_spread");
  assert.equal(kindOf({ event: "time_stop", state: "stopped" }), "stop");
  assert.equal(kindOf({ event: "exit", state: "flat" }), "exit");
});

test("thresholds must lie in their order", () => {
  assert.equal(contradiction({ entry: 2, exit: 0, stop: 4 }), "");
  assert.match(contradiction({ entry: 2, exit: 2, stop: 4 }), /nearer/);
  assert.match(contradiction({ entry: 2, exit: 0, stop: 2 }), /farther/);
  assert.match(contradiction({ entry: NaN, exit: 0, stop: 2 }), /numbers/);
});

test("a control that changes nothing says why", () => {
  assert.deepEqual(Object.keys(idle({ method: "kalman", spread: "log" })), ["z_window", "robust"]);
  assert.deepEqual(Object.keys(idle({ method: "kalman", spread: "ratio" })), ["method"]);
  assert.deepEqual(Object.keys(idle({ method: "kalman", spread: "dollar_neutral" })), ["method"]);
  assert.deepEqual(idle({ method: "ols", spread: "residual" }), {});
});

const LAYOUT = {
  xaxis: { _offset: 10, _length: 100, range: [0, 100], r2l: Number },
  yaxis: { _offset: 0, _length: 50, range: [0, 1] },
  yaxis3: { _offset: 100, _length: 50, range: [-3, 3] },
};

test("the cross-hair snaps to the nearest bar in view, whichever pane the pointer is in", () => {
  const moments = [-10, 0, 40, 90, 200];
  const at = (x, y = 20) => placeAt(LAYOUT, moments, { x, y });
  assert.deepEqual([at(10), at(29), at(31), at(110)], [1, 1, 2, 3]);
  assert.equal(at(31, 140), 2);
  for (const [x, y] of [[9, 20], [111, 20], [31, -1], [31, 151]]) assert.equal(at(x, y), null);
});

test("at a moment every pane tells its values, and what the rule did then", () => {
  const series = { y: [100, 102], x: [50, null], spread: [0.1, -0.000123456], mean: [0, 0.5], z: [1, null] };
  const analysis = { y: "ETHUSDT", x: "BTCUSDT", series, marks: [{ place: 1, event: "entry", state: "short_spread" }, { place: 1, event: "armed", state: "flat" }] };
  const found = valuesAt({ analysis, moments: [5, 6], from: 0 }, 1);
  const texts = (name) => found[name].map(([text]) => text);
  assert.equal(found.at, 6);
  assert.deepEqual(texts("yaxis"), ["ETHUSDT +2.00\u202f%", "BTCUSDT –"]);
  assert.deepEqual(texts("yaxis2"), ["spread \u22120.00012346", "mean 0.5", "short"]);
  assert.deepEqual(texts("yaxis3"), ["z –"]);
});
