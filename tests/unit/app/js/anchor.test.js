import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { Anchor } from "../../../../app/static/js/market/anchor.js";

const chip = Object.assign(new EventTarget(), { setAttribute() {} });
const page = new EventTarget();
const line = { ts: ["1970-01-01T00:00:00Z"], series: { middle: [1], upper: [2], lower: [0] } };
let toasts = 0;
let answers = []; // how to answer each question, oldest first

// As much of a browser and of the server as an anchor needs.
const toast = { replaceChildren: () => (toasts += 1), dataset: {} };
globalThis.document = { getElementById: (id) => (id === "anchor" ? chip : toast), createElement: () => ({}) };
globalThis.addEventListener = page.addEventListener.bind(page);
globalThis.fetch = () => new Promise((resolve) => answers.push((body, status = 200) => resolve({ status, json: async () => body })));

function anchored(anchorAt = 0) {
  const element = Object.assign(new EventTarget(), { getBoundingClientRect: () => ({ left: 0 }) });
  const history = { bars: [], view: null, timeframe: "1s", anchorAt, anchored: null };
  const chart = { element, barAt: (pixel) => ({ at: pixel * 1_000 }) };
  const anchor = new Anchor("BTCUSDT", history, chart, { onMove() {}, onChange() {} });
  return { anchor, history, element };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

async function answer(body, status) {
  answers.shift()(body, status);
  await settled();
}

function click(element, x, { button = 0, moved = 0 } = {}) {
  element.dispatchEvent(Object.assign(new Event("pointerdown"), { clientX: x, clientY: 5, button }));
  page.dispatchEvent(Object.assign(new Event("pointerup"), { clientX: x + moved, clientY: 5, button }));
}

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  answers = [];
  toasts = 0;
});

test("bars that close ask once in ten seconds, and never while an answer is awaited", async () => {
  const { anchor, history } = anchored();
  anchor.load();
  for (let second = 0; second < 30; second++) {
    anchor.refresh();
    mock.timers.tick(1_000);
  }
  assert.equal(answers.length, 1); // which takes half a minute
  await answer(line);
  assert.deepEqual(history.anchored.series, line.series); // and is not thrown away
  mock.timers.tick(9_000);
  assert.equal(answers.length, 0);
  mock.timers.tick(1_001);
  assert.equal(answers.length, 1); // for what closed meanwhile
  await answer(line);
  mock.timers.tick(60_000);
  assert.equal(answers.length, 0); // nothing has closed
});

test("only who asked for it is told that it could not be drawn", async () => {
  const { anchor, history } = anchored();
  anchor.place(5_000);
  await answer({ error: { message: "too many bars" } }, 422);
  assert.equal(toasts, 1);
  anchor.refresh();
  mock.timers.tick(60_000);
  assert.equal(answers.length, 0); // there are only more bars now
  anchor.load();
  await answer(line);
  anchor.refresh();
  mock.timers.tick(10_001);
  await answer({ error: { message: "away" } }, 503);
  assert.equal(toasts, 1);
  assert.ok(history.anchored); // as far as it was
});

test("a single click of the first button moves it, and nothing else does", () => {
  const { history, element } = anchored();
  const after = (ms) => {
    mock.timers.tick(ms);
    return history.anchorAt;
  };
  click(element, 3);
  assert.equal(after(299), 0);
  assert.equal(after(1), 3_000);
  click(element, 4);
  mock.timers.tick(100);
  click(element, 4); // a double click resets the view
  assert.equal(after(1_000), 3_000);
  click(element, 6, { button: 2 });
  click(element, 7, { moved: 9 });
  assert.equal(after(1_000), 3_000);
});

test("a click does not switch on again what was switched off meanwhile", () => {
  const { anchor, history, element } = anchored();
  click(element, 3);
  anchor.place(null);
  mock.timers.tick(300);
  assert.equal(history.anchorAt, null);
});
