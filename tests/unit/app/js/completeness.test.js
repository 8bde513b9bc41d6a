import assert from "node:assert/strict";
import { test } from "node:test";

import { stateOf, wordsOf } from "../../../../app/static/js/completeness.js";

const whole = (changes = {}) => ({ expected: 1_440, present: 1_440, final: 1_440, open_gaps: 0, ...changes });
const gap = (first, last, state = "open") => ({ symbol: "ETHUSDT", state, missing: [[first, last]] });
const told = (changes, gaps = []) => [stateOf(whole(changes), gaps), wordsOf(whole(changes), { gaps, bars: "bars" })];

test("complete is said of what is all there and final", () => {
  assert.deepEqual(told({}), ["good", "Complete: 1\u2009440 of 1\u2009440 bars, 1\u2009440 final"]);
  assert.equal(told({ final: 1_439 })[0], "warn");
  assert.match(told({ present: 1_439, final: 1_439 })[1], /^Not all there: 1\u2009439 of/);
  assert.equal(stateOf(null, []), "waiting");
});

test("a hole that is tried is being repaired, and its ids are named", () => {
  const [state, words] = told({ open_gaps: 1 }, [gap(5, 16)]);
  assert.equal(state, "warn");
  assert.match(words, /^Being repaired: .*Missing trade ids: ETHUSDT 5\u201316$/);
});

test("a hole that could not be repaired, or of which nothing is known yet, is incomplete", () => {
  assert.equal(told({ open_gaps: 1 }, [gap(5, 5, "failed")])[0], "bad");
  assert.match(told({ open_gaps: 1 }, [gap(5, 5, "failed")])[1], /ETHUSDT 5$/);
  assert.match(told({ open_gaps: 2 })[1], /^Incomplete: .*2 open gaps; the Quality page names them$/);
});

test("many holes are counted", () => {
  const many = Array.from({ length: 7 }, (_, place) => gap(place * 10, place * 10 + 1));
  assert.match(told({ open_gaps: 7 }, many)[1], /30\u201331 and 3 more$/);
});
