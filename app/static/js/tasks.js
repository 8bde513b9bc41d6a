// Work asked of the server: asked for, followed live, cancelled.
//
//   const result = await runTask("pair_report", { y, x }, { title: "Report" });
//
// resolves with the task's result (null where it has none) and rejects with an ApiError whose
// `details` are the server's words, as have and need of "not_enough_data". An endpoint that
// answered 202 gave {task, address}: followTask(task) goes on from there.

import { ApiError, getJson, sendJson } from "./api.js";
import { watch } from "./live.js";
import { showTask } from "./task_panel.js";

const LOOK_MS = 3_000; // at the server, where no word comes over the socket
const OPEN = ["waiting", "running"];

export async function runTask(job, parameters = {}, options = {}) {
  const { task } = await sendJson("POST", `/api/tasks/${job}`, parameters, { accept: [202] });
  return followTask(task, options);
}

// Resolves when it is cancelled or was asked to stop; what has ended already is no error.
export async function cancelTask(id) {
  try {
    await sendJson("DELETE", `/api/tasks/${id}`, null, { accept: [200, 202] });
  } catch (error) {
    if (error.code !== "ended") throw error;
  }
}

// title: words for the panel, "" shows none; onProgress(task); signal: an AbortSignal that cancels it.
export function followTask(task, { title = "", onProgress = () => {}, signal = null } = {}) {
  const row = title ? showTask(title, () => cancelTask(task.id)) : null;
  const abort = () => cancelTask(task.id).catch(() => {});
  signal?.addEventListener("abort", abort, { once: true });
  return ended(task, (state) => {
    row?.update(state);
    onProgress(state);
  }).finally(() => {
    row?.remove();
    signal?.removeEventListener("abort", abort);
  });
}

function ended(task, tell) {
  return new Promise((resolve, reject) => {
    let over = false;
    const note = (state) => {
      if (over) return;
      tell(state);
      if (!OPEN.includes(state.state)) finish();
    };
    const look = () => askFor(task.id).then(note, (error) => error.status === 404 && finish());
    const finish = () => {
      over = true;
      clearInterval(timer);
      stop();
      askFor(task.id).then(resultOf).then(resolve, reject);
    };
    const timer = setInterval(look, LOOK_MS);
    let stop = () => {};
    const unwatch = watch(`task:${task.id}`, { onState: note, onMissed: look });
    stop = unwatch;
    if (over) unwatch();
  });
}

function askFor(id) {
  return getJson(`/api/tasks/${id}`);
}

function resultOf(told) {
  if (told.state === "done") return told.result;
  const words = told.state === "cancelled" ? { code: "cancelled", message: "Cancelled." } : told.error;
  const error = new ApiError(0, words.code, words.message);
  error.details = words;
  throw error;
}
