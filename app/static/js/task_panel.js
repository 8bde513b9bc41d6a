// At the foot of the page: what is being computed for this reader, how far it is, and how to cancel it.

import { setText } from "./paint.js";

const SHOWN_AFTER_MS = 300; // what is done at once needs no words

// Returns {update(task), remove()}.
export function showTask(title, cancel) {
  const row = document.getElementById("task-row").content.firstElementChild.cloneNode(true);
  const part = (name) => row.querySelector(`[data-part="${name}"]`);
  setText(part("title"), title);
  part("cancel").addEventListener("click", async () => {
    part("cancel").disabled = true;
    try {
      await cancel();
    } catch (error) {
      part("cancel").disabled = false;
      setText(part("text"), error.message);
    }
  });
  const timer = setTimeout(() => list().append(row), SHOWN_AFTER_MS);
  return {
    update: (task) => update(part, task),
    remove() {
      clearTimeout(timer);
      row.remove();
    },
  };
}

function update(part, task) {
  const bar = part("bar");
  if (task.total) {
    bar.max = task.total;
    bar.value = task.done;
  } else {
    bar.removeAttribute("value"); // nobody knows how much there is
  }
  setText(part("text"), words(task));
}

export function words(task) {
  if (task.cancel_wanted) return "stopping";
  if (task.state === "waiting") return "waiting for its turn";
  const count = task.total ? `${task.done} of ${task.total}` : "";
  return [count, task.text].filter(Boolean).join(" · ");
}

function list() {
  return document.getElementById("tasks");
}
