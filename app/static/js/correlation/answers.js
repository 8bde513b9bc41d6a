// The snapshots a choice needs, from the server: at once, or when a worker has computed them.

import { getJson } from "../api.js";
import { followTask } from "../tasks.js";

// parameters: {timeframe, window, method}; dayBefore: up to the same bar of yesterday.
export async function snapshotOf({ timeframe, window, method }, { dayBefore = false } = {}) {
  const query = { tf: timeframe, window, method };
  if (dayBefore) query.day_before = true;
  const answer = await getJson("/api/correlation", query, { accept: [200, 202] });
  return answer.task ? followTask(answer.task, { title: `Correlations, ${timeframe}, ${window} returns` }) : answer;
}
