import assert from "node:assert/strict";
import { test } from "node:test";

import { fit, ranked } from "../../../../app/static/js/palette/ranking.js";
import { actionOf, actsInText, begins, keyNames, strokeOf } from "../../../../app/static/js/strokes.js";

const ENTRIES = [
  { kind: "symbol", text: "ETHUSDT" },
  { kind: "symbol", text: "BTCUSDT" },
  { kind: "instrument", text: "ETHBTC" },
  { kind: "instrument", text: "WBETHUSDT" },
  { kind: "pair", text: "ETHUSDT / BTCUSDT" },
  { kind: "page", text: "System" },
  { kind: "command", text: "Export bars as CSV" },
];
const texts = (typed) => ranked(ENTRIES, typed).map(({ text }) => text);

test("a text fits by its beginning, by a part of it, or by its letters in order", () => {
  assert.deepEqual(["btc", "USDT", "bst", "tb", ""].map((typed) => fit("BTCUSDT", typed)), [0, 1, 2, null, 0]);
  assert.equal(fit("ETHUSDT / BTCUSDT", "ethusdt/btc"), 0);
  assert.equal(fit("ETHUSDT / BTCUSDT", "eth btc"), 2);
  assert.equal(fit("Export bars as CSV", "  bars  AS "), 1);
});

test("what begins so comes before what holds it, and that before its letters", () => {
  assert.deepEqual(texts("eth"), ["ETHUSDT", "ETHBTC", "ETHUSDT / BTCUSDT", "WBETHUSDT"]);
  assert.deepEqual(texts("csv"), ["Export bars as CSV"]);
  assert.deepEqual(texts("syt"), ["System"]);
  assert.deepEqual(texts("nothing"), []);
});

test("what is not watched is not offered before something is typed", () => {
  assert.deepEqual(texts(" "), ["ETHUSDT", "BTCUSDT", "ETHUSDT / BTCUSDT", "System", "Export bars as CSV"]);
});

test("thousands of symbols leave room for the rest", () => {
  const many = Array.from({ length: 3_000 }, (_, place) => ({ kind: "instrument", text: `S${place}USDT` }));
  const found = ranked([...many, ...ENTRIES], "s");
  assert.equal(found.filter(({ kind }) => kind === "instrument").length, 20);
  assert.ok(found.some(({ text }) => text === "System"));
});

test("a stroke is its key, with Ctrl or a Mac's command key named Ctrl", () => {
  assert.equal(strokeOf({ key: "t" }), "t");
  assert.equal(strokeOf({ key: "?", shiftKey: true }), "?");
  assert.equal(strokeOf({ key: "k", ctrlKey: true }), "Ctrl K");
  assert.equal(strokeOf({ key: "k", metaKey: true }), "Ctrl K");
  for (const event of [{ key: "t", altKey: true }, { key: "Control", ctrlKey: true }, { key: "t", isComposing: true }]) assert.equal(strokeOf(event), "");
});

test("a stroke means the action bound to it, the second of two that of both", () => {
  const [theme, selftest, remove] = [{ keys: ["t"] }, { keys: ["g t"] }, { keys: ["Delete"], inside: "#rows" }];
  const actions = [theme, selftest, remove];
  const anywhere = () => true;
  assert.equal(actionOf(actions, "", "t", anywhere), theme);
  assert.equal(actionOf(actions, "g", "t", anywhere), selftest);
  assert.equal(actionOf(actions, "g", "Delete", anywhere), remove);
  assert.equal(actionOf(actions, "", "Delete", () => false), undefined);
  assert.deepEqual([begins(actions, "g"), begins(actions, "t")], [true, false]);
});

test("where text is typed letters are letters", () => {
  assert.equal(actsInText({ keys: ["t"] }, "t"), false);
  assert.equal(actsInText({ keys: ["Ctrl K"] }, "Ctrl K"), true);
  assert.equal(actsInText({ keys: ["Enter"], inside: "#filter" }, "Enter"), true);
});

test("keys are named as they are printed", () => {
  assert.deepEqual(keyNames("g o"), ["g", "o"]);
  assert.deepEqual(keyNames("Ctrl K", true), ["⌘", "K"]);
  assert.deepEqual(keyNames("ArrowUp"), ["↑"]);
});
