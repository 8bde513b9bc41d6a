import assert from "node:assert/strict";
import { test } from "node:test";

import { Sequence } from "../../../../app/static/js/sequence.js";
import { sorted } from "../../../../app/static/js/sorting.js";
import { watch } from "../../../../app/static/js/live.js";
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

// A server with room for so many topics, that answers at once.
function crowdedServer(t, room) {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const watched = new Set();
  const handlers = {};
  const answers = {
    watch({ topic }) {
      if (watched.size >= room) return { error: { code: "too_many_topics", message: "too many" } };
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
  globalThis.io = () => ({
    connected: true,
    on: (event, handler) => (handlers[event] = handler),
    emit,
    timeout: () => ({ emit: (event, message, answer) => emit(event, message, (told) => answer(null, told)) }),
  });
  return watched;
}

test("a topic that there was no room for is joined when another is left, or a little later", (t) => {
  const watched = crowdedServer(t, 2);
  const leave = ["one", "two", "three", "four"].map((topic) => watch(topic, { onState() {} }));
  assert.deepEqual([...watched], ["one", "two"]);
  leave[0]();
  assert.deepEqual([...watched], ["two", "three"]);
  watched.delete("two"); // room that nothing told of
  t.mock.timers.tick(2_000);
  assert.deepEqual([...watched], ["three", "four"]);
});
