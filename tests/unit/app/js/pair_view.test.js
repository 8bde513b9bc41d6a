import assert from "node:assert/strict";
import { test } from "node:test";

import { PairView } from "../../../../app/static/js/charts/pair_view.js";

test("everything is shown, and moves on with each bar", () => {
  const view = new PairView();
  assert.deepEqual(view.rangeOf("a", 0, 1_000), [0, 1_020]);
  assert.deepEqual(view.rangeOf("a", 100, 1_100), [100, 1_120]);
});

test("a zoom stays over closed bars, and goes with another choice", () => {
  const view = new PairView();
  view.rangeOf("a", 0, 1_000);
  assert.equal(view.note([300, 700]), false);
  assert.deepEqual(view.rangeOf("a", 100, 1_100), [300, 700]);
  assert.deepEqual(view.rangeOf("b", 100, 1_100), [100, 1_120]);
  assert.deepEqual(view.rangeOf("a", 100, 1_100), [100, 1_120]);
});

test("who goes back to all that was there is shown all that is there now", () => {
  const view = new PairView();
  view.rangeOf("a", 0, 1_000);
  view.note([300, 700]);
  view.rangeOf("a", 100, 1_100);
  assert.equal(view.note([0, 1_020]), true);
  assert.deepEqual(view.rangeOf("a", 100, 1_100), [100, 1_120]);
  assert.equal(view.note([100, 1_120.5]), false);
});
