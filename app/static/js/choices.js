// What was chosen: the server writes it into every page and keeps what changes, so that it is the same
// in another browser. Nothing of it is kept in this one.

import { sendJson } from "./api.js";
import { showToast } from "./toast.js";

const listeners = new Map(); // name -> [listener]
let chosen = null;
let unsent = {};
let sending = false;

export function choice(name, fallback = null) {
  chosen ??= JSON.parse(document.querySelector("meta[name='settings']").content);
  return chosen[name] ?? fallback;
}

// Told of every change on this page, whoever made it.
export function onChoice(name, listener) {
  listeners.set(name, [...(listeners.get(name) ?? []), listener]);
}

export function keepChoice(name, value) {
  choice(name); // what the page came with is read first
  chosen[name] = value;
  unsent[name] = value;
  queueMicrotask(send); // what is chosen together is sent together
  for (const listener of listeners.get(name) ?? []) listener(value);
}

// One change at a time, in their order; what is chosen meanwhile, or could not be sent, goes with the next.
async function send() {
  if (sending) return;
  sending = true;
  let change = {};
  try {
    while (Object.keys(unsent).length) {
      [change, unsent] = [unsent, {}];
      await sendJson("PATCH", "/api/settings", change, { keepalive: true });
    }
  } catch (error) {
    if (!isRefused(error)) unsent = { ...change, ...unsent };
    showToast(`The setting holds on this page, but could not be kept: ${error.message}`, { kind: "bad" });
  } finally {
    sending = false;
  }
}

function isRefused({ status }) {
  return status >= 400 && status < 500;
}
