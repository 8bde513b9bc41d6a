// The scan a choice needs, from the server: at once, or when the workers have computed it.
// Up to MOST_ROWS rows come whole, and the page filters and sorts them; of a larger scan
// the server filters and sorts, and sends the first MOST_ROWS of what passes.

import { getJson } from "../api.js";
import { followTask } from "../tasks.js";
import { exportQuery } from "./choice.js";
import { pairsOf, rowsOf } from "./rows.js";

const MOST_ROWS = 5_000;

// isLarge: what is known of it from an earlier answer.
export async function scanOf(choice, isLarge = false) {
  const { timeframe, window } = choice;
  const asked = isLarge ? choice : unfiltered(choice);
  const query = { ...exportQuery(asked), limit: MOST_ROWS };
  let answer = await ask(query);
  while (answer.task) {
    await followTask(answer.task, { title: `Scan, ${timeframe}, ${window} bars` });
    answer = await ask(query);
  }
  const found = { ...answer, rows: rowsOf(answer), isLarge: pairsOf(answer) > MOST_ROWS, question: questionOf(asked) };
  return found.isLarge && found.question !== questionOf(choice) ? scanOf(choice, true) : found;
}

// One pair of the same scan, whatever passes: its row, null where it holds none, undefined while it is computed.
export async function pairOf(choice) {
  const answer = await ask({ ...exportQuery(unfiltered(choice)), pairs: choice.selected });
  return answer.task ? undefined : (rowsOf(answer)[0] ?? null);
}

// z of the last bars of some pairs, by "Y/X": a scan of few symbols has it, so theirs alone are scanned.
export async function linesOf(choice, ids) {
  const symbols = symbolsOf(ids);
  const query = { ...exportQuery({ ...unfiltered(choice), symbols }), pairs: ids.join() };
  let answer = await ask(query);
  while (answer.task) {
    await followTask(answer.task); // without a word in the panel
    answer = await ask(query);
  }
  return new Map(rowsOf(answer).map((row) => [`${row.y}/${row.x}`, row.zscores]));
}

export function symbolsOf(ids) {
  return [...new Set(ids.flatMap((id) => id.split("/")))];
}

function unfiltered(choice) {
  return { ...choice, filters: [], search: "", sort: "q_value", descending: false };
}

// What an answer depends on.
export function questionOf(choice) {
  return JSON.stringify(exportQuery(choice));
}

function ask(query) {
  return getJson("/api/scan/columns", query, { accept: [200, 202] });
}
