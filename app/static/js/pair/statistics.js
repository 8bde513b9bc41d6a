// The tab of plain numbers.

import { DASH, count, duration, figure, ratio } from "../format.js";
import { TIMEFRAME_MS } from "../series.js";
import { showFacts } from "../states.js";
import { probability, stateWords } from "./lead.js";

// names: how a reader calls the two, {y: "ETH", x: "BTC"}.
export function showStatistics(analysis, names) {
  const bar = TIMEFRAME_MS[analysis.timeframe];
  facts("test", testFacts(analysis, names));
  facts("reversion", reversionFacts(analysis.half_life, bar));
  facts("hedge", hedgeFacts(analysis));
  facts("residual", residualFacts(analysis.residual));
  facts("signal", signalFacts(analysis));
  facts("whole", wholeFacts(analysis.completeness));
}

const UNFITTED = ["ratio", "dollar_neutral"];

// A ratio, or a difference of logarithms, is tested itself; a line through both is Engle and Granger's.
function testFacts({ cointegration: test, kind }, { y, x }) {
  const [there, back] = UNFITTED.includes(kind) ? [`${y} / ${x}`, `${x} / ${y}`] : [`${y} on ${x}`, `${x} on ${y}`];
  const rows = [["One p for the pair", test.reason ? `${DASH} ${test.reason}` : probability(test.p_value)]];
  for (const [name, one] of [[there, test.y_on_x], [back, test.x_on_y]]) {
    rows.push([`${name}, t`, ratio(one.statistic, 3)], [`${name}, p`, probability(one.p_value)], [`${name}, lags`, count(one.lags)]);
  }
  const critical = Object.values(test.y_on_x.critical_values);
  rows.push(["Critical t at 1, 5, 10 %", critical.map((value) => ratio(value, 2)).join(" · ")]);
  return rows;
}

function reversionFacts(half, bar) {
  if (half.bars === null) return [["Half-life", DASH], ["Why", half.reason]];
  return [
    ["Half-life", `${ratio(half.bars, 1)} bars · ${duration(half.bars * bar)}`],
    ["95 % interval, bars", `${ratio(half.low, 1)} … ${half.high === null ? "open" : ratio(half.high, 1)}`],
    ["Change per bar on the gap", ratio(half.slope, 4)],
    ["Changes", count(half.n)],
    ...(half.reason ? [["Note", half.reason]] : []),
  ];
}

function hedgeFacts({ hedge, method, kind, spread, score }) {
  return [
    ["Method", UNFITTED.includes(kind) ? "none" : method.replace("_", " ")],
    ["Spread", kind.replace("_", "-")],
    ["Beta", ratio(hedge.beta, 5)],
    ["Intercept", ratio(hedge.intercept, 5)],
    ["Spread now", plain(spread.value)],
    ["Mean, deviation", `${plain(spread.mean)}, ${plain(spread.deviation)}`],
    ["z", score],
    ...(hedge.reason ? [["Note", hedge.reason]] : []),
  ];
}

function residualFacts(residual) {
  if (residual.reason) return [["Bars", count(residual.n)], ["Why", residual.reason]];
  return [
    ["Bars", count(residual.n)],
    ["Deviation", plain(residual.deviation)],
    ["Least, most", `${plain(residual.least)}, ${plain(residual.most)}`],
    ["Skewness", ratio(residual.skewness, 2)],
    ["Excess kurtosis", ratio(residual.excess_kurtosis, 2)],
    ["Autocorrelation, 1 bar", ratio(residual.autocorrelation, 3)],
    ["Bars with |z| ≥ 2, ≥ 3", `${share(residual.beyond_2)}, ${share(residual.beyond_3)}`],
  ];
}

function signalFacts({ signal, marks }) {
  if (!signal) return [["State", DASH]];
  const entries = marks.filter((mark) => mark.event === "entry").length;
  const stops = marks.filter((mark) => mark.event.endsWith("stop")).length;
  return [
    ["State", stateWords(signal)],
    ["Since", `${count(signal.bars)} bars`],
    ["Entry, exit, stop", [signal.entry, signal.exit, signal.stop].map((value) => figure(value)).join(", ")],
    ["Time stop", signal.time_stop_bars === null ? "never" : `${count(signal.time_stop_bars)} bars`],
    ["Cool-down", signal.cool_down_bars ? `${count(signal.cool_down_bars)} bars` : "none"],
    ["Entries, stops in the window", `${count(entries)}, ${count(stops)}`],
  ];
}

function wholeFacts(whole) {
  return [["Bars expected", count(whole.expected)], ["Present", count(whole.present)], ["Final", count(whole.final)], ["Open gaps", count(whole.open_gaps)]];
}

function facts(name, rows) {
  showFacts(document.getElementById(`facts-${name}`), rows);
}

function plain(value) {
  return value === null ? DASH : String(Number(value.toPrecision(4)));
}

function share(value) {
  return value === null ? DASH : `${ratio(100 * value, 1)} %`;
}
