// Overview: the watch-list, live. Rows keep their place while live; they are sorted when asked.

import { getJson } from "../api.js";
import { drawWhole } from "../completeness.js";
import * as sparkline from "../charts/sparkline.js";
import * as format from "../format.js";
import { noteDrawn, startFrame } from "../frame.js";
import { watch } from "../live.js";
import { flash, oncePerFrame, setText } from "../paint.js";
import { sorted } from "../sorting.js";
import { wireAdd } from "../overview/add.js";
import { wireOutOfLine } from "../overview/out_of_line.js";
import { keepOrder, keptOrder } from "../overview/order.js";
import { wireMarket } from "../overview/market.js";
import { wireMinutes } from "../overview/export.js";
import { wirePairs } from "../overview/pairs.js";
import { removeWithUndo } from "../overview/remove.js";
import { showData, showMoves } from "../overview/cards.js";
import { hideState, showState } from "../states.js";

const REFRESH_MS = 30_000; // sparklines and completeness move slowly
const RETRY_MS = 3_000;

const rows = new Map(); // symbol -> {quote, drawn, element, stopWatching}
const changed = new Map(); // symbol -> message not drawn yet
const tbody = document.getElementById("rows");
const filter = document.getElementById("filter");
const watchlistState = document.getElementById("watchlist-state");
let order = keptOrder(); // null: as the watch-list has them
let feed = null;
let retryTimer = 0;

const drawChanges = oncePerFrame(() => {
  for (const [symbol, message] of changed) drawQuote(rows.get(symbol), message);
  changed.clear();
  pairs.showRatios(priceOf);
});

// Only rows in sight are followed; the others catch up when they come into it.
const inSight = new IntersectionObserver((entries) => {
  for (const entry of entries) follow(entry.target.dataset.symbol, entry.isIntersecting);
});

startFrame({
  actions: [
    { keys: ["/"], text: "Filter the watch-list", run: () => filter.focus() },
    { keys: ["Enter"], inside: "#filter", text: "From the filter to the first symbol", run: () => tbody.querySelector("tr:not([hidden])")?.focus() },
    { keys: ["Escape"], inside: "#filter", text: "Clear the filter", run: clearFilter },
    ...wireMinutes(() => [...tbody.querySelectorAll("tr[data-symbol]:not([hidden])")].map((row) => row.dataset.symbol), () => [...rows.values()].map((row) => row.quote)),
    { keys: ["a"], text: "Add a symbol", run: () => document.getElementById("add-input").focus() },
    { keys: ["ArrowUp", "ArrowDown"], inside: "#rows tr", text: "From symbol to symbol", run: walk },
    { keys: ["Enter"], inside: "#rows tr", text: "Open the symbol in focus", run: ({ target }) => open(target.closest("tr").dataset.symbol) },
    { keys: ["Delete"], inside: "#rows tr", text: "Remove the symbol in focus", run: ({ target }) => removeWithUndo(target.closest("tr").dataset.symbol, load) },
  ],
  onSystem: (state) => {
    feed = state.feed;
    drawDataCard();
  },
});
filter.addEventListener("input", applyFilter);
for (const button of document.querySelectorAll("[data-sort]")) {
  button.addEventListener("click", () => sortBy(button.dataset.sort));
}
tbody.addEventListener("click", (event) => {
  const row = event.target.closest("tr");
  if (row && event.target.closest(".remove")) {
    removeWithUndo(row.dataset.symbol, load);
    return;
  }
  if (row && !event.target.closest("a")) open(row.dataset.symbol);
});
wireAdd({ isWatched: (symbol) => rows.has(symbol) });
addEventListener("watchlist", load);
const pairs = wirePairs({ watched: () => [...rows.keys()], onCaptured: load });
wireOutOfLine();
wireMarket();
skeleton();
await load();
setInterval(load, REFRESH_MS);

async function load() {
  clearTimeout(retryTimer);
  try {
    show(await getJson("/api/symbols"));
  } catch (error) {
    if (!rows.size) {
      tbody.replaceChildren();
      showState(watchlistState, { title: "The watch-list could not be read", text: error.message, kind: "bad", retry: load });
    }
    retryTimer = setTimeout(load, RETRY_MS);
  }
}

function show(quotes) {
  const gone = [...rows.keys()].filter((symbol) => !quotes.some((quote) => quote.symbol === symbol));
  gone.forEach(forget);
  if (!quotes.length) {
    tbody.replaceChildren();
    const text = "It fills by itself when the stream has reached the exchange; the box above adds one by hand.";
    showState(watchlistState, { title: "No symbols are captured yet", text });
    retryTimer = setTimeout(load, RETRY_MS);
    return;
  }
  hideState(watchlistState);
  const isNew = gone.length || quotes.some((quote) => !rows.has(quote.symbol)) || !tbody.querySelector("tr[data-symbol]");
  for (const quote of quotes) update(quote);
  quotes.forEach((quote, place) => (rows.get(quote.symbol).place = place));
  if (isNew) arrange();
  drawDataCard();
  drawMoves();
  pairs.showRatios(priceOf);
}

function priceOf(symbol) {
  return rows.get(symbol)?.quote.price;
}

function update(quote) {
  const row = rows.get(quote.symbol) ?? addRow(quote);
  const newer = row.quote.id !== null && quote.id !== null && row.quote.id > quote.id;
  row.decimals = format.decimalsOf(quote.price_step);
  row.sparkline = quote.sparkline;
  row.quote = newer ? { ...quote, ...pick(row.quote, ["price", "id", "traded_at", "change_1h", "change_24h"]) } : quote;
  sparkline.draw(row.element.querySelector("svg"), quote.sparkline);
  drawQuote(row, null);
}

