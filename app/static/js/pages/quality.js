// Quality: how whole the data is, what was done about holes, what could not be read. This file only wires.

import { getJson } from "../api.js";
import { dayPicture } from "../charts/day_picture.js";
import { savePainted } from "../charts/picture.js";
import { wireExport } from "../export_menu.js";
import { currentZone, followDelay, onZone, startFrame } from "../frame.js";
import { serverNow, watch } from "../live.js";
import { oncePerFrame } from "../paint.js";
import { compareNow } from "../quality/ask.js";
import { showGaps } from "../quality/gaps.js";
import { showShort } from "../quality/short.js";
import { dayOf, showCounters, showQuarantine, showSymbols } from "../quality/tables.js";
import { hideState, showState } from "../states.js";

const RETRY_MS = 3_000;

let state = null;
let receivedAt = 0;

const draw = oncePerFrame(() => {
  if (!state) return;
  const zone = currentZone();
  // Ages are told by the exchange's clock, which goes on between two messages unless it is a replay's.
  const market = state.market_clock ? Date.parse(state.market_clock) : null;
  const { source } = document.body.dataset;
  showShort(state, source);
  showSymbols(state.symbols, state.gaps, zone, reload);
  showGaps(state.gaps, market === null || source === "REPLAY" ? market : market + serverNow() - receivedAt, reload);
  showCounters(state.counters, state.counted_since, serverNow());
  showQuarantine(state.quarantine, zone);
});

const tables = wireExport([
  { text: "Symbols", address: () => state && ["/api/export/quality", {}] },
  { text: "Gaps", address: () => state && ["/api/export/gaps", {}] },
]);
startFrame({ actions: [...tables, { text: "Save the last day as PNG", run: savePng }] });
onZone(draw);
watch("quality", { onState: receive });
followDelay();
load();
document.getElementById("save-png").addEventListener("click", savePng);
document.getElementById("compare-all").addEventListener("click", () => compareNow(null, reload));

function receive(news) {
  state = news;
  receivedAt = serverNow();
  draw();
}

function savePng() {
  const judged = state?.symbols.filter((row) => row.spans_since) ?? [];
  if (!judged.length) return;
  const days = judged.map(({ symbol }) => ({ symbol, element: dayOf(symbol) }));
  const [{ spans, spans_since: since, span_minutes: minutes }] = judged;
  const { size, paint } = dayPicture(days, { since: Date.parse(since), hours: (spans.length * minutes) / 60, zone: currentZone() });
  savePainted("Quality of the last 24 hours", size, paint);
}

// After a wish: its row says at once that it is being acted on.
async function reload() {
  try {
    receive(await getJson("/api/quality"));
  } catch {
    // The topic brings the state within seconds.
  }
}

async function load() {
  try {
    const news = await getJson("/api/quality");
    if (!state) receive(news);
  } catch (error) {
    if (state) return;
    hideState(document.getElementById("gaps-state"));
    showState(document.getElementById("symbols-state"), { title: "The quality could not be read", text: error.message, kind: "bad", retry: load });
    setTimeout(() => state || load(), RETRY_MS);
  }
}
