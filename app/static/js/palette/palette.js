// The palette: type a few letters, take a symbol, a page or a command.

import { isMac } from "../keyboard.js";
import { setText } from "../paint.js";
import { keyNames } from "../strokes.js";
import { actionEntries, marketEntries } from "./entries.js";
import { ranked } from "./ranking.js";

const KINDS = { symbol: "symbol", instrument: "add to the watch-list", pair: "pair", page: "page", command: "command" };

const part = (name) => document.getElementById(name);
let entries = [];
let found = [];
let chosen = 0;
let opened = 0; // number of the opening: what was asked for an earlier one comes too late

export function wirePalette() {
  const [dialog, input, list] = [part("palette"), part("palette-input"), part("palette-list")];
  setText(part("find-key"), isMac ? "⌘K" : "Ctrl-K");
  part("find").addEventListener("click", openPalette);
  input.addEventListener("input", () => choose(0));
  dialog.addEventListener("keydown", pressed);
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  list.addEventListener("click", (event) => take(placeOf(event)));
  list.addEventListener("pointermove", (event) => hovered(placeOf(event)));
}

export async function openPalette() {
  const mine = (opened += 1);
  const actions = (entries = actionEntries());
  part("palette-input").value = "";
  part("palette").showModal();
  choose(0);
  note("Reading the symbols…");
  const market = await marketEntries();
  if (mine !== opened) return;
  const held = chosen && found[chosen]; // what the reader is on stays chosen
  entries = [...market.entries, ...actions];
  draw();
  choose(held ? Math.max(0, found.indexOf(held)) : 0);
  note(market.failed.join(" "));
}

function pressed(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const closes = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k";
  if (step && found.length) choose((chosen + step + found.length) % found.length);
  else if (event.key === "Enter" && !event.isComposing) take(chosen);
  else if (closes) part("palette").close();
  else return;
  event.preventDefault();
}

function choose(place) {
  chosen = place;
  draw();
  part("palette-list").children[place]?.scrollIntoView({ block: "nearest" });
}

function hovered(place) {
  if (place === -1 || place === chosen) return;
  chosen = place;
  markChosen();
}

// The focus is back where it was before the action takes it anywhere.
function take(place) {
  const entry = found[place];
  if (!entry) return;
  part("palette").close();
  entry.run();
}

function draw() {
  found = ranked(entries, part("palette-input").value);
  part("palette-list").replaceChildren(...found.map(option));
  part("palette-empty").hidden = found.length > 0;
  markChosen();
}

function markChosen() {
  const options = [...part("palette-list").children];
  options.forEach((option, place) => option.setAttribute("aria-selected", String(place === chosen)));
  if (options[chosen]) part("palette-input").setAttribute("aria-activedescendant", options[chosen].id);
  else part("palette-input").removeAttribute("aria-activedescendant");
}

function option({ text, kind, keys }, place) {
  const item = document.createElement("li");
  item.id = `palette-option-${place}`;
  item.role = "option";
  item.dataset.kind = kind;
  item.append(piece("span", text), piece("span", KINDS[kind], "faint"), ...(keys ? keyNames(keys, isMac).map((name) => piece("kbd", name)) : []));
  return item;
}

function piece(tag, text, className = "") {
  const element = document.createElement(tag);
  element.textContent = text;
  if (className) element.className = className;
  return element;
}

function placeOf(event) {
  return [...part("palette-list").children].indexOf(event.target.closest("li"));
}

function note(text) {
  setText(part("palette-note"), text);
  part("palette-note").hidden = !text;
}