function forget(symbol) {
  follow(symbol, false);
  rows.get(symbol).element.remove();
  rows.delete(symbol);
  changed.delete(symbol);
}

function addRow(quote) {
  const element = document.getElementById("row").content.firstElementChild.cloneNode(true);
  const link = element.querySelector("a");
  link.href = `/market/${encodeURIComponent(quote.symbol)}`;
  link.textContent = quote.symbol;
  link.tabIndex = -1;
  element.dataset.symbol = quote.symbol;
  const remove = element.querySelector(".remove");
  remove.title = `Remove ${quote.symbol} from the watch-list (Delete)`;
  remove.setAttribute("aria-label", `Remove ${quote.symbol} from the watch-list`);
  const row = { quote, element, place: rows.size, stopWatching: null };
  rows.set(quote.symbol, row);
  return row;
}

function arrange() {
  const quotes = [...rows.values()].map((row) => ({ ...row.quote, place: row.place }));
  const wanted = order ? sorted(quotes, order) : sorted(quotes, { field: "place", descending: false });
  tbody.replaceChildren(...wanted.map((quote) => rows.get(quote.symbol).element));
  for (const row of rows.values()) inSight.observe(row.element);
  for (const head of document.querySelectorAll("thead th")) {
    const sortedBy = head.querySelector("button")?.dataset.sort;
    if (order && sortedBy === order.field) head.setAttribute("aria-sort", order.descending ? "descending" : "ascending");
    else head.removeAttribute("aria-sort");
  }
  applyFilter();
}

function sortBy(field) {
  const textual = field === "symbol";
  if (order?.field !== field) order = { field, descending: !textual };
  else if (order.descending === !textual) order = { field, descending: textual };
  else order = null;
  keepOrder(order);
  arrange();
}

function applyFilter() {
  const wanted = filter.value.trim().toUpperCase();
  let shown = 0;
  for (const [symbol, row] of rows) {
    row.element.hidden = !symbol.includes(wanted);
    shown += row.element.hidden ? 0 : 1;
  }
  setText(document.getElementById("watchlist-count"), wanted ? `${shown} of ${rows.size}` : `(${rows.size})`);
  if (rows.size && !shown) showState(watchlistState, { title: "No symbol fits the filter", text: "Escape clears it." });
  else if (rows.size) hideState(watchlistState);
}

function follow(symbol, visible) {
  const row = rows.get(symbol);
  if (!row) return;
  if (visible && !row.stopWatching) {
    row.stopWatching = watch(`symbol:${symbol}`, {
      onState: (quote, message, isSnapshot) => receive(symbol, quote, isSnapshot ? null : message),
    });
  } else if (!visible && row.stopWatching) {
    row.stopWatching();
    row.stopWatching = null;
  }
}

function receive(symbol, quote, message) {
  const row = rows.get(symbol);
  if (row.quote.id !== null && quote.id !== null && quote.id < row.quote.id) return;
  row.quote = { ...row.quote, ...quote };
  changed.set(symbol, message);
  drawChanges();
}

function drawQuote(row, message) {
  const { quote, element } = row;
  const cell = (field) => element.querySelector(`[data-field="${field}"]`);
  const direction = Math.sign(quote.price - (row.drawnPrice ?? quote.price));
  setText(cell("price"), format.price(quote.price, row.decimals));
  cell("price").title = quote.traded_at ? `Last trade ${format.moment(Date.parse(quote.traded_at), "utc", { seconds: true })} UTC` : "";
  if (message && direction) flash(cell("price"), direction);
  for (const field of ["change_1h", "change_24h"]) {
    setText(cell(field), format.percent(quote[field]));
    cell(field).classList.toggle("up", quote[field] > 0);
    cell(field).classList.toggle("down", quote[field] < 0);
  }
  setText(cell("quote_volume_24h"), format.compact(quote.quote_volume_24h));
  row.drawnPrice = quote.price;
  drawDot(element.querySelector(".dot"), quote);
  if (message) noteDrawn(quote, message);
}

function drawDot(dot, quote) {
  drawWhole(dot, quote.completeness, { symbols: [quote.symbol], bars: "bars of the last day" });
}

function drawDataCard() {
  showData([...rows.values()].map((row) => row.quote), feed);
}

function drawMoves() {
  showMoves([...rows.values()].map((row) => row.quote));
}

function walk({ target, key }) {
  const visible = [...tbody.querySelectorAll("tr:not([hidden])")];
  visible[visible.indexOf(target.closest("tr")) + (key === "ArrowDown" ? 1 : -1)]?.focus();
}

function clearFilter() {
  filter.value = "";
  applyFilter();
  filter.blur();
}

function open(symbol) {
  location.assign(`/market/${encodeURIComponent(symbol)}`);
}

function pick(object, names) {
  return Object.fromEntries(names.map((name) => [name, object[name]]));
}

function skeleton() {
  const line = () => {
    const row = document.getElementById("row").content.firstElementChild.cloneNode(true);
    row.removeAttribute("tabindex");
    for (const cell of row.querySelectorAll("th, td:not(:last-child)")) {
      const bone = document.createElement("span");
      bone.className = "skeleton";
      cell.replaceChildren(bone);
    }
    return row;
  };
  tbody.replaceChildren(...Array.from({ length: 8 }, line));
}
