import assert from "node:assert/strict";
import { test } from "node:test";

import { differenceOf, textOf } from "../../../../app/static/js/selftest/findings.js";
import { luckSentence, verdictOf } from "../../../../app/static/js/selftest/words.js";
import { words } from "../../../../app/static/js/task_panel.js";

const LUCK = { pairs: 2000, bars: 1440, found: 96, share: 0.048, level: 0.05, low: 0.035, high: 0.065, seed: 1 };
const finding = (passed) => ({ passed });
const thin = "\u202f";

test("the verdict counts what was decided, and only that", () => {
  const planted = [{ findings: [finding(true), finding(null)] }, { findings: [finding(true)] }, { findings: [] }];
  assert.match(verdictOf({ planted, false_positives: LUCK }), /^All 2 planted figures are found; luck finds .* promised; 1 of 3 pairs cannot be judged yet.$/);
  planted[2].findings.push(finding(false));
  assert.match(verdictOf({ planted, false_positives: LUCK }), /^2 of 3 planted figures/);
});

test("where nothing was planted luck alone speaks", () => {
  const told = verdictOf({ planted: [], false_positives: LUCK });
  assert.equal(told, `Luck finds 4.8${thin}% where 5.0${thin}% is promised.`);
  assert.match(luckSentence(LUCK), /^96 of 2\u202f000 pairs/);
});

test("a difference is a share of what was planted, of a moment a time, and a dash without one", () => {
  assert.equal(differenceOf({ difference: -0.6, planted: 12, unit: "min" }), `\u22125.0${thin}%`);
  assert.equal(differenceOf({ difference: 5400, planted: 1.7e9, unit: "UTC" }), "1\u00a0h 30\u00a0min");
  assert.equal(differenceOf({ difference: null, planted: null, unit: "" }), "–");
  assert.equal(textOf(null, { unit: "", name: "beta" }, "utc"), "–");
  assert.equal(textOf(2e-15, { unit: "", name: "Engle-Granger p" }, "utc"), "< 0.001");
  assert.equal(textOf(0.0018, { unit: "", name: "spread deviation" }, "utc"), "0.00180");
});

test("a task says how far it is in words", () => {
  const running = { state: "running", done: 3, total: 5, text: "BTCUSDT 1m", cancel_wanted: false };
  assert.equal(words(running), "3 of 5 · BTCUSDT 1m");
  assert.equal(words({ ...running, cancel_wanted: true }), "stopping");
  assert.equal(words({ ...running, state: "waiting" }), "waiting for its turn");
  assert.equal(words({ ...running, total: 0, text: "" }), "");
});
