// System: the flow, each process, queues, the feed, and what is not ready.

import { getJson } from "../api.js";
import { wireExport } from "../export_menu.js";
import * as format from "../format.js";
import { currentZone, followDelay, onZone, startFrame } from "../frame.js";
import { onStatus, serverNow } from "../live.js";
import { oncePerFrame } from "../paint.js";
import { hideState, showFacts, showState } from "../states.js";
import { drawAsked } from "../system/asked.js";
import { drawDelays } from "../system/delays.js";
import { arrowsOf, drawFlow, stagesOf } from "../system/flow.js";
import { drawTaskTimes, queueFacts, serverFacts } from "../system/work.js";
import { cancelTask } from "../tasks.js";
import { showToast } from "../toast.js";

const PARTS_MS = 5_000;
const ASKED_MS = 3_000;
const JUST_NOW_MS = 3_000;
const TOLD_APART = "trade_to_"; // in the strip, for all processes together
const ORDER = ["stream", "compute", "asked", "batch", "beat", "web"];
const NAMES = { mongodb: "MongoDB", redis: "Redis" };
const DOTS = { ok: "good", stale: "bad", gone: "waiting" };

let state = null;
let receivedAt = 0;
let parts = {};
let connected = false;

const draw = oncePerFrame(() => {
  if (!state) return;
  const processes = judged(state.processes);
  const judgedState = { ...state, processes };
  drawFlow(document.getElementById("flow"), stagesOf(judgedState, parts, connected), arrowsOf(judgedState, connected), dot);
  drawDelays(document.getElementById("delays"), state.delays);
  drawProcesses(processes);
  drawTaskTimes(document.getElementById("times"), state.tasks);
  showFacts(document.getElementById("queues"), queueFacts(state));
  showFacts(document.getElementById("servers"), serverFacts(state));
  drawFeed();
});

startFrame({
  actions: wireExport([{ text: "Figures", address: () => state && ["/api/export/system", {}] }]),
  onSystem: (news) => {
    state = news;
    receivedAt = serverNow();
    draw();
  },
});
onZone(draw);
onStatus((status) => {
  connected = status.connected;
  draw();
});
load();
askParts();
loadAsked();
followDelay();
setInterval(askParts, PARTS_MS);
setInterval(() => document.hidden || loadAsked(), ASKED_MS);
setInterval(draw, 1_000); // ages grow between two messages

async function load() {
  try {
    state ??= await getJson("/api/system");
    receivedAt ||= serverNow();
    draw();
  } catch (error) {
    if (!state) {
      const retry = { title: "The state could not be read", text: error.message, kind: "bad", retry: load };
      showState(document.getElementById("processes-state"), retry);
    }
  }
}

async function askParts() {
  const list = document.getElementById("parts");
  try {
    ({ parts } = await getJson("/api/parts"));
    list.replaceChildren(...Object.entries(parts).map(([name, part]) => partLine(name, part)));
  } catch (error) {
    list.replaceChildren(partLine("web", { ok: false, reason: error.message }));
  }
  draw();
}

async function loadAsked() {
  const place = document.getElementById("asked-state");
  try {
    const { tasks } = await getJson("/api/tasks");
    drawAsked(document.getElementById("asked"), tasks, { now: serverNow(), cancel });
    if (tasks.length) hideState(place);
    else showState(place, { title: "Nothing was asked for today", text: "Scans, reports and imports that somebody asks for stand here, with how far they are." });
  } catch (error) {
    showState(place, { title: "The work could not be read", text: error.message, kind: "bad", retry: loadAsked });
  }
}

async function cancel(task) {
  try {
    await cancelTask(task.id);
  } catch (error) {
    showToast(error.message);
  }
  loadAsked();
}

function partLine(name, part) {
  const item = document.createElement("li");
  const label = document.createElement("span");
  const reason = document.createElement("span");
  label.append(dot(part.ok ? "good" : "bad"), document.createTextNode(titled(name)));
  reason.className = "reason";
  reason.textContent = part.ok ? "works" : (part.reason ?? "does not work");
  item.append(label, reason);
  return item;
}

// A silent process with a living one of the same name was replaced: it is gone, not broken.
function judged(processes) {
  const living = new Set(processes.filter((each) => each.state === "ok").map((each) => each.process));
  const place = (each) => (ORDER.indexOf(each.process) + ORDER.length + 1) % (ORDER.length + 1);
  return [...processes].sort((a, b) => place(a) - place(b)).map((each) => (each.state !== "ok" && living.has(each.process) ? { ...each, state: "gone" } : each));
}

function drawProcesses(processes) {
  const place = document.getElementById("processes-state");
  if (processes.length) hideState(place);
  else showState(place, { title: "No process has reported yet", text: "Each one does within a few seconds of its start." });
  document.getElementById("processes").replaceChildren(...processes.map(processRow));
}

function processRow(each) {
  const row = document.createElement("tr");
  row.dataset.state = each.state;
  const name = document.createElement("th");
  name.scope = "row";
  name.textContent = titled(each.process);
  name.title = `${each.host}, process ${each.pid}`;
  const [stateCell, age, up, figures] = Array.from({ length: 4 }, () => document.createElement("td"));
  const mark = document.createElement("span");
  mark.className = "process-state";
  mark.append(dot(DOTS[each.state]), document.createTextNode({ ok: "works", stale: "silent", gone: "replaced" }[each.state]));
  stateCell.append(mark);
  age.className = up.className = "number";
  age.textContent = format.duration((each.age_seconds * 1000) + (serverNow() - receivedAt));
  up.textContent = format.duration(Date.parse(each.beat_at) - Date.parse(each.started_at));
  figures.className = "figures";
  figures.append(...Object.entries(each.figures).filter(([name]) => !name.startsWith(TOLD_APART)).map(figureText));
  row.append(name, stateCell, age, up, figures);
  return row;
}

function figureText([name, value]) {
  const part = document.createElement("span");
  const number = document.createElement("b");
  const [words, text] = format.namedFigure(name, value);
  number.textContent = text;
  part.append(document.createTextNode(`${words} `), number);
  return part;
}

function drawFeed() {
  const { feed, market_clock: market } = state;
  const zone = currentZone();
  const heard = feed.heard_at ? Date.parse(feed.heard_at) : null;
  showFacts(document.getElementById("feed-facts"), [
    ["Source", state.source],
    ["Exchange's clock", market ? format.clock(Date.parse(market), zone) : format.DASH, market ? format.moment(Date.parse(market), zone, { seconds: true }) : ""],
    ["Exchange heard", heard ? ago(serverNow() - heard) : "never"],
    ["Server's clock", format.clock(serverNow(), zone)],
  ]);
}

// What moves every second or two is "now".
function ago(ms) {
  return ms < JUST_NOW_MS ? "now" : `${format.duration(ms)} ago`;
}

function titled(name) {
  return NAMES[name] ?? name[0].toUpperCase() + name.slice(1);
}

function dot(mark) {
  const element = document.createElement("span");
  element.className = "dot";
  element.dataset.state = mark;
  return element;
}
