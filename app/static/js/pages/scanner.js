// Scanner: all pairs, tested and ranked, live. This file only wires.

import { timeframeActions } from "../actions.js";
import { choice as kept, keepChoice } from "../choices.js";
import { shortNames } from "../correlation/cells.js";
import { wireExport } from "../export_menu.js";
import { hideHead, showHead } from "../findings_head.js";
import * as format from "../format.js";
import { onSubmit } from "../forms.js";
import { followDelay, onZone, startFrame } from "../frame.js";
import { watch } from "../live.js";
import { oncePerFrame, setText } from "../paint.js";
import { PairAlone } from "../scanner/alone.js";
import { questionOf, scanOf } from "../scanner/answers.js";
import { choiceFrom, exportQuery, FIRST_HIDDEN, searchOf, symbolsIn } from "../scanner/choice.js";
import { COLUMNS } from "../scanner/columns.js";
import { Lines } from "../scanner/lines.js";
import { pairAddress, showPair } from "../scanner/panel.js";
import { chosen, luckWords, pairsOf, prepared, rowWords, untestedWords } from "../scanner/rows.js";
import { ScanTable } from "../scanner/table.js";
import { TIMEFRAME_MS } from "../series.js";
import { hideState, showSkeleton, showState } from "../states.js";

const RETRY_MS = 5_000;
const AGE_MS = 5_000; // how often the age is looked at
const TYPING_MS = 250; // until a large scan is asked for what was chosen

const part = (name) => document.getElementById(name);
const root = document.querySelector(".scanner");
const table = new ScanTable({ scroll: part("scroll"), table: part("table"), head: part("head"), body: part("rows"), onSort: sortBy, onOpen: open, lineOf: (row) => lines.of(row), onSight: wantLines });

let choice = chosenIn(root.dataset.timeframe);
let stopWatching = () => {};
let loading = 0; // number of the load in hand; an older one that comes late is dropped
let scan = null;
let rows = [];
let shown = [];
let retry = 0;
let asking = 0;
let held = false; // the pointer is on the rows: their order is kept

const drawSoon = oncePerFrame(draw);
const alone = new PairAlone(drawSoon);
const lines = new Lines(drawSoon);

startFrame({
  actions: [
    ...timeframeActions((timeframe) => choose({ ...choice, timeframe })),
    { keys: ["/"], text: "Filter by symbol", run: () => part("search").focus() },
    ...wireExport([{ text: "Scores", address: () => scan && ["/api/export/scan", exportQuery(choice)] }]),
    { keys: ["ArrowUp", "ArrowDown"], inside: "#rows tr", text: "From pair to pair", run: ({ target, key }) => table.walk(target, key === "ArrowDown" ? 1 : -1) },
    { keys: ["Enter"], inside: "#rows tr", text: "Open the pair in focus", run: ({ target }) => open(table.rowOf(target), { follow: true }) },
  ],
});
followDelay();
wireTools();
onZone(drawSoon);
addEventListener("popstate", () => choose(chosenIn(new URLSearchParams(location.search).get("tf") ?? "1m"), { push: false }));
setInterval(() => scan && tell(), AGE_MS);
showTools();
start();

function start() {
  stopWatching();
  scan = null;
  rows = [];
  hideHead();
  showPair(null, {});
  showSkeleton(part("state"), "scan-skeleton");
  part("table").hidden = true;
  setText(part("note"), "");
  stopWatching = watch(`scan:${choice.timeframe}`, { onState: (news, message, isSnapshot) => (isSnapshot && (!scan || news.computed_at === scan.computed_at)) || load(), onMissed: load });
  load();
}

async function load() {
  const mine = ++loading;
  clearTimeout(retry);
  try {
    const news = await scanOf(choice, scan?.isLarge);
    if (mine === loading) take(news);
  } catch (error) {
    if (mine !== loading) return;
    failed(error);
    retry = setTimeout(() => mine === loading && load(), RETRY_MS);
  }
}

function take(news) {
  scan = news;
  rows = prepared(news.rows, shortNames(news.symbols));
  drawSoon();
  askAnew();
}

// The server filters and sorts a large scan: what is here is of another choice than the page's, be it newer or older.
function askAnew() {
  clearTimeout(asking);
  if (scan?.isLarge && scan.question !== questionOf(choice)) asking = setTimeout(load, TYPING_MS);
}

function failed(error) {
  if (scan) return; // what is there is shown, its age is told
  part("table").hidden = true;
  const { have, need } = error.details ?? {};
  if (error.code === "not_enough_data") {
    showState(part("state"), { title: "Warming up", text: `A scan needs ${need} bars of ${choice.timeframe} of two symbols at least; there are ${have}.` });
  } else if (listIsShort(error)) {
    showState(part("state"), { title: "Nothing to scan yet", text: "Put two symbols on the watch-list of the Overview, or name some under Symbols." });
  } else if (isRefused(error)) {
    showState(part("state"), { title: "This cannot be scanned", text: error.message });
  } else {
    showState(part("state"), { title: "The scan could not be read", text: error.message, kind: "bad", retry: load });
  }
}

// The watch-list, as nothing else was named, has fewer symbols than a scan needs.
function listIsShort(error) {
  return isRefused(error) && error.details?.field === "symbols" && !choice.symbols.length;
}

