// The keys of a page, and the sheet that lists them: both from the one list of actions.

import { allActions } from "./actions.js";
import { actionOf, actsInText, begins, keyNames, strokeOf } from "./strokes.js";

const SECTIONS = ["This page", "Everywhere", "Pages"];
export const isMac = /^Mac|^iP/.test(navigator.platform);
let begun = "";

export function startKeyboard() {
  document.addEventListener("keydown", pressed);
}

export function showSheet() {
  const shown = SECTIONS.flatMap((name) => section(name, allActions().filter((action) => action.section === name && action.keys.length)));
  document.getElementById("key-list").replaceChildren(...shown);
  document.getElementById("keys").showModal();
}

function pressed(event) {
  const stroke = strokeOf(event);
  if (!stroke || event.target.closest("dialog")) return;
  const actions = allActions();
  const action = actionOf(actions, begun, stroke, (selector) => event.target.closest(selector));
  const isTyping = event.target.closest("input, select, textarea");
  begun = !action && !isTyping && begins(actions, stroke) ? stroke : "";
  if (!action || (isTyping && !actsInText(action, stroke))) return;
  event.preventDefault();
  action.run(event);
}

function section(name, actions) {
  if (!actions.length) return [];
  const part = document.createElement("section");
  const head = document.createElement("h3");
  const list = document.createElement("dl");
  head.textContent = name;
  list.append(...actions.flatMap(row));
  part.append(head, list);
  return [part];
}

function row({ keys, text }) {
  const [term, words] = [document.createElement("dt"), document.createElement("dd")];
  term.append(...keys.flatMap((each, place) => [...(place ? [" "] : []), ...keyNames(each, isMac).map(keyCap)]));
  words.textContent = text;
  return [term, words];
}

function keyCap(name) {
  const cap = document.createElement("kbd");
  cap.textContent = name;
  return cap;
}
