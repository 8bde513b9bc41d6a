// The scan a choice needs, from the server: at once, or when the workers have computed it.

import { getJson } from "../api.js";
import { followTask } from "../tasks.js";

const MOST_ROWS = 5_000;

export async function scanOf({ timeframe, symbols, window }) {
  const query = { tf: timeframe, window, limit: MOST_ROWS };
  if (symbols.length) query.symbols = symbols.join(",");
  const answer = await getJson("/api/scan", query, { accept: [200, 202] });
  if (!answer.task) return answer;
  await followTask(answer.task, { title: `Scan, ${timeframe}, ${window} bars` });
  const again = await getJson("/api/scan", query, { accept: [200, 202] });
  return again.task ? scanOf({ timeframe, symbols, window }) : again;
}
