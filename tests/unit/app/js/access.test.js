// What a browser says of itself, in the words of a person.

import assert from "node:assert/strict";
import { test } from "node:test";

import { browserName } from "../../../../app/static/js/access/rows.js";

const AGENTS = [
  ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"],
  ["Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36", "Chrome on Windows"],
  ["Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"],
  ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile Safari/604.1", "Safari on iPhone"],
  ["curl/8.0", "curl"],
  ["", "Unknown"],
];

test("a browser is told by its name and its system", () => {
  for (const [agent, name] of AGENTS) assert.equal(browserName(agent), name);
});
