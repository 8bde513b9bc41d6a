// The frame around every page: feed dot, what is wrong, what can be done everywhere.

import { offer } from "./actions.js";
import { getJson } from "./api.js";
import { currentZone, switchTheme, switchZone, wireAppearance } from "./appearance.js";
import * as format from "./format.js";
import { showSheet, startKeyboard } from "./keyboard.js";
import { Latency } from "./latency.js";
import { askAgain, clockOffset, onStatus, serverNow, tell, watch } from "./live.js";
import { pageActions, wireMore } from "./navigation.js";
import { setText } from "./paint.js";
import { openPalette, wirePalette } from "./palette/palette.js";
import { openSettings, wireSettings } from "./settings.js";
import { wireScrollables } from "./scrollable.js";
import { showFacts } from "./states.js";

const OFFLINE_NOTICE_MS = 1_500; // a reload of the server is no news
const FEED_DRAWN_MS = 1_000;
const REPORT_MS = 5_000;
const QUIET_MS = 5_000;
const SILENT_MS = 6_000; // the state of the whole comes every two seconds

const source = document.body.dataset.source;
const latency = new Latency(source);
let connection = { connected: false, since: Date.now(), ever: false };
let feed = null; // the last word about the exchange
let lastWordAt = 0; // when it came; 0 before the first
let askedAgainAt = 0;

const FRAME_ACTIONS = [
  { keys: ["Ctrl K"], text: "Find a symbol, a page or a command", run: openPalette },
  { keys: ["t"], text: "Dark or light", run: switchTheme },
  { keys: ["z"], text: "Times in UTC or local", run: switchZone },
  { keys: [","], text: "Settings", run: openSettings },
  { keys: ["?"], text: "This sheet of keys", run: showSheet },
].map((action) => ({ ...action, section: "Everywhere" }));

export const isLive = source === "LIVE";

export { currentZone, onTheme, onZone } from "./appearance.js";

// A page that draws a live quote says so: the delay on the right end is made of these.
export function noteDrawn(quote, message) {
  latency.note(quote, message);
}

// Median delay of the last few live quotes; null before the first.
export function currentDelayMs() {
  return latency.current;
}

export function setTitle(text) {
  document.title = `${isLive ? "" : `[${source}] `}${text}`;
}

// actions: what can be done on this page, as actions.js has it. onSystem gets the state of the whole.
export function startFrame({ actions = [], onSystem = () => {} } = {}) {
  offer(actions);
  offer(FRAME_ACTIONS);
  offer(pageActions());
  startKeyboard();
  wirePalette();
  wireMore();
  wireScrollables();
  wireAppearance();
  wireSettings();
  wireLatency();
  onStatus((status) => {
    connection = status;
    showHealth();
    setTimeout(showHealth, OFFLINE_NOTICE_MS + 50);
  });
  watch("system", {
    onState: (state) => {
      feed = { ...state.feed, at: serverNow() };
      lastWordAt = Date.now();
      showDisks(state);
      showClock(state.clock);
      showHealth();
      onSystem(state);
    },
  });
  setInterval(showFeed, FEED_DRAWN_MS);
  setInterval(watchForSilence, FEED_DRAWN_MS);
  setInterval(reportDrawn, REPORT_MS);
}

function reportDrawn() {
  const delays = latency.takeUnreported();
  if (delays.length) tell("drawn", { delays_ms: delays });
}

// The server is there and brings nothing live: say so, and ask for what it has.
function watchForSilence() {
  showHealth();
  if (!isSilent()) return;
  if (Date.now() - askedAgainAt > SILENT_MS) {
    askedAgainAt = Date.now();
    askAgain();
  }
}

function isSilent() {
  return connection.connected && lastWordAt > 0 && Date.now() - lastWordAt > SILENT_MS;
}

// The delay on the right end needs live quotes; a page without any follows the first symbol for it.
export async function followDelay() {
  try {
    const { symbols } = await getJson("/api/watchlist");
    if (!symbols.length) return;
    watch(`symbol:${symbols[0]}`, { onState: (quote, message, isSnapshot) => isSnapshot || noteDrawn(quote, message) });
  } catch {
    // The delay is then not told; what failed is told elsewhere.
  }
}

