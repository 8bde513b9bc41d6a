// The sentence and the lead figures, each with the words that say how far to trust it.

import { drawWhole } from "../completeness.js";
import { DASH, clock, count, duration, moment, ratio, zoneName } from "../format.js";
import { flash, setText } from "../paint.js";
import { TIMEFRAME_MS } from "../series.js";

const WARNED = new Set(["not_tradable", "by_luck", "untestable", "no_half_life"]);

// names: how a reader calls the two, {y: "ETH", x: "BTC"}.
export function showLead(analysis, zone, names) {
  showSentence(analysis.verdict.sentence, WARNED.has(analysis.verdict.kind) ? "warn" : "", analysis.verdict.breaks);
  const { cointegration: test, hedge, half_life: half } = analysis;
  figure("p", probability(test.p_value), test.reason ?? `${names.y} on ${names.x} ${probability(test.y_on_x.p_value)} · back ${probability(test.x_on_y.p_value)}`);
  figure("q", probability(analysis.q_value), analysis.q_reason ?? "of all pairs tried");
  figure("beta", ratio(hedge.beta, 3), hedge.reason ?? `intercept ${ratio(hedge.intercept, 3)}`);
  const bar = TIMEFRAME_MS[analysis.timeframe];
  figure("half-life", half.bars === null ? DASH : duration(half.bars * bar), halfLifeNote(half, bar));
  figure("correlation", ratio(analysis.correlation, 2), "last 60 returns");
  setText(document.getElementById("as-of"), `As of ${moment(Date.parse(analysis.as_of), zone)} ${zoneName(zone)} · ${count(analysis.bars)} bars`);
  drawWhole(document.getElementById("whole-dot"), analysis.completeness, { symbols: [analysis.y, analysis.x] });
}

// breaks: what would end the relation that the sentence tells of, if there is one.
export function showSentence(text, kind, breaks = null) {
  const sentence = document.getElementById("sentence");
  setText(sentence, text);
  sentence.dataset.kind = kind;
  setText(document.getElementById("breaks"), breaks ?? "");
}

// z of this moment, or that of the last bar when no trade is known since.
export function showZ(analysis, live, prices, zone) {
  const element = document.getElementById("lead-z");
  const z = live ? live.z : analysis.spread.z;
  const before = Number(element.dataset.z);
  if (element.dataset.z && z !== null && z.toFixed(2) !== before.toFixed(2)) flash(element, z - before);
  element.dataset.z = z ?? "";
  setText(element, ratio(z, 2));
  const since = live && prices.at ? `live, ${clock(prices.at, zone)}` : `at the bar ${clock(Date.parse(analysis.as_of), zone)}`;
  setText(document.getElementById("lead-z-note"), analysis.spread.reason ?? `${since} · ${stateWords(analysis.signal)}`);
}

export function blankLead() {
  for (const name of ["z", "p", "q", "beta", "half-life", "correlation"]) figure(name, DASH, "");
  setText(document.getElementById("as-of"), DASH);
  document.getElementById("whole-dot").dataset.state = "waiting";
}

export function probability(value) {
  if (value === null || value === undefined) return DASH;
  return value < 0.001 ? "< 0.001" : ratio(value, 3);
}

export function stateWords(signal) {
  if (!signal) return "";
  const words = { flat: "no position", long_spread: "long the spread", short_spread: "short the spread", stopped: "stopped" };
  return words[signal.state] ?? signal.state;
}

function halfLifeNote(half, bar) {
  if (half.bars === null) return half.reason ?? "";
  return `[${duration(half.low * bar)}, ${half.high === null ? "open" : duration(half.high * bar)}]`;
}

function figure(name, text, note) {
  setText(document.getElementById(`lead-${name}`), text);
  const line = document.getElementById(`lead-${name}-note`);
  setText(line, note);
  line.title = note;
}

