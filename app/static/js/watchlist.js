// One more symbol for the watch-list, and a word on how that went.

import { sendJson } from "./api.js";
import { showToast } from "./toast.js";

// Pages that show the list hear "watchlist" on the window.
export async function capture(symbol, { action = null } = {}) {
  try {
    await sendJson("POST", "/api/watchlist", { symbol });
    showToast(`${symbol} is captured from now on.`, { action });
  } catch (error) {
    showToast(`${symbol} could not be added: ${error.message}`, { kind: "bad" });
  }
  dispatchEvent(new Event("watchlist"));
}
