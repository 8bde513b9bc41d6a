// What can be asked for at once: a repair of gaps, a comparison of bars. What comes of it arrives with the state.

import { sendJson } from "../api.js";
import * as format from "../format.js";
import { setText } from "../paint.js";
import { showToast } from "../toast.js";

const TAKEN = [202];

export async function repairNow(symbol, firstId, reload) {
  const body = firstId === null ? { symbol } : { symbol, first_id: firstId };
  await ask("/api/quality/repair", body, `${symbol} could not be repaired`, ({ gaps }) => `${symbol}: ${gaps === 1 ? "1 gap is" : `${format.count(gaps)} gaps are`} asked for again.`);
  await reload();
}

export async function compareNow(symbol, reload) {
  const body = symbol === null ? {} : { symbol };
  await ask("/api/quality/compare", body, "The bars could not be compared", ({ symbols }) => (symbol === null ? `The bars of ${format.count(symbols.length)} symbols are being compared.` : `The bars of ${symbol} are being compared.`));
  await reload();
}

async function ask(path, body, failed, told) {
  try {
    showToast(told(await sendJson("POST", path, body, { accept: TAKEN })));
  } catch (error) {
    showToast(`${failed}: ${error.message}`, { kind: "bad" });
  }
}

// A gap that was asked for again and not tried since.
export function isAsked(gap) {
  return gap.tried_at === null && (gap.tries > 0 || gap.state !== "open");
}

// Not twice while it is being asked; then the state says what may be pressed.
export async function once(button, run) {
  button.disabled = true;
  await run();
  button.disabled = button.dataset.resting === "true";
}

export function setAction(button, text, isResting) {
  setText(button, text);
  button.dataset.resting = String(isResting);
  button.disabled = isResting;
}
