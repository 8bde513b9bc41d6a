// Takes a symbol off the watch-list at once, and puts it back where it was if that was a slip.

import { sendJson } from "../api.js";
import { showToast } from "../toast.js";

export async function removeWithUndo(symbol, onChanged) {
  try {
    const { position } = await sendJson("DELETE", `/api/watchlist/${encodeURIComponent(symbol)}`);
    showToast(`${symbol} is no longer captured.`, { action: { text: "Undo", run: () => putBack(symbol, position, onChanged) } });
  } catch (error) {
    showToast(`${symbol} could not be removed: ${error.message}`, { kind: "bad" });
  }
  await onChanged();
}

async function putBack(symbol, position, onChanged) {
  try {
    await sendJson("POST", "/api/watchlist", { symbol, position });
    showToast(`${symbol} is captured again.`);
  } catch (error) {
    showToast(`${symbol} could not be put back: ${error.message}`, { kind: "bad" });
  }
  await onChanged();
}
