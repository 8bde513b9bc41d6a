// The flow as a picture: stages, and on each arrow between two how much goes over it, how late, and whether it is well.

import * as format from "../format.js";

const SLOW_MS = { received: 2_000, stored: 5_000, sent: 2_000, drawn: 2_000 };
const SLOW_SECONDS = 30; // of a stage, on the exchange's clock
const GONE = "replaced";

// state: of the topic `system`; parts: of /api/parts; connected: this page.
export function stagesOf(state, parts, connected) {
  const process = (name) => dotOfProcess(state.processes, name);
  const feed = { fresh: ["good", "heard"], stale: ["bad", "silent"], waiting: ["waiting", "not heard yet"] }[state.feed.state];
  const database = parts.mongodb ? (parts.mongodb.ok ? "good" : "bad") : "waiting";
  const gaps = state.open_gaps ? `${format.count(state.open_gaps)} open gaps` : "no open gap";
  return [
    { name: "Exchange", mark: feed[0], text: feed[1] },
    { name: "Stream", mark: process("stream"), text: figureOf(state.processes, "stream", "symbols", (count) => `${format.count(count)} symbols`) },
    { name: "Store", mark: database, text: gaps },
    { name: "Bars", mark: process("compute"), text: aged(state.processes, "compute") },
    { name: "Snapshots", mark: process("compute"), text: aged(state.processes, "compute") },
    { name: "Web", mark: process("web"), text: figureOf(state.processes, "web", "clients", (count) => `${format.count(count)} pages`) },
    { name: "This page", mark: connected ? "good" : "bad", text: connected ? "connected" : "no connection" },
  ];
}

// One between each stage and the next: {rate, lag, mark, title}.
export function arrowsOf(state, connected) {
  const rate = figureOf(state.processes, "stream", "trades_per_second", (value) => `${format.figure(value)} /s`);
  const waiting = figureOf(state.processes, "stream", "messages_waiting", (value) => `${format.count(value)} waiting`);
  return [
    delayArrow(state, "received", rate, state.feed.state === "fresh", "From the trade to its arrival here"),
    delayArrow(state, "stored", waiting, true, "From the trade until it is stored durably"),
    stageArrow(state, "bars", "bars", "The newest second with bars, behind the exchange's clock"),
    stageArrow(state, "snapshots", "analytics", "The newest minute with snapshots, behind the bars"),
    delayArrow(state, "sent", figureOf(state.processes, "web", "topics", (count) => `${format.count(count)} topics`), true, "From the trade until its price was sent"),
    delayArrow(state, "drawn", figureOf(state.processes, "web", "screens", (count) => `${format.count(count)} screens`), connected, "From the trade until its price was drawn"),
  ];
}

function delayArrow(state, step, rate, well, title) {
  const { p50, p95 } = state.delays[step];
  const mark = !well ? "bad" : p95 === null ? "waiting" : p95 > SLOW_MS[step] ? "warn" : "good";
  return { rate, lag: p50 === null ? format.DASH : format.duration(p50), mark, title: `${title}: half within ${format.duration(p50)}, 95 of 100 within ${format.duration(p95)}` };
}

function stageArrow(state, stage, queue, title) {
  const seconds = state.stages?.[stage]?.lag_seconds ?? null;
  const canary = state.canaries?.[queue] ?? { state: "unknown" };
  const late = seconds !== null && seconds > SLOW_SECONDS && state.source !== "REPLAY"; // a fast clock's seconds are short
  const mark = canary.state === "late" ? "bad" : late ? "warn" : canary.state === "ok" ? "good" : "waiting";
  const depth = state.queues[queue];
  const rate = depth === null || depth === undefined ? "Redis silent" : `${format.count(depth)} waiting`;
  return { rate, lag: seconds === null ? format.DASH : format.duration(1000 * seconds), mark, title: `${title}; queue ${queue}, its canary came through ${canary.age_seconds === null || canary.age_seconds === undefined ? "never" : `${format.duration(1000 * canary.age_seconds)} ago`}` };
}

function newest(processes, name) {
  return processes.find((each) => each.process === name && each.state === "ok") ?? processes.find((each) => each.process === name && each.state !== GONE);
}

function dotOfProcess(processes, name) {
  const found = newest(processes, name);
  return !found ? "bad" : found.state === "ok" ? "good" : "bad";
}

function aged(processes, name) {
  const found = newest(processes, name);
  return found ? `${format.duration(found.age_seconds * 1000)} ago` : "not started";
}

// The sum of a figure over the living processes of a name.
function figureOf(processes, name, figure, words) {
  const values = processes.filter((each) => each.process === name && each.state === "ok").map((each) => each.figures[figure]).filter((value) => typeof value === "number");
  return values.length ? words(values.reduce((sum, value) => sum + value)) : aged(processes, name);
}

export function drawFlow(list, stages, arrows, dot) {
  const items = stages.flatMap((stage, place) => (place ? [arrowItem(arrows[place - 1], dot), stageItem(stage, dot)] : [stageItem(stage, dot)]));
  list.replaceChildren(...items);
}

function stageItem({ name, mark, text }, dot) {
  const item = document.createElement("li");
  const title = document.createElement("b");
  const line = document.createElement("span");
  item.className = "stage";
  title.append(dot(mark), document.createTextNode(name));
  line.textContent = text;
  item.append(title, line);
  return item;
}

function arrowItem({ rate, lag, mark, title }, dot) {
  const item = document.createElement("li");
  const above = document.createElement("span");
  const below = document.createElement("span");
  item.className = "arrow";
  item.title = title;
  above.textContent = rate;
  below.append(dot(mark), document.createTextNode(lag));
  item.append(above, below);
  return item;
}
