// What people asked of the workers: how far each job is, and how to cancel it.

import * as format from "../format.js";
import { words } from "../task_panel.js";

const SHOWN_ENDED = 5;
const OPEN = ["waiting", "running"];
const ENDED = { done: "done", failed: "failed", cancelled: "cancelled" };

// Open ones first, then the few that ended last.
export function shownJobs(tasks) {
  const open = tasks.filter((task) => OPEN.includes(task.state));
  return [...open, ...tasks.filter((task) => !OPEN.includes(task.state)).slice(0, SHOWN_ENDED)];
}

export function drawAsked(body, tasks, { now, cancel }) {
  const focused = document.activeElement?.dataset?.task;
  body.replaceChildren(...shownJobs(tasks).map((task) => row(task, now, cancel)));
  if (focused) body.querySelector(`[data-task="${focused}"]`)?.focus();
}

function row(task, now, cancel) {
  const line = document.createElement("tr");
  const [name, progress, age, action] = Array.from({ length: 4 }, (_, place) => document.createElement(place ? "td" : "th"));
  line.dataset.state = task.state;
  name.scope = "row";
  name.textContent = titled(task.job);
  name.title = Object.entries(task.parameters).map(([key, value]) => `${key} ${value}`).join(", ");
  fillProgress(progress, task);
  age.className = "number";
  age.textContent = `${format.duration(now - Date.parse(task.asked_at))} ago`;
  if (OPEN.includes(task.state)) action.append(cancelButton(task, cancel));
  line.append(name, progress, age, action);
  return line;
}

function fillProgress(cell, task) {
  if (!OPEN.includes(task.state)) {
    cell.textContent = task.error ? `${ENDED[task.state]}: ${task.error.message}` : ENDED[task.state];
    return;
  }
  const bar = document.createElement("progress");
  bar.setAttribute("aria-label", "Progress");
  if (task.total) [bar.max, bar.value] = [task.total, task.done];
  cell.append(bar, document.createTextNode(` ${words(task) || task.state}`));
}

function cancelButton(task, cancel) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  button.dataset.task = task.id;
  button.textContent = "Cancel";
  button.disabled = task.cancel_wanted;
  button.addEventListener("click", () => {
    button.disabled = true;
    cancel(task);
  });
  return button;
}

function titled(job) {
  const text = job.replaceAll("_", " ");
  return text[0].toUpperCase() + text.slice(1);
}
