// The snapshots a choice needs, from the server: at once, or when a worker has computed them.

import { getJson } from "../api.js";
import { followTask } from "../tasks.js";

// parameters: {timeframe, window, method}; earlier: "day" or "hour", up to the bar of that long ago.
export async function snapshotOf({ timeframe, window, method }, earlier = "") {
  const query = { tf: timeframe, window, method };
  if (earlier) query[`${earlier}_before`] = true;
  const answer = await getJson("/api/correlation", query, { accept: [200, 202] });
  return answer.task ? followTask(answer.task, { title: `Correlations, ${timeframe}, ${window} returns` }) : answer;
}
