import assert from "node:assert/strict";
import { test } from "node:test";

import * as format from "../../../../app/static/js/format.js";

test("a price has the digits of the symbol's step and thin spaces between thousands", () => {
  assert.equal(format.price(61837.6, format.decimalsOf("0.01000000")), "61\u202f837.60");
  assert.equal(format.price(0.10421, format.decimalsOf("0.00001000")), "0.10421");
  assert.equal(format.price(1234567, format.decimalsOf("1.00000000")), "1\u202f234\u202f567");
});

test("without a step a small price keeps digits that say something", () => {
  assert.equal(format.price(0.00001234), "0.00001234");
  assert.equal(format.price(-29.7956), "\u221229.7956");
});

test("what is unknown is a dash, never NaN or null", () => {
  for (const unknown of [null, undefined, NaN, Infinity]) {
    for (const name of ["price", "percent", "compact", "quantity", "count", "duration", "clock", "moment"]) {
      assert.equal(format[name](unknown), format.DASH, name);
    }
  }
});

test("a time of another day has its date", () => {
  const now = Date.UTC(2026, 10, 29, 0, 30);
  assert.equal(format.when(Date.UTC(2026, 10, 29, 0, 5, 7), "utc", now), "00:05");
  assert.equal(format.when(Date.UTC(2026, 10, 29, 0, 5, 7), "utc", now, { seconds: true }), "00:05:07");
  assert.equal(format.when(Date.UTC(2026, 10, 28, 23, 59), "utc", now), "2026-11-28 23:59");
  assert.equal(format.when(null, "utc", now), format.DASH);
});

test("a change has a sign, and a change that rounds to nothing has none", () => {
  assert.equal(format.percent(0.0042), "+0.42\u202f%");
  assert.equal(format.percent(-0.012), "\u22121.20\u202f%");
  assert.equal(format.percent(-0.000001), "0.00\u202f%");
});

test("large amounts are shortened", () => {
  assert.equal(format.compact(192_000_000), "192M");
  assert.equal(format.compact(3_100.5), "3.10k");
  assert.equal(format.compact(1_020_000_000), "1.02B");
});

test("durations are said in the largest two units", () => {
  assert.equal(format.duration(41), "41\u00a0ms");
  assert.equal(format.duration(-50), "\u221250\u00a0ms");
  assert.equal(format.duration(1_400), "1.4\u00a0s");
  assert.equal(format.duration(75_000), "1\u00a0min 15\u00a0s");
  assert.equal(format.duration(7_500_000), "2\u00a0h 5\u00a0min");
  assert.equal(format.duration(2 * 86_400_000), "2\u00a0d");
});

test("times are UTC unless the reader wants this computer's zone", () => {
  const at = Date.parse("2024-08-08T23:54:15.342Z");
  assert.equal(format.clock(at), "23:54:15");
  assert.equal(format.moment(at), "2024-08-08 23:54");
  const local = new Date(at);
  const two = (number) => String(number).padStart(2, "0");
  assert.equal(format.clock(at, "local"), [local.getHours(), local.getMinutes(), local.getSeconds()].map(two).join(":"));
});

test("a figure whose name carries its unit is shown with it", () => {
  assert.deepEqual(format.namedFigure("memory_mb", 88.44), ["Memory", "88.4\u202fMB"]);
  assert.deepEqual(format.namedFigure("stored_after_ms_p99", 12), ["Stored after, p99", "12\u202fms"]);
  assert.deepEqual(format.namedFigure("clients", 3), ["Clients", "3"]);
  assert.deepEqual(format.namedFigure("trades_per_second", 61.24), ["Trades", "61.2\u202f/s"]);
  assert.deepEqual(format.namedFigure("connected", 1), ["Connected", "yes"]);
  assert.deepEqual(format.namedFigure("silence_seconds", null), ["Silence", format.DASH]);
});