function wireLatency() {
  const button = document.getElementById("feed");
  const strip = document.getElementById("latency");
  button.addEventListener("click", () => {
    strip.hidden = !strip.hidden;
    button.setAttribute("aria-expanded", String(!strip.hidden));
    showLatency();
  });
}

function showFeed() {
  const quietMs = latency.newestAt === null ? null : serverNow() - latency.newestAt;
  const text = quietMs !== null && quietMs < QUIET_MS ? format.duration(latency.current) : format.DASH;
  setText(document.getElementById("feed-delay"), text);
  if (!document.getElementById("latency").hidden) showLatency();
}

function showLatency() {
  const stages = [
    ["Exchange → captured", "captured"],
    ["Captured → sent", "sent"],
    ["Sent → drawn", "drawn"],
    [latency.replayed ? "Captured → drawn" : "Exchange → drawn", "whole"],
  ];
  const text = (stage, share) => format.duration(latency.quantile(stage, share));
  const rows = stages.map(([name, stage]) => [name, [0.5, 0.95, 0.99].map((share) => text(stage, share)).join(" · ")]);
  showFacts(document.getElementById("latency-facts"), [["", "p50 · p95 · p99"], ...rows]);
  const { offsetMs } = clockOffset();
  const offset = `This clock is allowed for: the server's is ${format.duration(Math.abs(offsetMs))} ${offsetMs < 0 ? "behind" : "ahead"}.`;
  setText(document.getElementById("latency-note"), offset);
}

function showHealth() {
  const dot = document.getElementById("feed-dot");
  const offline = !connection.connected && Date.now() - connection.since > OFFLINE_NOTICE_MS;
  const silent = isSilent();
  const stale = silent || feed?.state === "stale";
  dot.dataset.state = offline ? "bad" : stale ? "warn" : feed?.state === "fresh" ? "good" : "waiting";
  document.body.classList.toggle("stale", offline || stale);
  if (offline) {
    notice(`No connection to the server since ${moment(connection.since, Date.now())}. What you see is as of then; trying again.`, "bad");
  } else if (silent) {
    notice(`No live updates since ${moment(lastWordAt, Date.now())}. What you see is as of then; asking again.`);
  } else if (stale) {
    notice(`No word from the exchange since ${moment(Date.parse(feed.heard_at), serverNow())}. Prices are as of then.`);
  } else if (feed?.state === "waiting") {
    notice("Waiting for the first word from the exchange.");
  } else {
    notice("");
  }
}

function moment(ms, now) {
  return format.when(ms, currentZone(), now, { seconds: true });
}

// Said on every page before anything fails.
function showDisks({ disk, spool_disk: spoolDisk }) {
  const element = document.getElementById("disk-notice");
  const text = [databaseDisk(disk), spoolsDisk(spoolDisk, disk)].filter(Boolean).join(" ");
  setText(element, text);
  element.hidden = !text;
}

function databaseDisk(disk) {
  if (disk?.state !== "nearly_full") return "";
  return `The disk of the database is nearly full: ${disk.free_gb} GB of ${disk.total_gb} GB left. Make room before trades can no longer be stored.`;
}

// Where both lie on one disk, the database's words are enough.
function spoolsDisk(disk, databases) {
  if (disk?.state === "refuses") return "The disk on which trades wait for the database takes no more. They wait in memory; what finds no room there is fetched from the exchange later. Make room.";
  const isSaid = databases?.state === "nearly_full" && databases.total_gb === disk?.total_gb;
  if (disk?.state !== "nearly_full" || isSaid) return "";
  return `The disk on which trades wait for the database is nearly full: ${disk.free_gb} GB of ${disk.total_gb} GB left. Make room.`;
}

function showClock(clock) {
  const element = document.getElementById("clock-notice");
  const wrong = clock?.state === "wrong";
  const side = clock?.offset_ms < 0 ? "ahead of" : "behind";
  setText(element, wrong ? `The clock of this machine is ${format.duration(Math.abs(clock.offset_ms))} ${side} the exchange's. Bars follow the exchange's clock; delays shown here are wrong. Set it right.` : "");
  element.hidden = !wrong;
}

function notice(text, kind = "") {
  const element = document.getElementById("notice");
  setText(element, text);
  element.dataset.kind = kind;
  element.hidden = !text;
}
