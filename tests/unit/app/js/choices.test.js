import assert from "node:assert/strict";
import { test } from "node:test";

const sent = [];
const answers = [];
let toast = null;

globalThis.document = {
  querySelector: (name) => ({ content: name.includes("settings") ? '{"theme": "dark", "panes": null}' : "token" }),
  createElement: () => ({}),
  getElementById: () => (toast = { dataset: {}, replaceChildren() {} }),
};
globalThis.fetch = async (path, { method, headers, body, keepalive }) => {
  sent.push({ path, method, token: headers["X-Form-Token"], change: JSON.parse(body), keepalive });
  const status = answers.shift() ?? 200;
  if (!status) throw new Error("away");
  return { status, json: async () => ({ error: { code: "malformed", message: "theme must be one of" } }) };
};

const { choice, keepChoice, onChoice } = await import("../../../../app/static/js/choices.js");
const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

test("what the page came with is the choice, else what it falls back to", () => {
  assert.equal(choice("theme"), "dark");
  assert.deepEqual(choice("panes", ["rsi"]), ["rsi"]);
});

test("what is chosen together is sent together, with the token, and told at once", async () => {
  const told = [];
  onChoice("theme", (value) => told.push(value));
  keepChoice("theme", "light");
  keepChoice("zone", "local");
  assert.deepEqual(told, ["light"]);
  assert.equal(choice("theme"), "light");
  await settled();
  assert.deepEqual(sent, [{ path: "/api/settings", method: "PATCH", token: "token", change: { theme: "light", zone: "local" }, keepalive: true }]);
});

test("what is chosen while a change is under way goes with the next", async () => {
  sent.length = 0;
  keepChoice("theme", "dark");
  await Promise.resolve();
  keepChoice("theme", "light");
  await settled();
  assert.deepEqual(sent.map(({ change }) => change), [{ theme: "dark" }, { theme: "light" }]);
});

test("what could not be sent is sent with the next choice, what was refused is not", async () => {
  sent.length = 0;
  answers.push(0, 200, 400, 200);
  for (const [name, value] of [["scale", "log"], ["zone", "utc"], ["theme", "blue"], ["colours", "green_red"]]) {
    keepChoice(name, value);
    await settled();
  }
  assert.deepEqual(sent.map(({ change }) => change), [{ scale: "log" }, { scale: "log", zone: "utc" }, { theme: "blue" }, { colours: "green_red" }]);
  assert.equal(toast.hidden, false);
});
