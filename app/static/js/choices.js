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
  for (const listener of listeners.get(name) ?? []) listener(value);
  return send();
}

// One change at a time, in their order; what is chosen meanwhile goes with the next.
async function send() {
  if (sending) return;
  sending = true;
  try {
    while (Object.keys(unsent).length) {
      const change = unsent;
      unsent = {};
      await sendJson("PATCH", "/api/settings", change, { keepalive: true });
    }
  } catch (error) {
    showToast(`The setting holds on this page, but could not be kept: ${error.message}`, { kind: "bad" });
  } finally {
    sending = false;
  }
}
