import assert from "node:assert/strict";
import { test } from "node:test";

import { inWords } from "../../../../app/static/js/charts/day_bar.js";
import { lastDayFrom } from "../../../../app/static/js/overview/export.js";
import { matching, pairIn } from "../../../../app/static/js/overview/matching.js";

const SYMBOLS = ["BTCUSDT", "ETHBTC", "ETHUSDT", "WBTCUSDT", "BTCDAI"];
const none = () => false;

test("what begins with the text comes first, the shortest of those before the others", () => {
  assert.deepEqual(matching(SYMBOLS, " btc ", none), ["BTCDAI", "BTCUSDT", "ETHBTC", "WBTCUSDT"]);
});

test("what is watched is not offered", () => {
  assert.deepEqual(matching(SYMBOLS, "eth", (symbol) => symbol === "ETHUSDT"), ["ETHBTC"]);
  assert.deepEqual(matching(SYMBOLS, "nothing", none), []);
});

test("two words are a pair, however they are parted", () => {
  for (const typed of ["ETHUSDT/BTCUSDT", " ethusdt  btcusdt ", "ethusdt, btcusdt", "ETHUSDT / BTCUSDT"]) {
    assert.deepEqual(pairIn(typed, []), ["ETHUSDT", "BTCUSDT"]);
  }
  for (const typed of ["", "ETHUSDT", "ETHUSDT/", "A/B/C"]) assert.equal(pairIn(typed, ["ETHUSDT", "BTCUSDT"]), null);
});

test("what is watched may be called by its short name", () => {
  const watched = ["ETHUSDT", "BTCUSDT"];
  for (const typed of ["eth btc", "ETH / BTC", "eth, btcusdt"]) assert.deepEqual(pairIn(typed, watched), ["ETHUSDT", "BTCUSDT"]);
  assert.deepEqual(pairIn("sol btc", watched), ["SOL", "BTCUSDT"]);
  assert.deepEqual(pairIn("eth btc", ["ETHUSDT", "ETHBTC"]), ["ETH", "BTC"]);
});

test("a day is said in words for who does not see its colours", () => {
  const words = inWords(["complete", "complete", "repairing"]);
  assert.equal(words, "2 of 3 quarter hours complete, 1 of 3 quarter hours repairing");
});

test("the last day ends with the newest trade, be it of a day long over", () => {
  const now = Date.parse("2026-11-29T12:00:00Z");
  const quotes = [{ traded_at: "2021-05-19T13:00:00.000Z" }, { traded_at: null }, { traded_at: "2021-05-19T12:59:00.000Z" }];
  assert.equal(lastDayFrom(quotes, now), "2021-05-18T13:00:00.000Z");
  assert.equal(lastDayFrom([{ traded_at: null }], now), "2026-11-28T12:00:00.000Z");
});
