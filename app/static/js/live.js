// The one socket. A page watches topics; it is given their state at once, every change,
// and a word when something was missed, so that it reloads from the API.

import { getJson } from "./api.js";
import { Sequence } from "./sequence.js";

const ANSWER_MS = 6_000;
const RETRY_MS = 2_000;
const LATE_MS = 400; // a number that has not come by then is lost
const CLOCK_MS = 30_000;
const ASK_WHO_MS = 5_000;

const topics = new Map(); // topic -> {listeners, sequence, held, joined, waited, late}
const waiting = new Map(); // topics that were refused, joined one at a time -> whether to tell what was missed
const statusListeners = new Set();
let socket = null;
let status = { connected: false, since: Date.now(), ever: false };
let clockOffsetMs = 0; // server's clock less this one's
let bestRoundTripMs = Infinity;
let askedWhoAt = -Infinity;
let waitingTimer = 0;

// listener: {onState(data, message, isSnapshot), onMissed(), onError(error)}; returns how to stop.
export function watch(topic, listener) {
  connect();
  let entry = topics.get(topic);
  if (!entry) {
    entry = { listeners: new Set(), sequence: new Sequence(), held: [], joined: false, waited: false, late: 0 };
    topics.set(topic, entry);
    entry.listeners.add(listener);
    if (socket.connected) join(topic, entry);
  } else {
    entry.listeners.add(listener);
    if (entry.joined && entry.latest) listener.onState(entry.latest.data, entry.latest, true);
  }
  return () => stop(topic, entry, listener);
}

export function onStatus(listener) {
  statusListeners.add(listener);
  listener(status);
}

// Ask for the state of every topic again: something on the way stays silent. What waits is asked for anyway.
export function askAgain() {
  if (!socket?.connected) return;
  for (const [topic, entry] of topics) if (!waiting.has(topic)) join(topic, entry, true);
}

// Tell the server something that needs no answer; nothing while it is away.
export function tell(event, message) {
  if (socket?.connected) socket.emit(event, message);
}

// This browser's time, told by the server's clock.
export function serverNow() {
  return Date.now() + clockOffsetMs;
}

export function clockOffset() {
  return { offsetMs: clockOffsetMs, roundTripMs: bestRoundTripMs };
}

function connect() {
  if (socket) return;
  socket = globalThis.io({ transports: ["websocket"], reconnectionDelay: 500, reconnectionDelayMax: 4_000 });
  socket.on("connect", connected);
  socket.on("disconnect", lost);
  socket.on("connect_error", notLetIn);
  socket.on("update", received);
  setInterval(askClock, CLOCK_MS);
}

function connected() {
  const again = status.ever;
  setStatus(true);
  bestRoundTripMs = Infinity;
  for (let ask = 0; ask < 3; ask++) askClock();
  waiting.clear();
  for (const [topic, entry] of topics) join(topic, entry, again);
}

// The client gives up by itself when the server ends or refuses the connection.
function lost() {
  setStatus(false);
  if (!socket.active) setTimeout(() => socket.connect(), RETRY_MS);
}

// Either the server is away or the sign-in has ended; the API tells, and leads to the sign-in page then.
function notLetIn() {
  lost();
  if (document.body.dataset.caller !== "session" || Date.now() - askedWhoAt < ASK_WHO_MS) return;
  askedWhoAt = Date.now();
  getJson("/api/caller").catch(() => {});
}

function setStatus(isConnected) {
  if (status.connected === isConnected && status.ever) return;
  status = { connected: isConnected, since: Date.now(), ever: status.ever || isConnected };
  if (!isConnected) for (const entry of topics.values()) entry.joined = false;
  for (const listener of statusListeners) listener(status);
}

function join(topic, entry, again = false) {
  entry.joined = false;
  entry.held = [];
  socket.timeout(ANSWER_MS).emit("watch", { topic }, (failure, answer) => {
    if (topics.get(topic) !== entry) return;
    if (failure || answer?.error) return refused(topic, entry, again, answer?.error);
    entry.sequence.startAt(answer);
    entry.joined = true;
    deliver(entry, answer, true);
    for (const message of entry.held.splice(0)) received(message);
    if (again) tellMissed(entry);
    if (entry.waited) joinWaiting();
    entry.waited = false;
  });
}

function refused(topic, entry, again, error) {
  const reason = error ?? { code: "no_answer", message: "The server did not answer." };
  for (const listener of entry.listeners) listener.onError?.(reason);
  if (reason.code !== "unknown_topic" && socket.connected) wait(topic, entry, again);
}

function wait(topic, entry, again) {
  waiting.set(topic, again);
  entry.waited = true;
  clearTimeout(waitingTimer);
  waitingTimer = setTimeout(joinWaiting, RETRY_MS);
}

// One of those that wait; when it is let in, the next. All at once again and again would end the connection.
function joinWaiting() {
  const [[topic, again] = []] = waiting;
  if (!topic || !socket.connected) return;
  waiting.delete(topic);
  join(topic, topics.get(topic), again);
}

function received(message) {
  const entry = topics.get(message.topic);
  if (!entry) return;
  if (!entry.joined) {
    entry.held.push(message);
    return;
  }
  const meaning = entry.sequence.note(message);
  deliver(entry, message, false);
  if (meaning === "epoch") tellMissed(entry);
  if (meaning === "hole" && !entry.late) {
    entry.late = setTimeout(() => {
      entry.late = 0;
      if (entry.sequence.takeMissing()) tellMissed(entry);
    }, LATE_MS);
  }
}

function deliver(entry, message, isSnapshot) {
  entry.latest = message;
  for (const listener of entry.listeners) listener.onState(message.data, message, isSnapshot);
}

function tellMissed(entry) {
  for (const listener of entry.listeners) listener.onMissed?.();
}

function stop(topic, entry, listener) {
  entry.listeners.delete(listener);
  if (entry.listeners.size || topics.get(topic) !== entry) return;
  clearTimeout(entry.late);
  topics.delete(topic);
  waiting.delete(topic);
  if (socket.connected) socket.emit("unwatch", { topic }, joinWaiting);
}

function askClock() {
  if (!socket.connected) return;
  const askedAt = Date.now();
  socket.emit("clock", { sent_at: askedAt }, (answer) => {
    const answeredAt = Date.now();
    const roundTripMs = answeredAt - askedAt;
    if (!answer?.server_time_ms || roundTripMs > bestRoundTripMs) return;
    bestRoundTripMs = roundTripMs;
    const offsetMs = answer.server_time_ms - (askedAt + answeredAt) / 2;
    // The answer may have been made at any moment of the round trip: less than half of it says nothing.
    clockOffsetMs = Math.abs(offsetMs) <= roundTripMs / 2 + 1 ? 0 : offsetMs;
  });
}
