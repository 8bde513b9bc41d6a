import assert from "node:assert/strict";
import { test } from "node:test";

import { Latency } from "../../../../app/static/js/latency.js";

const quote = (ms) => ({ traded_at: new Date(ms).toISOString(), received_at: new Date(ms + 5).toISOString() });

function drawnAfter(latency, delayMs) {
  const traded = Date.now() - delayMs;
  latency.note(quote(traded), { sent_at: new Date(traded + 10).toISOString() });
}

test("what was drawn is handed to the server once, the newest of it", () => {
  const latency = new Latency("SIMULATED");
  for (let delay = 1; delay <= 30; delay++) drawnAfter(latency, 100 * delay);
  const told = latency.takeUnreported();
  assert.equal(told.length, 20);
  assert.ok(Math.abs(told[0] - 1_100) < 50 && Math.abs(told.at(-1) - 3_000) < 50);
  assert.deepEqual(latency.takeUnreported(), []);
});

test("a quote without a trade says nothing", () => {
  const latency = new Latency("LIVE");
  latency.note({ traded_at: null, received_at: null }, { sent_at: new Date().toISOString() });
  assert.deepEqual(latency.takeUnreported(), []);
});

test("the trades of a replay count from their arrival", () => {
  const latency = new Latency("REPLAY");
  const received = Date.now() - 40;
  latency.note({ traded_at: "2024-08-08T00:00:00.000Z", received_at: new Date(received).toISOString() }, { sent_at: new Date(received + 3).toISOString() });
  const [delay] = latency.takeUnreported();
  assert.ok(delay >= 40 && delay < 90);
  assert.equal(latency.quantile("captured", 0.5), null);
});
