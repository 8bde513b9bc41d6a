// The table: a head to sort by, and as many rows in the document as can be seen.

import { draw as drawSpark } from "../charts/sparkline.js";
import { oncePerFrame, setText } from "../paint.js";
import { COLUMNS } from "./columns.js";
import { visible } from "./rows.js";

const ROW_HEIGHT = 30;
const SVG = "http://www.w3.org/2000/svg";

export class ScanTable {
  // lineOf(row): z of its last bars; onSight(rows): these stand in the document now.
  constructor({ scroll, table, head, body, onSort, onOpen, lineOf, onSight }) {
    Object.assign(this, { scroll, table, head, body, onSort, onOpen, lineOf, onSight });
    this.rows = [];
    this.columns = [];
    this.selected = null;
    this.drawSoon = oncePerFrame(() => this.drawRows());
    scroll.addEventListener("scroll", this.drawSoon, { passive: true });
    addEventListener("resize", this.drawSoon);
    body.addEventListener("click", ({ target }) => this.onOpen(this.rowOf(target)));
  }

  draw(rows, { hidden, sort, descending, selected }, barMs) {
    Object.assign(this, { rows, barMs, selected });
    const columns = COLUMNS.filter(({ name, fixed }) => fixed || !hidden.includes(name));
    const key = columns.map(({ name }) => name).join();
    if (key !== this.columnKey) {
      this.columns = columns;
      this.columnKey = key;
      this.body.replaceChildren();
      this.#drawHead();
    }
    this.#showSort(sort, descending);
    this.drawRows();
  }

  drawRows() {
    const { scrollTop: top, clientHeight: height } = this.scroll;
    const [first, behind] = visible(this.rows.length, { top, height: height || 600, rowHeight: ROW_HEIGHT });
    this.table.setAttribute("aria-rowcount", String(this.rows.length + 1));
    const lines = [...this.body.querySelectorAll("tr:not(.space)")];
    const wanted = behind - first;
    while (lines.length > wanted) lines.pop().remove();
    const focused = document.activeElement?.closest?.("tr")?.dataset.id;
    while (lines.length < wanted) lines.push(this.#line());
    this.body.replaceChildren(this.#space(first), ...lines, this.#space(this.rows.length - behind));
    lines.forEach((line, place) => this.#fill(line, this.rows[first + place], first + place));
    // Tab always finds a row: the chosen one, and where that is not drawn the first in sight.
    if (lines.length && lines.every(({ tabIndex }) => tabIndex < 0)) (lines[Math.ceil(top / ROW_HEIGHT) - first] ?? lines[0]).tabIndex = 0;
    if (focused) lines.find((line) => line.dataset.id === focused)?.focus({ preventScroll: true });
    this.onSight(this.rows.slice(first, behind));
  }

  #drawHead() {
    const cells = this.columns.map((column) => {
      const cell = document.createElement("th");
      cell.scope = "col";
      cell.dataset.column = column.name;
      cell.title = column.words;
      if (column.number) cell.className = "number";
      if (column.name === "pair") cell.classList.add("pair-cell");
      if (!column.sort) cell.textContent = column.title;
      else {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = column.title;
        button.addEventListener("click", () => this.onSort(column));
        cell.append(button);
      }
      return cell;
    });
    this.head.replaceChildren(...cells);
  }

  #showSort(sort, descending) {
    for (const cell of this.head.children) {
      if (cell.dataset.column === sort) cell.setAttribute("aria-sort", descending ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    }
  }

  #line() {
    const line = document.createElement("tr");
    line.tabIndex = -1;
    for (const column of this.columns) {
      const cell = document.createElement(column.name === "pair" ? "th" : "td");
      cell.dataset.column = column.name;
      if (column.name === "pair") cell.scope = "row";
      cell.className = column.name === "pair" ? "pair-cell" : column.number ? "number figure" : column.name === "spark" ? "spark-cell" : "";
      if (column.name === "spark") cell.append(emptySpark());
      line.append(cell);
    }
    return line;
  }

  #fill(line, row, place) {
    line.dataset.id = row.id;
    line.setAttribute("aria-rowindex", String(place + 2));
    line.setAttribute("aria-selected", String(row.id === this.selected));
    line.tabIndex = row.id === this.selected ? 0 : -1;
    for (const [number, column] of this.columns.entries()) {
      const cell = line.children[number];
      if (column.name === "spark") drawSpark(cell.firstElementChild, this.lineOf(row).filter((value) => value !== null));
      else setText(cell, column.text(row, this.barMs));
      if (column.name === "verdict") {
        cell.dataset.verdict = row.verdict;
        cell.title = row.text;
      }
      if (column.name === "zscore") cell.toggleAttribute("data-strong", Math.abs(row.zscore ?? 0) > 2);
    }
  }

  #space(rows) {
    const line = document.createElement("tr");
    line.className = "space";
    line.setAttribute("aria-hidden", "true");
    const cell = document.createElement("td");
    cell.colSpan = this.columns.length;
    cell.style.height = `${rows * ROW_HEIGHT}px`;
    line.append(cell);
    return line;
  }

  // The row that an element of the table stands in; undefined where there is none.
  rowOf(target) {
    const line = target.closest("tr:not(.space)");
    return this.rows.find(({ id }) => id === line?.dataset.id);
  }

  // From the row of an element to the one so many further, which is shown and gets the focus.
  walk(target, step) {
    const place = this.rows.indexOf(this.rowOf(target)) + step;
    if (!this.rows[place]) return;
    this.scroll.scrollTop = Math.min(Math.max(this.scroll.scrollTop, (place + 2) * ROW_HEIGHT - this.scroll.clientHeight), place * ROW_HEIGHT);
    this.drawRows();
    this.body.querySelector(`tr[data-id="${this.rows[place].id}"]`)?.focus({ preventScroll: true });
    this.onOpen(this.rows[place]);
  }
}

function emptySpark() {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("class", "spark");
  drawing.setAttribute("viewBox", "0 0 100 24");
  drawing.setAttribute("preserveAspectRatio", "none");
  drawing.setAttribute("aria-hidden", "true");
  drawing.append(document.createElementNS(SVG, "polyline"));
  return drawing;
}
