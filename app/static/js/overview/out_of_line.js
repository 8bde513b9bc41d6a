// The card of pairs that stand away from their mean, of those that pass the test; or why there are none.

import { getJson } from "../api.js";
import { draw as drawSpark } from "../charts/sparkline.js";
import * as format from "../format.js";
import { watch } from "../live.js";
import { TIMEFRAME_MS } from "../series.js";
import { chance } from "../scanner/columns.js";
import { shortNames } from "../correlation/cells.js";

const TIMEFRAME = "1m";
const HIGHEST_Q = 0.05;
const FAR = 1; // deviations; what is nearer to its mean is in line, as the sentence of a pair says
const SHOWN = 5;
const BOTH_DIRECTIONS = 2;
const RETRY_MS = 10_000;

export function wireOutOfLine() {
  const list = document.getElementById("out-of-line");
  let retry = 0;
  let shownOf = ""; // when the shown scan was computed

  async function load() {
    clearTimeout(retry);
    try {
      show(await getJson("/api/scan", { tf: TIMEFRAME, q_max: HIGHEST_Q, z_min: FAR, sort: "abs_zscore", order: "desc", limit: SHOWN * BOTH_DIRECTIONS }, { accept: [200, 202] }));
    } catch (error) {
      list.replaceChildren(words(error.message));
      retry = setTimeout(load, RETRY_MS);
    }
  }

  function show(scan) {
    if (scan.task) {
      list.replaceChildren(words("The first scan is being computed."));
      retry = setTimeout(load, RETRY_MS);
      return;
    }
    shownOf = scan.computed_at;
    const rows = oncePerPair(scan.rows).slice(0, SHOWN);
    list.replaceChildren(...(rows.length ? rows.map((row) => line(row, shortNames(scan.symbols))) : [words(nothingWords(scan.luck))]));
  }

  // What is not there is not asked for: the state of the topic says whether there is a scan.
  function heard(news) {
    if (!news.as_of) list.replaceChildren(words("No scan yet: it takes 100 bars of two symbols."));
    else if (news.computed_at !== shownOf) load();
  }

  watch(`scan:${TIMEFRAME}`, { onState: heard, onMissed: load });
}

// The direction that is farther out stands for the pair.
export function oncePerPair(rows) {
  const seen = new Set();
  return rows.filter(({ y, x }) => {
    const pair = [y, x].sort().join("/");
    return !seen.has(pair) && seen.add(pair);
  });
}

export function nothingWords({ pairs, expected_by_luck: luck, found_after: found }) {
  if (found) return `None: ${format.count(found)} of ${format.count(pairs)} pairs pass the test, all near their mean.`;
  return `None of ${format.count(pairs)} pairs passes the test after correction; alone, ${format.ratio(luck, 1)} would by luck.`;
}

function line(row, names) {
  const item = document.getElementById("out-of-line-row").content.firstElementChild.cloneNode(true);
  const link = item.querySelector("a");
  link.href = `/pairs/${encodeURIComponent(row.y)}/${encodeURIComponent(row.x)}?tf=${TIMEFRAME}`;
  link.textContent = `${names[row.y]} / ${names[row.x]}`;
  link.title = `${row.y} explained by ${row.x}`;
  const half = row.half_life === null ? format.DASH : format.duration(row.half_life * TIMEFRAME_MS[TIMEFRAME]);
  item.querySelector(".figure").textContent = `z ${row.zscore > 0 ? "+" : ""}${format.ratio(row.zscore, 2)}`;
  item.querySelector(".faint").textContent = `q ${chance(row.q_value)} · half-life ${half}`;
  drawSpark(item.querySelector("svg"), (row.zscores ?? []).filter((value) => value !== null));
  return item;
}

function words(text) {
  const item = document.createElement("li");
  item.className = "faint";
  item.textContent = text;
  return item;
}
