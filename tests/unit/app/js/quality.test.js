// What the Quality page says of shares and of what was asked for.

import assert from "node:assert/strict";
import test from "node:test";

import { isAsked } from "../../../../app/static/js/quality/ask.js";
import { share } from "../../../../app/static/js/quality/tables.js";

test("a gap was asked for again when it is not new and was not tried since", () => {
  const tried = "2026-11-22T12:00:00.000Z";
  assert.equal(isAsked({ state: "open", tries: 0, tried_at: null }), false);
  assert.equal(isAsked({ state: "open", tries: 2, tried_at: null }), true);
  assert.equal(isAsked({ state: "failed", tries: 6, tried_at: null }), true);
  assert.equal(isAsked({ state: "filling", tries: 0, tried_at: null }), true);
  assert.equal(isAsked({ state: "failed", tries: 6, tried_at: tried }), false);
});

test("a share is never whole while anything is missing, and unknown where nothing is kept", () => {
  assert.equal(share({ final: 86_399, expected: 86_400 }), "99.99\u202f%");
  assert.equal(share({ final: 86_400, expected: 86_400 }), "100\u202f%");
  assert.equal(share({ final: 0, expected: 0 }), "–");
});