function isRefused({ status }) {
  return status === 400 || status === 404 || status === 422;
}

function draw() {
  if (!scan) return;
  const barMs = TIMEFRAME_MS[choice.timeframe];
  // What the server has filtered and sorted stays so; until its answer comes the page does both.
  const next = scan.isLarge && scan.question === questionOf(choice) ? rows : chosen(rows, choice, barMs);
  shown = held ? inOldOrder(next) : next;
  part("table").hidden = false;
  if (shown.length) hideState(part("state"));
  else showState(part("state"), { title: "No pair passes these filters", text: `${format.count(pairsOf(scan))} rows are there without them.` });
  const { hidden, sort, descending, selected } = choice;
  table.draw(shown, { hidden, sort, descending, selected }, barMs);
  const row = alone.rowOf(choice, scan, rows);
  showPair(row, { timeframe: choice.timeframe, barMs, line: row ? lines.of(row) : [] });
  setText(part("note"), `${rowWords({ shown, rows, scan })}${untestedWords(scan)}`);
  tell();
}

// Of the rows in sight, and of the pair beside the table.
function wantLines(inSight) {
  if (!scan || choice.hidden.includes("spark")) return;
  const row = alone.rowOf(choice, scan, rows);
  lines.want(row ? [row, ...inSight] : inSight, choice, scan);
}

// Under the pointer rows keep their places; what is new comes last.
function inOldOrder(next) {
  const places = new Map(shown.map(({ id }, place) => [id, place]));
  const placeOf = ({ id }) => places.get(id) ?? Infinity;
  return [...next].sort((one, other) => (placeOf(one) === placeOf(other) ? 0 : placeOf(one) - placeOf(other)));
}

function tell() {
  const more = ` · window ${format.count(scan.window)} bars`;
  root.toggleAttribute("data-stale", showHead(scan, { words: luckWords(scan.luck), timeframe: choice.timeframe, more }));
}

function choose(next, { push = true } = {}) {
  const key = (each) => `${each.timeframe} ${each.window} ${each.leastVolume} ${each.symbols}`;
  const other = key(next) !== key(choice);
  choice = next;
  held = false;
  showTools();
  if (push) history[other ? "pushState" : "replaceState"](null, "", searchOf(choice));
  if (other) start();
  else drawSoon();
  askAnew();
}

function sortBy(column) {
  const again = choice.sort === column.name;
  choose({ ...choice, sort: column.name, descending: again ? !choice.descending : Boolean(column.first) });
}

function open(row, { follow = false } = {}) {
  if (!row) return;
  if (follow) location.assign(pairAddress(row, choice.timeframe));
  note({ selected: row.id });
}

// Part of the choice that changes neither the rows nor their order.
function note(part) {
  choice = { ...choice, ...part };
  history.replaceState(null, "", searchOf(choice));
  drawSoon();
}

function chosenIn(timeframe) {
  return choiceFrom(location.search, timeframe, kept("scan_hidden", FIRST_HIDDEN));
}

function wireTools() {
  for (const button of document.querySelectorAll("button[data-timeframe]")) {
    button.addEventListener("click", () => choose({ ...choice, timeframe: button.dataset.timeframe }));
  }
  for (const button of document.querySelectorAll("button[data-filter]")) {
    const { filter } = button.dataset;
    button.addEventListener("click", () => choose({ ...choice, filters: choice.filters.includes(filter) ? choice.filters.filter((name) => name !== filter) : [...choice.filters, filter] }));
  }
  part("search").addEventListener("input", () => choose({ ...choice, search: part("search").value }));
  part("panel-close").addEventListener("click", () => note({ selected: null }));
  onSubmit(part("ask"), (form) => {
    form.closest("details").open = false;
    choose({ ...choice, symbols: symbolsIn(part("symbols").value), window: Number(part("window").value) || choice.window, leastVolume: Math.max(0, Number(part("least-volume").value) || 0) });
  });
  part("scroll").addEventListener("pointerenter", () => (held = true));
  part("scroll").addEventListener("pointerleave", () => {
    held = false;
    drawSoon();
  });
  part("columns").replaceChildren(...COLUMNS.filter(({ fixed }) => !fixed).map(columnSwitch));
}

function columnSwitch(column) {
  const label = document.createElement("label");
  const box = document.createElement("input");
  box.type = "checkbox";
  box.checked = !choice.hidden.includes(column.name);
  box.dataset.column = column.name;
  box.addEventListener("change", () => {
    const others = choice.hidden.filter((name) => name !== column.name);
    note({ hidden: box.checked ? others : [...others, column.name] });
    keepChoice("scan_hidden", choice.hidden);
  });
  label.append(box, column.title);
  label.title = column.words;
  return label;
}

function showTools() {
  for (const button of document.querySelectorAll("button[data-timeframe]")) button.setAttribute("aria-pressed", String(button.dataset.timeframe === choice.timeframe));
  for (const button of document.querySelectorAll("button[data-filter]")) button.setAttribute("aria-pressed", String(choice.filters.includes(button.dataset.filter)));
  if (part("search").value !== choice.search) part("search").value = choice.search;
  part("symbols").value = choice.symbols.join(" ");
  part("window").value = String(choice.window);
  part("least-volume").value = choice.leastVolume ? String(choice.leastVolume) : "";
}
