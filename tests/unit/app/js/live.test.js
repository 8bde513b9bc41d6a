import assert from "node:assert/strict";
import { test } from "node:test";

import { Sequence } from "../../../../app/static/js/sequence.js";
import { sorted } from "../../../../app/static/js/sorting.js";
import { addressOf } from "../../../../app/static/js/api.js";

function following(epoch, seq) {
  const sequence = new Sequence();
  sequence.startAt({ epoch, seq });
  return sequence;
}

test("numbers in order are nothing special", () => {
  const sequence = following("a", 4);
  assert.deepEqual([5, 6, 7].map((seq) => sequence.note({ epoch: "a", seq })), ["next", "next", "next"]);
  assert.equal(sequence.takeMissing(), false);
});

test("a hole is noticed, and forgiven when the number comes late", () => {
  const sequence = following("a", 4);
  assert.equal(sequence.note({ epoch: "a", seq: 6 }), "hole");
  assert.equal(sequence.note({ epoch: "a", seq: 5 }), "late");
  assert.equal(sequence.takeMissing(), false);
});

test("a hole that stays is told once", () => {
  const sequence = following("a", 4);
  sequence.note({ epoch: "a", seq: 9 });
  assert.equal(sequence.takeMissing(), true);
  assert.equal(sequence.takeMissing(), false);
});

test("lost counters are a new epoch, and counting goes on from there", () => {
  const sequence = following("a", 400);
  assert.equal(sequence.note({ epoch: "b", seq: 1 }), "epoch");
  assert.equal(sequence.note({ epoch: "b", seq: 2 }), "next");
});

test("the first message after a snapshot without counters begins the count", () => {
  const sequence = following("", 0);
  assert.equal(sequence.note({ epoch: "a", seq: 1 }), "next");
  assert.equal(sequence.note({ epoch: "a", seq: 2 }), "next");
});

test("what is unknown comes last, whichever way rows are sorted", () => {
  const rows = [{ v: null }, { v: 1 }, { v: 3 }, { v: undefined }, { v: 2 }];
  assert.deepEqual(sorted(rows, { field: "v", descending: false }).map((row) => row.v), [1, 2, 3, null, undefined]);
  assert.deepEqual(sorted(rows, { field: "v", descending: true }).map((row) => row.v), [3, 2, 1, null, undefined]);
});

test("parameters that are not given are left out of the address", () => {
  assert.equal(addressOf("/api/ohlc", { symbol: "BTCUSDT", tf: "1m", end: undefined }), "/api/ohlc?symbol=BTCUSDT&tf=1m");
});

// A server as a page sees it, that answers at once. refusal(watched): why a topic is not let in now, if so.
async function server(t, refusal) {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const watched = new Set();
  const found = { watched, asked: 0, connects: 0, handlers: {}, socket: null };
  const answers = {
    watch({ topic }) {
      found.asked += 1;
      const code = refusal(watched);
      if (code) return { error: { code, message: code } };
      watched.add(topic);
      return { topic, epoch: "a", seq: 0, data: {} };
    },
    unwatch({ topic }) {
      watched.delete(topic);
      return { topic };
    },
    clock: () => ({}),
  };
  const emit = (event, message, answer) => answer?.(answers[event](message));
  found.socket = {
    connected: true,
    active: true,
    on: (event, handler) => (found.handlers[event] = handler),
    connect: () => (found.connects += 1),
    emit,
    timeout: () => ({ emit: (event, message, answer) => emit(event, message, (told) => answer(null, told)) }),
  };
  globalThis.io = () => found.socket;
  globalThis.document = { body: { dataset: {} } };
  return { ...(await import(`../../../../app/static/js/live.js?for=${encodeURIComponent(t.name)}`)), server: found };
}

test("a topic that there was no room for is joined when another is left, or a little later", async (t) => {
  const { watch, server: { watched } } = await server(t, ({ size }) => size >= 2 && "too_many_topics");
  const leave = ["one", "two", "three", "four"].map((topic) => watch(topic, { onState() {} }));
  assert.deepEqual([...watched], ["one", "two"]);
  leave[0]();
  assert.deepEqual([...watched], ["two", "three"]);
  watched.delete("two"); // room that nothing told of
  t.mock.timers.tick(2_000);
  assert.deepEqual([...watched], ["three", "four"]);
});

test("topics that are refused are not asked for all at once again, and all joined when they may be", async (t) => {
  let isDown = true;
  const { watch, askAgain, server: found } = await server(t, () => isDown && "redis_down");
  let missed = 0;
  for (let topic = 0; topic < 150; topic++) watch(`topic ${topic}`, { onState() {}, onMissed: () => (missed += 1) });
  found.handlers.connect(); // counted as the first time
  found.handlers.connect();
  found.asked = 0;
  for (let second = 0; second < 60; second += 2) {
    if (second % 6 === 0) askAgain();
    t.mock.timers.tick(2_000);
  }
  assert.ok(found.asked > 20, `asked only ${found.asked} times in a minute`);
  assert.ok(found.asked <= 60, `asked ${found.asked} times in a minute`);
  isDown = false;
  t.mock.timers.tick(2_000);
  assert.equal(found.watched.size, 150);
  assert.equal(missed, 150);
});

for (const event of ["disconnect", "connect_error"]) {
  test(`after a ${event} that the client gives up at the page connects again, after others the client does`, async (t) => {
    const { watch, server: found } = await server(t, () => null);
    watch("one", { onState() {} });
    found.handlers[event]();
    t.mock.timers.tick(60_000);
    assert.equal(found.connects, 0);
    found.socket.active = false;
    found.handlers[event]();
    assert.equal(found.connects, 0);
    t.mock.timers.tick(2_000);
    assert.equal(found.connects, 1);
  });
}
