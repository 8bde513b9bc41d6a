// The dot beside a figure: are the bars behind it complete, being repaired, or incomplete? Hover says which
// trades are missing. Their ids are asked for only where there are any, for all dots of a page at once.

import { getJson } from "./api.js";
import { count } from "./format.js";

const ASKED_AGAIN_MS = 10_000;
const MOST_ASKED = 100; // symbols
const NAMED = 4; // stretches of ids; the Quality page has all
const WORDS = { good: "Complete", warn: "Being repaired", bad: "Incomplete", waiting: "Not known yet" };

const missing = new Map(); // symbol -> {at, gaps}
const drawn = new WeakMap(); // dot -> what it was drawn of last
const wanted = new Set(); // symbols to ask for next
let asked = new Set(); // those whose answer is on its way
let coming = null;

// whole: completeness as the server tells it, or null; symbols: whose bars they are; before: words in front.
export function drawWhole(dot, whole, { symbols, before = "", bars = "bars" }) {
  const turn = whole?.open_gaps ? Math.floor(Date.now() / ASKED_AGAIN_MS) : 0; // a repair fails without a new stamp
  const key = JSON.stringify([whole, symbols, before, turn]);
  if (drawn.get(dot) === key) return;
  drawn.set(dot, key);
  const gaps = whole?.open_gaps ? knownOf(symbols) : [];
  paint(dot, whole, { gaps, before, bars });
  if (whole?.open_gaps) learn(symbols).then((found) => drawn.get(dot) === key && paint(dot, whole, { gaps: found, before, bars }));
}

// Of a hole that is tried again by itself the trades are on their way; without a word about it they are missing.
export function stateOf(whole, gaps) {
  if (!whole) return "waiting";
  if (whole.open_gaps) return gaps.length && gaps.every(({ state }) => state !== "failed") ? "warn" : "bad";
  return whole.present < whole.expected || whole.final < whole.present ? "warn" : "good";
}

export function wordsOf(whole, { gaps, bars }) {
  const state = stateOf(whole, gaps);
  if (state === "waiting") return WORDS.waiting;
  const words = state === "warn" && !whole.open_gaps ? "Not all there" : WORDS[state];
  const counted = `${words}: ${count(whole.present)} of ${count(whole.expected)} ${bars}, ${count(whole.final)} final`;
  return whole.open_gaps ? `${counted}. ${missingWords(whole.open_gaps, gaps)}` : counted;
}

function missingWords(open, gaps) {
  if (!gaps.length) return `${count(open)} open gaps; the Quality page names them`;
  const stretches = gaps.flatMap(({ symbol, missing: ranges }) => ranges.map((range) => `${symbol} ${range[0] === range[1] ? range[0] : range.join("\u2013")}`));
  const rest = stretches.length > NAMED ? ` and ${count(stretches.length - NAMED)} more` : "";
  return `Missing trade ids: ${stretches.slice(0, NAMED).join(", ")}${rest}`;
}

function paint(dot, whole, { gaps, before, bars }) {
  dot.dataset.state = stateOf(whole, gaps);
  dot.title = `${before}${wordsOf(whole, { gaps, bars })}`;
  dot.setAttribute("role", "img");
  dot.setAttribute("aria-label", dot.title);
}

function knownOf(symbols) {
  return symbols.flatMap((symbol) => missing.get(symbol)?.gaps ?? []);
}

// Dots that are drawn together ask together; what is drawn while an answer is on its way asks after it.
async function learn(symbols) {
  for (const symbol of symbols.filter(isOld)) wanted.add(symbol);
  await coming;
  while (symbols.some((symbol) => wanted.has(symbol))) {
    coming ??= Promise.resolve().then(ask);
    await coming;
  }
  return knownOf(symbols);
}

function isOld(symbol) {
  return !asked.has(symbol) && Date.now() - (missing.get(symbol)?.at ?? 0) > ASKED_AGAIN_MS;
}

async function ask() {
  const symbols = [...wanted].slice(0, MOST_ASKED);
  asked = new Set(symbols);
  for (const symbol of symbols) wanted.delete(symbol);
  try {
    const { gaps } = await getJson("/api/gaps", { symbols });
    for (const symbol of symbols) missing.set(symbol, { at: Date.now(), gaps: gaps.filter((gap) => gap.symbol === symbol) });
  } catch {
    // The dot says how many there are; the next turn asks again.
  } finally {
    asked = new Set();
    coming = null;
  }
}
