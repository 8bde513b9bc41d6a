import assert from "node:assert/strict";
import test from "node:test";

import { cellOf, cellText, cellWords, sentence, shareOf, shortNames, significance } from "../../../../app/static/js/correlation/cells.js";
import { choiceFrom, searchOf } from "../../../../app/static/js/correlation/choice.js";
import { marketWords } from "../../../../app/static/js/overview/market.js";

const SNAPSHOT = {
  symbols: ["BTCUSDT", "ETHUSDT", "SOLUSDT"],
  returns: [240, 240, 12],
  values: [[], [0.8765], [null, -0.04]],
  n: [[], [240], [12, 12]],
  p_values: [[], [1e-9], [null, 0.6]],
  as_of: "2026-11-22T15:40:00.000Z",
};
const BEFORE = { ...SNAPSHOT, values: [[], [0.9], [null, null]] };
const NAMES = shortNames(SNAPSHOT.symbols);

test("a cell is the same from both sides", () => {
  const [one, other] = [cellOf(SNAPSHOT, null, "BTCUSDT", "ETHUSDT"), cellOf(SNAPSHOT, null, "ETHUSDT", "BTCUSDT")];
  assert.equal(one.value, 0.8765);
  assert.deepEqual([other.value, other.n, other.p], [one.value, one.n, one.p]);
});

test("what is not significant is pale, what does not exist is empty", () => {
  assert.equal(cellOf(SNAPSHOT, null, "SOLUSDT", "ETHUSDT").pale, true);
  assert.equal(cellOf(SNAPSHOT, null, "BTCUSDT", "ETHUSDT").pale, false);
  const none = cellOf(SNAPSHOT, null, "SOLUSDT", "BTCUSDT");
  assert.deepEqual([none.shown, none.share, cellText(none.shown)], [null, 0, ""]);
  assert.equal(cellWords(none, NAMES), "SOL and BTC: no correlation, 12 common returns");
});

test("the change to yesterday needs both days", () => {
  const cell = cellOf(SNAPSHOT, BEFORE, "ETHUSDT", "BTCUSDT");
  assert.equal(cell.shown.toFixed(4), "-0.0235");
  assert.equal(cellText(cell.shown, true), "\u2212.02");
  assert.match(cellWords(cell, NAMES), /^ETH and BTC: 0\.8765 · n 240 · p < 0\.001 · yesterday 0\.9000$/);
  assert.match(cellWords(cell, NAMES, "hour"), / · an hour ago 0\.9000$/);
  assert.equal(cellOf(SNAPSHOT, BEFORE, "SOLUSDT", "ETHUSDT").shown, null);
});

test("a cell of a symbol with itself says how many returns it has", () => {
  assert.equal(cellWords(cellOf(SNAPSHOT, null, "SOLUSDT", "SOLUSDT"), NAMES), "SOL: 12 returns");
});

test("short numbers keep their sign, and one is one", () => {
  assert.deepEqual([0.5, -0.5, 1, 0.001].map((value) => cellText(value)), [".50", "\u2212.50", "1.00", ".00"]);
  assert.equal(cellText(0.2, true), "+.20");
});

test("colour grows with the size and has the sign", () => {
  assert.ok(shareOf(0.9) > shareOf(0.8) && shareOf(-0.9) < 0 && shareOf(1) === 1 && shareOf(null) === 0);
  assert.equal(shareOf(0.6, true), 1);
});

test("names lose the asset they share, if they all do", () => {
  assert.deepEqual(Object.values(shortNames(["BTCUSDT", "ETHUSDT"])), ["BTC", "ETH"]);
  assert.deepEqual(Object.values(shortNames(["BTCUSDT", "ETHBTC"])), ["BTCUSDT", "ETHBTC"]);
});

test("the sentence names the closest and the loosest", () => {
  assert.equal(sentence(SNAPSHOT, NAMES), "ETH and BTC move together most (0.88), SOL and ETH least (\u22120.04).");
  assert.match(sentence({ ...SNAPSHOT, values: [[], [null], [null, null]] }, NAMES), /No two symbols/);
});

test("significance in words", () => {
  assert.deepEqual([0.2, 0.04, 1e-12].map(significance), ["p = 0.200, not significant", "p = 0.040", "p < 0.001"]);
});

test("the link holds the choice and nothing that cannot be chosen", () => {
  const choice = choiceFrom("?tf=5m&window=240&method=kendall&difference=1", "5m");
  assert.deepEqual(choice, { timeframe: "5m", window: 240, method: "kendall", difference: "day" });
  assert.equal(searchOf(choice), "?tf=5m&window=240&method=kendall&difference=day");
  assert.equal(choiceFrom("?difference=hour", "5m").difference, "hour");
  assert.deepEqual(choiceFrom("?window=7&method=cosine", "1m"), { timeframe: "1m", window: 1440, method: "pearson", difference: "" });
  assert.equal(searchOf(choiceFrom("", "1m")), "?tf=1m");
});

test("the market in one line", () => {
  const day = { mean: 0.66, volatility: 0.001 };
  assert.equal(marketWords({ mean: 0.714, volatility: 0.0007 }, day), "Mean correlation .71 (24 h .66) \u00b7 volatility low");
  assert.equal(marketWords({ mean: -0.1, volatility: 0.002 }, { mean: null, volatility: 0.001 }), "Mean correlation \u2212.10 \u00b7 volatility high");
  assert.equal(marketWords({ mean: -0.001, volatility: 0.001 }, { mean: null, volatility: 0.001 }), "Mean correlation .00 \u00b7 volatility as usual");
  assert.match(marketWords({ mean: 0.5, volatility: 0.001 }, day), /as usual$/);
  assert.match(marketWords({ mean: 0.5, volatility: 0 }, day), /not known$/);
  assert.equal(marketWords({ mean: null, volatility: null }, day), "No two symbols can be compared yet.");
});
