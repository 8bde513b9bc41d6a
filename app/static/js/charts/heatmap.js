// A square table of cells whose colour tells their value. Each cell is a link; the arrow keys go from
// one to the next. Drawn once for a list of names; what changes afterwards changes in place.

import { setText } from "../paint.js";

export const MOST_NUMBERED = 24; // more symbols: colours alone, the line above tells the numbers
export const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export class Heatmap {
  // cellAt(row, column): {own, shown, share, pale, text, words, address}; onCell(row, column) or onCell(null)
  constructor(table, { onCell }) {
    this.table = table;
    this.onCell = onCell;
    this.order = [];
    this.cells = [];
    table.addEventListener("pointerover", (event) => this.told(event.target));
    table.addEventListener("pointerleave", () => this.onCell(null));
    table.addEventListener("focusin", (event) => this.told(event.target));
    table.addEventListener("focusout", () => this.onCell(null));
  }

  draw(order, names, cellAt) {
    if (order.join() !== this.order.join()) this.build(order, names);
    this.order.forEach((row, y) => this.order.forEach((column, x) => paint(this.cells[y][x], cellAt(row, column), this.numbered)));
    this.table.hidden = false;
  }

  build(order, names) {
    this.order = order;
    this.numbered = order.length <= MOST_NUMBERED;
    this.table.style.setProperty("--count", String(order.length));
    this.table.dataset.size = this.numbered ? "numbers" : "colours";
    const head = document.createElement("thead");
    const corner = document.createElement("td");
    const top = document.createElement("tr");
    top.append(corner, ...order.map((symbol) => heading(names[symbol], "col")));
    head.append(top);
    const body = document.createElement("tbody");
    this.cells = order.map((row, y) => order.map((column, x) => cell(y, x)));
    order.forEach((symbol, y) => {
      const line = document.createElement("tr");
      line.append(heading(names[symbol], "row"), ...this.cells[y]);
      body.append(line);
    });
    this.table.replaceChildren(head, body);
    const first = this.cells[0]?.[1]?.firstElementChild;
    if (first) first.tabIndex = 0;
  }

  told(target) {
    const place = target.closest?.("td[data-row]");
    if (!place) return;
    this.onCell(this.order[place.dataset.row], this.order[place.dataset.column]);
  }

  // One cell is in the order of the Tab key; the arrows move which.
  walk(target, step) {
    const place = target.closest("td[data-row]");
    if (!place) return;
    let [y, x] = [Number(place.dataset.row), Number(place.dataset.column)];
    do [y, x] = [y + step[0], x + step[1]];
    while (y === x && this.cells[y]?.[x]);
    const next = this.cells[y]?.[x]?.firstElementChild;
    if (!next) return;
    place.firstElementChild.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }
}

function heading(text, scope) {
  const head = document.createElement("th");
  const word = document.createElement("span");
  head.scope = scope;
  word.textContent = text;
  head.append(word);
  return head;
}

function cell(y, x) {
  const place = document.createElement("td");
  const inner = document.createElement(y === x ? "span" : "a");
  place.dataset.row = String(y);
  place.dataset.column = String(x);
  if (y !== x) inner.tabIndex = -1;
  place.append(inner);
  return place;
}

function paint(place, { own, share, shown, pale, text, words, address }, numbered) {
  const inner = place.firstElementChild;
  const state = own ? "own" : shown === null ? "none" : pale ? "pale" : share < 0 ? "down" : "up";
  if (place.dataset.state !== state) place.dataset.state = state;
  place.dataset.sign = share < 0 ? "down" : "up";
  place.style.setProperty("--share", `${Math.round(Math.abs(share) * 100)}%`);
  setText(inner, numbered ? text : "");
  inner.setAttribute("aria-label", numbered && text ? `${text}, ${words}` : words); // what is seen is in the name
  if (!own && inner.getAttribute("href") !== address) inner.href = address;
}
