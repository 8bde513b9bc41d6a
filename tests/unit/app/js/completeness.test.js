import assert from "node:assert/strict";
import { test } from "node:test";

import { drawWhole, stateOf, wordsOf } from "../../../../app/static/js/completeness.js";

const whole = (changes = {}) => ({ expected: 1_440, present: 1_440, final: 1_440, open_gaps: 0, ...changes });
const gap = (first, last, state = "open") => ({ symbol: "ETHUSDT", state, missing: [[first, last]] });
const told = (changes, gaps = []) => [stateOf(whole(changes), gaps), wordsOf(whole(changes), { gaps, bars: "bars" })];

test("complete is said of what is all there and final", () => {
  assert.deepEqual(told({}), ["good", "Complete: 1\u202f440 of 1\u202f440 bars, 1\u202f440 final"]);
  assert.equal(told({ final: 1_439 })[0], "warn");
  assert.match(told({ present: 1_439, final: 1_439 })[1], /^Not all there: 1\u202f439 of/);
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

// A dot as the page has one, and a server whose answers come when they are let go.
const dot = () => ({ dataset: {}, setAttribute() {} });
async function turn() {
  for (let left = 10; left; left--) await new Promise((done) => setTimeout(done));
}

function heldServer() {
  const held = [];
  globalThis.fetch = (address) => new Promise((answer) => held.push({ symbols: new URL(address, "http://web").searchParams.get("symbols"), answer }));
  const letGo = ({ symbols, answer }, state = "open") => {
    const gaps = symbols.split(",").map((symbol) => ({ symbol, state, missing: [[5, 16]] }));
    answer(new Response(JSON.stringify({ gaps }), { headers: { "Content-Type": "application/json" } }));
  };
  return { held, letGo };
}

test("a dot that is drawn while an answer is on its way asks after it", async () => {
  const { held, letGo } = heldServer();
  const dots = { BTCUSDT: dot(), ETHUSDT: dot(), SOLUSDT: dot() };
  const draw = (symbol) => drawWhole(dots[symbol], whole({ open_gaps: 1 }), { symbols: [symbol] });
  draw("BTCUSDT");
  draw("ETHUSDT");
  await turn();
  draw("SOLUSDT");
  await turn();
  assert.deepEqual(held.map(({ symbols }) => symbols), ["BTCUSDT,ETHUSDT"]);
  letGo(held.shift());
  await turn();
  assert.deepEqual(held.map(({ symbols }) => symbols), ["SOLUSDT"]);
  letGo(held.shift());
  await turn();
  assert.deepEqual(Object.values(dots).map(({ dataset }) => dataset.state), ["warn", "warn", "warn"]);
});

test("a dot of what is asked for already does not ask again", async () => {
  const { held, letGo } = heldServer();
  const dots = [dot(), dot()];
  const draw = (place) => drawWhole(dots[place], whole({ open_gaps: 1 }), { symbols: ["XRPUSDT"] });
  draw(0);
  await turn();
  draw(1);
  letGo(held.shift());
  await turn();
  assert.equal(held.length, 0);
  assert.deepEqual(dots.map(({ dataset }) => dataset.state), ["warn", "warn"]);
});

test("a dot under the same stamp learns that the repair failed, and asks again where it was not told", async (t) => {
  t.mock.timers.enable({ apis: ["Date"], now: 1_000_000 });
  const { held, letGo } = heldServer();
  const mine = dot();
  const draw = async () => {
    drawWhole(mine, whole({ open_gaps: 1 }), { symbols: ["ADAUSDT"] });
    await turn();
  };
  await draw();
  held.shift().answer(new Response("{}", { status: 503, headers: { "Content-Type": "application/json" } }));
  await turn();
  assert.equal(mine.dataset.state, "bad");
  await draw();
  assert.equal(held.length, 0, "not at each drawing");
  for (const [state, shown] of [["open", "warn"], ["failed", "bad"]]) {
    t.mock.timers.tick(10_001);
    await draw();
    assert.equal(held.length, 1);
    letGo(held.shift(), state);
    await turn();
    assert.equal(mine.dataset.state, shown);
  }
});
