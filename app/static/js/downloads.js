// Files: those the server makes of what it holds, and those made here.

import { addressOf, answerOf, ApiError } from "./api.js";
import { followTask } from "./tasks.js";
import { showToast } from "./toast.js";

// Saves what an address answers under the name it gives; waits for what has to be computed first.
export async function saveAnswer(path, query, { title }) {
  const response = await reached(addressOf(path, query));
  if (response.ok && response.status !== 202) {
    saveBlob(nameOf(response), await response.blob());
    if (response.headers.has("Link")) showToast(`${title}: the file holds the first part; ask for shorter stretches to have all.`);
    return;
  }
  const { task } = await answerOf(response, [202]);
  await followTask(task, { title });
  await saveAnswer(path, query, { title });
}

export function saveText(name, type, text) {
  saveBlob(name, new Blob([text], { type }));
}

export function saveBlob(name, blob) {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

async function reached(address) {
  try {
    return await fetch(address, { credentials: "same-origin" });
  } catch {
    throw new ApiError(0, "unreachable", "The server cannot be reached.");
  }
}

function nameOf(response) {
  return /filename="?([^";]+)"?/.exec(response.headers.get("Content-Disposition") ?? "")?.[1] ?? "export";
}
