// The scan a choice needs, from the server: at once, or when the workers have computed it.

import { getJson } from "../api.js";
import { followTask } from "../tasks.js";
import { rowsOf } from "./rows.js";

const MOST_ROWS = 5_000;

export async function scanOf({ timeframe, symbols, window, leastVolume }) {
  const query = { tf: timeframe, window, limit: MOST_ROWS };
  if (symbols.length) query.symbols = symbols.join(",");
  if (leastVolume) query.least_volume = leastVolume;
  let answer = await ask(query);
  while (answer.task) {
    await followTask(answer.task, { title: `Scan, ${timeframe}, ${window} bars` });
    answer = await ask(query);
  }
  return { ...answer, rows: rowsOf(answer) };
}

function ask(query) {
  return getJson("/api/scan/columns", query, { accept: [200, 202] });
}
