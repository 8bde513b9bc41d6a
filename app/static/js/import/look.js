// What is in a file that was sent: its facts, what to know of it, its first rows, the lines that cannot be read.

import * as format from "../format.js";
import { lookFacts } from "./words.js";

const NAMES = {
  time: "Time", symbol: "Symbol", timeframe: "Timeframe", price: "Price", size: "Size", side: "Side", id: "Id",
  open: "Open", high: "High", low: "Low", close: "Close", volume: "Volume", trades: "Trades",
};
const TEXTS = new Set(["time", "symbol", "timeframe", "side"]);
const element = (id) => document.getElementById(id);

export function showLook(look, zone) {
  const { preview } = look;
  element("look").hidden = false;
  element("look-title").textContent = look.import.name;
  element("look-facts").replaceChildren(...(preview ? lookFacts(look.import, preview, zone).map(fact) : []));
  element("look-warnings").replaceChildren(...(preview?.warnings ?? []).map(line));
  showChoice(look);
  showRows(preview?.rows ?? [], zone);
  showUnreadable(preview);
}

function showChoice({ needs, obstacle }) {
  const form = element("look-choice");
  form.hidden = !obstacle && !form.elements.synthetic.checked && !form.elements.symbol.value;
  element("look-obstacle").textContent = obstacle;
  element("ask-symbol").hidden = needs !== "symbol" && !form.elements.symbol.value;
  element("ask-synthetic").hidden = needs !== "synthetic" && !form.elements.synthetic.checked;
  element("ask-again").hidden = element("ask-symbol").hidden;
}

function showRows(rows, zone) {
  const names = Object.keys(NAMES).filter((name) => rows.length && name in rows[0]);
  element("look-rows-part").hidden = rows.length === 0;
  element("look-columns").replaceChildren(...names.map((name) => headOf(name)));
  element("look-rows").replaceChildren(...rows.map((row) => rowOf(names, row, zone)));
}

function showUnreadable(preview) {
  element("look-unreadable-part").hidden = !preview?.refused;
  element("look-refused").textContent = preview ? format.count(preview.refused) : "";
  element("look-unreadable").replaceChildren(...(preview?.unreadable ?? []).map(unreadable));
}

function fact([name, value]) {
  const part = document.createElement("div");
  const term = document.createElement("dt");
  const told = document.createElement("dd");
  term.textContent = name;
  told.textContent = value;
  part.append(term, told);
  return part;
}

function line(text) {
  const item = document.createElement("li");
  item.textContent = text;
  return item;
}

function headOf(name) {
  const cell = document.createElement("th");
  cell.scope = "col";
  cell.textContent = NAMES[name];
  if (!TEXTS.has(name)) cell.className = "number";
  return cell;
}

function rowOf(names, row, zone) {
  const found = document.createElement("tr");
  found.append(...names.map((name) => cellOf(name, row[name], zone)));
  return found;
}

function cellOf(name, value, zone) {
  const cell = document.createElement("td");
  cell.textContent = textOf(name, value, zone);
  if (!TEXTS.has(name)) cell.className = "number figure";
  if (name === "side") cell.dataset.side = value;
  return cell;
}

function textOf(name, value, zone) {
  if (value === null) return format.DASH;
  if (name === "time") return `${format.moment(Date.parse(value), zone).slice(0, 10)} ${format.clock(Date.parse(value), zone, { fraction: true })}`;
  if (TEXTS.has(name)) return value;
  if (name === "id") return String(value);
  if (name === "trades") return format.count(value);
  return name === "size" || name === "volume" ? format.quantity(value) : format.price(value);
}

function unreadable({ line: number, reason, text }) {
  const item = document.createElement("li");
  const words = document.createElement("span");
  const code = document.createElement("code");
  words.textContent = `Line ${format.count(number)}: ${reason}`;
  code.textContent = text;
  item.append(words, code);
  return item;
}
