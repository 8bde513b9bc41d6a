// The report of a pair: one file, drawn by a worker and saved here.

import { saveText } from "../downloads.js";
import { runTask } from "../tasks.js";
import { showToast } from "../toast.js";

// The button rests while the report is being drawn.
export async function saveReport(button, name, { y, x, choice }) {
  button.disabled = true;
  try {
    const told = await runTask("pair_report", { y, x, ...numbered(choice) }, { title: `Report of ${y} / ${x}` });
    saveText(`${name}.html`, "text/html", told.html);
  } catch (error) {
    showToast(`The report could not be drawn: ${error.message}`, { kind: "bad" });
  } finally {
    button.disabled = false;
  }
}

// As a task takes them: numbers are no texts there.
function numbered({ robust, ...rest }) {
  const numbers = ["window", "z_window", "time_stop", "cool_down"].map((name) => [name, Number(rest[name])]);
  return { ...rest, ...Object.fromEntries(numbers), robust: robust === "true" };
}
