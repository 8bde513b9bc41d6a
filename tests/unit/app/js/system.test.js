import assert from "node:assert/strict";
import { test } from "node:test";

import { shownJobs } from "../../../../app/static/js/system/asked.js";
import { arrowsOf, stagesOf } from "../../../../app/static/js/system/flow.js";
import { queueFacts, serverFacts } from "../../../../app/static/js/system/work.js";

const NOTHING = { p50: null, p95: null, p99: null };
const canary = (state, age = 1) => ({ state, age_seconds: age, limit_seconds: 30 });
const process = (name, figures = {}, state = "ok") => ({ process: name, state, age_seconds: 1, figures });

const state = (changes = {}) => ({
  source: "SIMULATED",
  feed: { state: "fresh" },
  processes: [process("stream", { symbols: 12, trades_per_second: 60.5, messages_waiting: 0 }), process("compute"), process("web", { clients: 2, topics: 9, screens: 2 })],
  queues: { stream: 0, bars: 3, analytics: 1, asked: 0, batch: 0 },
  canaries: { stream: canary("ok"), bars: canary("ok"), analytics: canary("ok"), asked: canary("ok"), batch: canary("unknown", null) },
  stages: { bars: { lag_seconds: 1.2 }, snapshots: { lag_seconds: 0 } },
  delays: { received: { p50: 3, p95: 8, p99: 9 }, stored: { p50: 30, p95: 90, p99: 120 }, sent: { p50: 80, p95: 130, p99: 150 }, drawn: NOTHING },
  open_gaps: 0,
  ...changes,
});

const marks = (arrows) => arrows.map((arrow) => arrow.mark);
const PARTS = { mongodb: { ok: true } };

test("there is an arrow between each stage and the next", () => {
  assert.equal(stagesOf(state(), PARTS, true).length, arrowsOf(state(), true).length + 1);
});

test("each arrow says its rate, its lag and its health", () => {
  const [received, stored, bars, snapshots, , drawn] = arrowsOf(state(), true);
  assert.deepEqual([received.rate, received.lag, received.mark], ["60.5 /s", "3\u00a0ms", "good"]);
  assert.deepEqual([stored.rate, stored.lag], ["0 waiting", "30\u00a0ms"]);
  assert.deepEqual([bars.rate, bars.lag, bars.mark], ["3 waiting", "1.2\u00a0s", "good"]);
  assert.equal(snapshots.lag, "0\u00a0ms");
  assert.deepEqual([drawn.rate, drawn.lag, drawn.mark], ["2 screens", "–", "waiting"]);
});

test("a queue that is not worked off, a stage far behind and a slow step are seen", () => {
  const late = state({ canaries: { ...state().canaries, bars: canary("late", 31) } });
  assert.equal(marks(arrowsOf(late, true))[2], "bad");
  assert.equal(marks(arrowsOf(state({ stages: { bars: { lag_seconds: 31 }, snapshots: { lag_seconds: 0 } } }), true))[2], "warn");
  const slow = state({ delays: { ...state().delays, stored: { p50: 10, p95: 5_001, p99: 6_000 } } });
  assert.equal(marks(arrowsOf(slow, true))[1], "warn");
});

test("in a replay a stage is not late for its clock's sake", () => {
  const fast = state({ source: "REPLAY", stages: { bars: { lag_seconds: 120 }, snapshots: { lag_seconds: 60 } } });
  assert.equal(marks(arrowsOf(fast, true))[2], "good");
});

test("a silent exchange and a page without connection are seen", () => {
  const arrows = arrowsOf(state({ feed: { state: "stale" } }), false);
  assert.equal(arrows[0].mark, "bad");
  assert.equal(arrows.at(-1).mark, "bad");
  assert.equal(stagesOf(state({ feed: { state: "stale" } }), PARTS, false).at(-1).mark, "bad");
});

test("figures are the sum over living processes of a name", () => {
  const two = [process("stream", { symbols: 5 }), process("stream", { symbols: 6 }), process("stream", { symbols: 70 }, "stale")];
  assert.equal(stagesOf(state({ processes: two }), PARTS, true)[1].text, "11 symbols");
});

test("open work stands first, of the rest the last few", () => {
  const jobs = Array.from({ length: 9 }, (_, place) => ({ id: place, state: place === 8 ? "running" : "done" }));
  assert.deepEqual(shownJobs(jobs).map((job) => job.id), [8, 0, 1, 2, 3, 4]);
});

test("servers that do not answer are said so", () => {
  const servers = { python: "3.11", schema: 1, mongodb: { version: "6.0.5", stored_mb: 12.3 }, redis: null };
  const facts = Object.fromEntries(serverFacts({ servers, disk: null, clock: null }).map(([name, text]) => [name, text]));
  assert.equal(facts.Redis, "silent");
  assert.equal(facts["Disk left"], "–");
  assert.equal(queueFacts({ queues: { bars: null }, canaries: {} })[0][1], "Redis silent · no canary yet");
});
