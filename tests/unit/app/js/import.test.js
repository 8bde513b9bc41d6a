// What is said of imports.

import assert from "node:assert/strict";
import test from "node:test";

import { bytes, isOpen, knownRows, lookFacts, spanWords, stateWords, tooLarge } from "../../../../app/static/js/import/words.js";

test("a state is told in words, a running one as a share, a failed one with its reason", () => {
  assert.equal(stateWords({ state: "uploaded" }), "not started");
  assert.equal(stateWords({ state: "running", share: 0.42 }), "42\u202f%");
  assert.equal(stateWords({ state: "failed", reason: "line 3: no time" }), "failed: line 3: no time");
  assert.deepEqual(["queued", "running", "done"].map((state) => isOpen({ state })), [true, true, false]);
});

test("what was there before is known, as trade or as bar", () => {
  assert.equal(knownRows({ known: 2, standing: 3 }), 5);
});

test("a span whose end is packed has a beginning", () => {
  const since = "2024-08-08T00:00:00.000Z";
  assert.equal(spanWords({ since, until: null }, "utc"), "from 2024-08-08 00:00:00");
  assert.equal(spanWords({ since, until: "2024-08-08T01:00:00.000Z" }, "utc"), "2024-08-08 00:00:00 to 2024-08-08 01:00:00");
  assert.equal(spanWords({ since: null, until: null }, "utc"), "not known yet");
});

test("the facts say how much was read", () => {
  const preview = { format: "archive of trade", symbols: ["A"], columns: [], time_units: [], lines: 2_000, is_whole: false, since: null, until: null };
  const facts = Object.fromEntries(lookFacts({ size: 1_500_000 }, preview, "utc"));
  assert.equal(facts["Read for this"], "the first 2\u202f000 lines of 1.5 MB");
  assert.equal(facts.Columns, "names in each row");
});

test("a file that is too large is not sent", () => {
  assert.equal(tooLarge({ name: "a.csv", size: 10 }, 10), "");
  assert.match(tooLarge({ name: "a.csv", size: 2e9 }, 512e6), /^a\.csv has 2 GB; at most 512 MB are taken/);
  assert.equal(bytes(12), "12 B");
});
